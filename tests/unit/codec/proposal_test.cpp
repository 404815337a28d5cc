#include "codec/event_json.hpp"

#include "codec/json_profile.hpp"
#include "unit/codec/vectors.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

Json body_of(const std::string& text)
{
    const Result<Json> body = parse_profile(text, {.bytes_max = 1'000'000, .caps_object = true});
    INFO(text.substr(0, 200));
    REQUIRE(body.has_value());
    return *body;
}

// Entry 7 is a clearance, entry 8 a correction; there is no other.
std::optional<std::string> recorded(std::int64_t position)
{
    if (position == 7) return "ShipmentCleared";
    if (position == 8) return "EventCorrected";
    return std::nullopt;
}

std::string event(const std::string& type, const std::string& data)
{
    return R"({"type":")" + type + R"(","data":)" + data + "}";
}

Proposal read(const std::string& text)
{
    const Result<Proposal> proposal = read_proposal(body_of(text), "", recorded);
    INFO(text.substr(0, 200));
    INFO((proposal ? "" : proposal.error().param + ": " + proposal.error().detail));
    REQUIRE(proposal.has_value());
    return *proposal;
}

void refused(const std::string& text, const std::string& param, const std::string& remedy,
             Code code = Code::malformed)
{
    const Result<Proposal> proposal = read_proposal(body_of(text), "", recorded);
    INFO(text.substr(0, 200));
    REQUIRE(!proposal);
    CHECK(proposal.error().code == code);
    CHECK(proposal.error().param == param);
    CHECK_THAT(proposal.error().detail, Catch::Contains(remedy));
}

/// A reservation of these units.
std::string reserve(const std::string& units)
{
    return event("AllocationReserved", R"({"approval":"AP-1","units":)" + units + "}");
}

std::string policy(const std::string& caps)
{
    return event("PolicyPublished",
                 R"({"policy_version":1,"period":"2026","critical_pct":80,"carry_over_max_pct":10,)"
                 R"("confiscation_effect":"forfeit","caps":)" +
                     caps + "}");
}

std::string grant(const std::string& changes)
{
    Json data = Json::parse(R"({"approval":"AP-1","application":"APP-1","firm":"F-A",)"
                            R"("granted":600,"period":"2026","valid_from":"2026-01-10",)"
                            R"("valid_to":"2026-06-30"})");
    data.merge_patch(Json::parse(changes));
    return event("ApprovalGranted", data.dump());
}

Condition one_condition(const std::string& condition)
{
    const Proposal proposal = read(grant(R"({"conditions":[)" + condition + "]}"));
    return std::get<ApprovalGranted>(proposal.data).conditions.at(0);
}

void bad_condition(const std::string& condition, const std::string& member,
                   const std::string& remedy)
{
    refused(grant(R"({"conditions":[)" + condition + "]}"), "/data/conditions/0" + member, remedy);
}

std::string correction(const std::string& target, const std::string& replacement)
{
    return event("EventCorrected", R"({"target":)" + target +
                                       R"(,"reason":"incorrect_data","replacement":)" +
                                       replacement + "}");
}

std::string clearance(const std::string& units)
{
    return R"({"shipment":"S-1","declaration":"D-1","units":)" + units + "}";
}

std::string tier_by(const std::string& members)
{
    return R"({"type":"TierAssigned","data":{"firm":"F-A","tier":"T1","reason":"x"})" + members +
           "}";
}

/// `n` items "xI" of a list, each from the template with its number in place of '#'.
std::string many(std::size_t n, const std::string& item)
{
    std::string list = "[";
    for (std::size_t i = 1; i <= n; ++i) {
        std::string one = item;
        for (std::size_t at; (at = one.find('#')) != std::string::npos;)
            one.replace(at, 1, std::to_string(i));
        list += (i > 1 ? "," : "") + one;
    }
    return list + "]";
}

}  // namespace

TEST_CASE("a proposal is read with all that goes beside its data", "[proposal]")
{
    const Proposal proposal =
        read(tier_by(R"(,"occurred_at":"2026-02-20T09:00:00+08:00","reason":"by letter",)"
                     R"("documents":[{"type":"letter","ref":"L-1","sha256":")" +
                     std::string(64, 'a') + R"("},{"type":"note","ref":"N-1"}])"));
    CHECK(std::get<TierAssigned>(proposal.data) ==
          TierAssigned{FirmId{"F-A"}, Tier{"T1"}, Text{"x"}});
    CHECK(to_string(*proposal.occurred_at) == "2026-02-20T09:00:00+08:00");
    CHECK(proposal.reason == Text{"by letter"});
    CHECK(proposal.documents.size() == 2);
    CHECK(proposal.wanted.empty());
    CHECK_FALSE(read(tier_by("")).occurred_at);
    CHECK_FALSE(read(tier_by(R"(,"reason":null)")).reason);
}

TEST_CASE("what goes beside the data is checked", "[proposal]")
{
    refused(R"({"data":{}})", "/type", "required");
    refused(R"({"type":"TierAssigned"})", "/data", "required");
    refused(R"({"type":5,"data":{}})", "/type", "string");
    refused(event("ShipmentSunk", "{}"), "/type", "/v1/event-types");
    refused(tier_by(R"(,"position":1)"), "/position", "Leave it out");
    refused(tier_by(R"(,"occurred_at":5)"), "/occurred_at", "RFC 3339");
    refused(tier_by(R"(,"occurred_at":"2026-02-30T00:00:00Z")"), "/occurred_at", "RFC 3339");
    refused(tier_by(R"(,"occurred_at":"1999-12-31T00:00:00Z")"), "/occurred_at", "2000 to 2199");
    refused(tier_by(R"(,"occurred_at":"2026-02-20T09:00:00")"), "/occurred_at", "offset");
    refused(tier_by(R"(,"reason":"")"), "/reason", "1 to 2000");
    refused(tier_by(R"(,"reason":")" + std::string(2001, 'x') + "\""), "/reason", "1 to 2000");
    refused(tier_by(R"(,"documents":{})"), "/documents", "list");
    refused(tier_by(R"(,"documents":[{"type":"letter"}])"), "/documents/0/ref", "required");
    refused(tier_by(R"(,"documents":[{"type":"l","ref":"r","sha256":"AB"}])"),
            "/documents/0/sha256", "64 lower-case");
    refused(tier_by(R"(,"documents":)" + many(33, R"({"type":"l","ref":"#"})")), "/documents",
            "at most 32");
    CHECK(read(tier_by(R"(,"documents":)" + many(32, R"({"type":"l","ref":"#"})")))
              .documents.size() == 32);
}

TEST_CASE("in a list the pointer begins with the place of the event", "[proposal]")
{
    const Result<Proposal> proposal =
        read_proposal(body_of(event("TierAssigned", R"({"firm":"F A"})")), "/events/3");
    REQUIRE(!proposal);
    CHECK(proposal.error().param == "/events/3/data/firm");
    CHECK(read_proposal(Json(7), "/events/0").error().param == "/events/0");
}

TEST_CASE("members of the data are checked one by one", "[proposal]")
{
    const auto firm = [](const std::string& data) { return event("FirmRegistered", data); };
    refused(firm("[]"), "/data", "object");
    refused(firm(R"({"firm":"F-A","tier":"T1"})"), "/data/name", "required");
    refused(firm(R"({"firm":"F-A","tier":"T1","name":"A","more":1})"), "/data/more",
            "Leave it out");
    refused(firm(R"({"firm":"-A","tier":"T1","name":"A"})"), "/data/firm", "1 to 64");
    refused(firm(R"({"firm":7,"tier":"T1","name":"A"})"), "/data/firm", "Send an id");
    refused(firm(R"({"firm":")" + std::string(65, 'F') + R"(","tier":"T1","name":"A"})"),
            "/data/firm", "1 to 64");
    refused(firm(R"({"firm":"F-A","tier":"T1","name":""})"), "/data/name", "1 to 2000");
    refused(firm(R"({"firm":"F-A","tier":"T1","name":"A","sector":null})"), "/data/sector",
            "string");
    const auto batch = [](const std::string& qty) {
        return event("BatchRegistered", R"({"batch":"B01","sku":"H200","qty":)" + qty + "}");
    };
    refused(batch("0"), "/data/qty", "from 1 to 10000000");
    refused(batch("10000001"), "/data/qty", "from 1 to 10000000");
    refused(batch("\"5\""), "/data/qty", "integer");
    refused(batch("true"), "/data/qty", "integer");
    CHECK(std::get<BatchRegistered>(read(batch("10000000")).data).qty == units_max);
}

TEST_CASE("text is counted in characters, not in bytes", "[proposal]")
{
    std::string name;
    for (int i = 0; i < 2000; ++i) name += "é";
    const auto named = [](const std::string& text) {
        return event("FirmAmended", R"({"firm":"F-A","name":")" + text + "\"}");
    };
    CHECK(std::get<FirmAmended>(read(named(name)).data).name->value == name);
    refused(named(name + "é"), "/data/name", "1 to 2000");
}

TEST_CASE("dates, enumerations and validity are checked", "[proposal]")
{
    refused(grant(R"({"valid_to":"2026-06-31"})"), "/data/valid_to", "YYYY-MM-DD");
    refused(grant(R"({"valid_from":"2200-01-01"})"), "/data/valid_from", "2000 to 2199");
    refused(grant(R"({"valid_to":"2026-01-09"})"), "/data/valid_to", "before valid_from");
    refused(event("QuotaCarriedOver",
                  R"({"from_approval":"AP-1","to_approval":"AP-2","period":"2027","qty":1,)"
                  R"("valid_from":"2027-02-01","valid_to":"2027-01-01"})"),
            "/data/valid_to", "before valid_from");
    CHECK(std::get<ApprovalGranted>(read(grant(R"({"valid_to":"2026-01-10"})")).data)
              .conditions.empty());
    refused(event("EventVoided", R"({"target":7,"reason":"regret"})"), "/data/reason",
            "did_not_occur");
    refused(event("EventVoided", R"({"target":0,"reason":"did_not_occur"})"), "/data/target",
            "from 1 to");
    refused(event("ApprovalAmended", R"({"approval":"AP-1"})"), "/data", "at least one");
    refused(event("FirmAmended", R"({"firm":"F-A"})"), "/data", "at least one");
}

TEST_CASE("ranges of units are checked", "[proposal]")
{
    refused(reserve("[]"), "/data/units", "at least one range");
    refused(reserve("{}"), "/data/units", "at least one range");
    refused(reserve("[5]"), "/data/units/0", "object");
    refused(reserve(R"([{"batch":"B01","from":1}])"), "/data/units/0/to", "required");
    refused(reserve(R"([{"batch":"B01","from":0,"to":1}])"), "/data/units/0/from", "from 1");
    refused(reserve(R"([{"batch":"B01","from":5,"to":4}])"), "/data/units/0", "reversed");
    refused(reserve(R"([{"batch":"B01","from":1,"to":4},{"batch":"B02","from":1,"to":4},)"
                    R"({"batch":"B01","from":4,"to":9}])"),
            "/data/units/2", "overlaps");
    refused(reserve(many(1001, R"({"batch":"B#","from":1,"to":1})")), "/data/units",
            "at most 1000");
    CHECK(std::get<AllocationReserved>(
              read(reserve(many(1000, R"({"batch":"B#","from":1,"to":1})"))).data)
              .units.size() == 1000);
}

TEST_CASE("counts of units are wanted, not named", "[proposal]")
{
    const Proposal counts = read(reserve(R"([{"batch":"B01","count":40}])"));
    CHECK(counts.wanted == std::vector{Wanted{BatchId{"B01"}, 40}});
    CHECK(std::get<AllocationReserved>(counts.data).units.empty());
    const Proposal both =
        read(reserve(R"([{"batch":"B01","count":40},{"batch":"B02","from":3,"to":4}])"));
    CHECK(both.wanted.size() == 1);
    CHECK(std::get<AllocationReserved>(both.data).units == Units{{BatchId{"B02"}, 3, 4}});

    refused(reserve(R"([{"batch":"B01","count":0}])"), "/data/units/0/count", "from 1 to 10000000");
    refused(reserve(R"([{"batch":"B01","count":1,"from":1}])"), "/data/units/0/from",
            "Leave it out");
    refused(reserve(R"([{"batch":"B01","count":1},{"batch":"B01","count":2}])"), "/data/units/1",
            "twice");
    refused(reserve(R"([{"batch":"B01","count":1},{"batch":"B01","from":1,"to":2}])"),
            "/data/units/1", "not both");
}

TEST_CASE("an inspection tells a number or the ranges", "[proposal]")
{
    const auto inspected = [](const std::string& pass, const std::string& fail) {
        return event("ShipmentInspected",
                     R"({"shipment":"S-1","pass":)" + pass + R"(,"fail":)" + fail + "}");
    };
    const auto data = std::get<ShipmentInspected>(
        read(inspected(R"([{"batch":"B01","from":1,"to":9}])", "0")).data);
    CHECK(data.pass == Inspected{Units{{BatchId{"B01"}, 1, 9}}});
    CHECK(data.fail == Inspected{Amount{0}});
    refused(inspected("\"all\"", "0"), "/data/pass", "list of ranges");
    refused(inspected("0", "-1"), "/data/fail", "from 0 to");
    refused(inspected("0", "[]"), "/data/fail", "at least one");
    refused(inspected(R"([{"batch":"B01","count":4}])", "0"), "/data/pass/0/from", "required");
}

TEST_CASE("serials are bounded and each there once", "[proposal]")
{
    const auto serials = [](const std::string& list) {
        return event("SerialsRecorded", R"({"batch":"B01","from":1,"serials":)" + list + "}");
    };
    CHECK(std::get<SerialsRecorded>(read(serials(many(2000, "\"S#\""))).data).serials.size() ==
          serials_max);
    refused(serials(many(2001, "\"S#\"")), "/data/serials", "at most 2000");
    refused(serials("[]"), "/data/serials", "at least one");
    refused(serials(R"(["A","B","A"])"), "/data/serials/2", "twice");
    refused(serials(R"(["A","B C"])"), "/data/serials/1", "Send an id");
}

TEST_CASE("caps come as a list or an object and are stored as a list", "[proposal]")
{
    const std::vector<TierCap> caps{{Tier{"T1"}, 1000}, {Tier{"T2"}, 300}};
    CHECK(std::get<PolicyPublished>(read(policy(R"({"T2":300,"T1":1000})")).data).caps == caps);
    CHECK(std::get<PolicyPublished>(
              read(policy(R"([{"tier":"T1","units":1000},{"tier":"T2","units":300}])")).data)
              .caps == caps);
    refused(policy(R"([{"tier":"T1","units":1},{"tier":"T1","units":2}])"), "/data/caps/1",
            "twice");
    refused(policy(R"({"T1":-1})"), "/data/caps/T1", "from 0 to");
    refused(policy(R"({"_t":1})"), "/data/caps/_t", "Send an id");
    refused(policy("[]"), "/data/caps", "at least one");
    refused(policy("{}"), "/data/caps", "at least one");
    refused(policy("7"), "/data/caps", "list");
}

TEST_CASE("conditions may be said shorter and are stored in one form", "[proposal]")
{
    CHECK(one_condition(R"("report every month")") ==
          Condition{.code = ConditionCode::text, .text = Text{"report every month"}});
    CHECK(one_condition(R"({"code":"ports","allow":["CNSHA"]})").allow ==
          std::vector{Text{"CNSHA"}});
    CHECK(one_condition(R"({"code":"text","text":"report","due":"2026-05-01"})").due ==
          parse_day("2026-05-01"));
    for (const char* name : {"max", "limit", "value", "units", "uses"})
        CHECK(one_condition(R"({"code":"max_uses",")" + std::string{name} + R"(":3})").max == 3);
}

TEST_CASE("a condition has the members of its code", "[proposal]")
{
    bad_condition("7", "", "object");
    bad_condition("\"\"", "", "1 to 2000");
    bad_condition(R"({"allow":["A"]})", "/code", "required");
    bad_condition(R"({"code":"colour"})", "/code", "ports, sites, end_use");
    bad_condition(R"({"code":"ports"})", "/allow", "required");
    bad_condition(R"({"code":"ports","allow":[]})", "/allow", "at least one");
    bad_condition(R"({"code":"sites","allow":[""]})", "/allow/0", "1 to 2000");
    bad_condition(R"({"code":"sites","allow":)" + many(101, "\"A#\"") + "}", "/allow",
                  "at most 100");
    bad_condition(R"({"code":"end_use","allow":["A"],"max":1})", "/max", "does not go");
    bad_condition(R"({"code":"max_uses"})", "/max", "required");
    bad_condition(R"({"code":"max_uses","limit":-1})", "/limit", "from 0 to");
    bad_condition(R"({"code":"max_uses","max":1,"limit":1})", "/limit", "Leave it out");
    bad_condition(R"({"code":"text"})", "/text", "required");
    bad_condition(R"({"code":"text","text":"x","due":"soon"})", "/due", "YYYY-MM-DD");
    bad_condition(R"({"code":"max_uses","max":1,"due":"2026-05-01"})", "/due", "does not go");
}

TEST_CASE("a correction is read as its target's type", "[proposal]")
{
    const std::string data = clearance(R"([{"batch":"B01","from":1,"to":3}])");
    for (const std::string type : {"", R"("type":"ShipmentCleared",)"}) {
        const auto corrected = std::get<EventCorrected>(
            read(correction("7", "{" + type + R"("data":)" + data + "}")).data);
        CHECK(std::get<ShipmentCleared>(corrected.replacement->data).units ==
              Units{{BatchId{"B01"}, 1, 3}});
        CHECK(to_json(EventData{corrected})["replacement"]["type"] == "ShipmentCleared");
    }
}

TEST_CASE("a correction that cannot be meant is refused", "[proposal]")
{
    const std::string data = clearance(R"([{"batch":"B01","from":1,"to":3}])");
    refused(correction("9", R"({"data":)" + data + "}"), "/data/target", "no such entry",
            Code::unknown_entry);
    refused(correction("7", R"({"type":"ShipmentHeld","data":)" + data + "}"),
            "/data/replacement/type", "ShipmentCleared");
    refused(correction("8", R"({"data":{}})"), "/data/replacement/type", "void it");
    refused(correction("7", "{}"), "/data/replacement/data", "required");
    refused(correction("7", R"({"data":{},"note":1})"), "/data/replacement/note", "Leave it out");
    refused(correction("7", R"({"data":)" + clearance(R"([{"batch":"B01","count":3}])") + "}"),
            "/data/replacement/data/units/0", "Name the ranges");
    refused(correction("7", R"({"data":)" + clearance("[]") + "}"),
            "/data/replacement/data/units", "at least one");
    CHECK(read_proposal(body_of(correction("7", R"({"data":)" + data + "}")), "").error().code ==
          Code::unknown_entry);
}

}  // namespace chipledger
