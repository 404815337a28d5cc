// A season in the life of two firms, through HTTP alone, each step with its verdict; the balances
// at the end were worked out by hand.
#include "catch.hpp"
#include "domain/rulebook.hpp"
#include "service.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

/// Speaks for every role of one service, and remembers where things were recorded.
class Story {
public:
    explicit Story(Service& service)
        : regulator{service.as(Role::regulator)},
          customs{service.as(Role::customs)},
          logistics{service.as(Role::logistics)},
          auditor{service.as(Role::auditor)},
          admin{service.as(Role::admin)},
          firm_a{service.as(Role::firm, "F-A")},
          firm_b{service.as(Role::firm, "F-B")}
    {
    }

    /// Recorded; its position.
    std::int64_t yes(Client& who, const std::string& type, const std::string& data,
                     const std::string& headers = {}, const std::string& more = {})
    {
        const Reply reply = who.record(type, data, headers, more);
        INFO(type << ' ' << data << ": " << reply.body);
        REQUIRE(reply.status == 201);
        ++steps;
        return reply.json()["position"].get<std::int64_t>();
    }
    /// Refused with this status and code; the problem.
    Json no(Client& who, const std::string& type, const std::string& data, int status,
            const std::string& code, const std::string& headers = {})
    {
        const Json before = regulator.read("/v1/summary")["position"];
        const Reply reply = who.record(type, data, headers);
        INFO(type << ' ' << data << ": " << reply.body);
        REQUIRE(reply.status == status);
        CHECK(reply.json()["code"] == code);
        CHECK(regulator.read("/v1/summary")["position"] == before);
        ++steps;
        return reply.json();
    }
    void clock(const std::string& now)
    {
        const Reply reply = admin.post("/v1/clock", R"({"now":")" + now + "\"}");
        INFO(reply.body);
        REQUIRE(reply.status == 200);
        ++steps;
    }
    /// G, A, R, D, X, O of an approval.
    std::vector<std::int64_t> balance(const std::string& approval, const std::string& as_of = {})
    {
        const Json view = regulator.read("/v1/approvals/" + approval + as_of);
        std::vector<std::int64_t> buckets;
        for (const char* name :
             {"granted", "available", "reserved", "drawn", "forfeited", "carried_out"})
            buckets.push_back(view[name].get<std::int64_t>());
        return buckets;
    }
    std::string if_match(const std::string& approval)
    {
        return "If-Match: " + regulator.get("/v1/approvals/" + approval).header("etag") + "\r\n";
    }

    Client regulator, customs, logistics, auditor, admin, firm_a, firm_b;
    int steps = 0;
};

using Buckets = std::vector<std::int64_t>;

std::string units(int from, int to)
{
    return R"("units":[{"batch":"B01","from":)" + std::to_string(from) + R"(,"to":)" +
           std::to_string(to) + "}]";
}

std::string policy(int version, const std::string& period)
{
    return R"({"policy_version":)" + std::to_string(version) + R"(,"period":")" + period +
           R"(","caps":{"T1":1000,"T2":100},"critical_pct":80,"carry_over_max_pct":20,)"
           R"("confiscation_effect":"forfeit"})";
}

std::string grant(const std::string& approval, const std::string& application,
                  const std::string& firm, int granted, const std::string& valid_to,
                  const std::string& conditions = "[]")
{
    return R"({"approval":")" + approval + R"(","application":")" + application +
           R"(","firm":")" + firm + R"(","granted":)" + std::to_string(granted) +
           R"(,"period":"2026-H1","valid_from":"2026-01-05","valid_to":")" + valid_to +
           R"(","conditions":)" + conditions + "}";
}

void entitle(Story& s)
{
    s.yes(s.regulator, "PolicyPublished", policy(1, "2026-H1"));
    s.no(s.auditor, "PolicyPublished", policy(2, "2026-H1"), 403, "forbidden-role");
    s.no(s.customs, "PolicyPublished", policy(2, "2026-H1"), 403, "forbidden-role");
    s.no(s.regulator, "PolicyPublished", policy(3, "2026-H1"), 422, "bad-state");
    s.yes(s.regulator, "FirmRegistered", R"({"firm":"F-A","name":"Alpha","tier":"T1"})");
    s.yes(s.regulator, "FirmRegistered", R"({"firm":"F-B","name":"Beta","tier":"T2"})");
    s.no(s.regulator, "FirmRegistered", R"({"firm":"F-A","name":"Again","tier":"T1"})", 409,
         "duplicate-firm");
    const std::string apply_a =
        R"({"application":"APP-1","firm":"F-A","sku":"H200","qty":600,"end_use":"cloud"})";
    s.no(s.firm_b, "ApplicationSubmitted", apply_a, 403, "forbidden-role");
    s.yes(s.firm_a, "ApplicationSubmitted", apply_a);
    s.yes(s.firm_b, "ApplicationSubmitted",
          R"({"application":"APP-2","firm":"F-B","sku":"H200","qty":90,"end_use":"cloud"})");
    s.no(s.regulator, "ApprovalGranted", grant("AP-1", "APP-1", "F-A", 600, "2026-03-31"), 422,
         "bad-state");
    s.yes(s.regulator, "ApplicationReviewStarted", R"({"application":"APP-1"})");
    s.yes(s.regulator, "ApplicationReviewStarted", R"({"application":"APP-2"})");
    s.no(s.regulator, "ApprovalGranted", grant("AP-1", "APP-1", "F-A", 601, "2026-03-31"), 422,
         "insufficient-balance");
    s.yes(
        s.regulator, "ApprovalGranted",
        grant("AP-1", "APP-1", "F-A", 600, "2026-03-31",
              R"([{"code":"ports","allow":["CNSHA"]},{"code":"max_units_per_shipment","max":300},)"
              R"("Quarterly report"])"));
    s.yes(s.regulator, "ApprovalGranted", grant("AP-2", "APP-2", "F-B", 90, "2026-06-30"));
    s.no(s.regulator, "ApprovalGranted", grant("AP-3", "APP-1", "F-A", 10, "2026-03-31"), 422,
         "bad-state");
}

void reserve_and_ship(Story& s)
{
    s.yes(s.logistics, "BatchRegistered", R"({"batch":"B01","sku":"H200","qty":500})");
    s.no(s.logistics, "BatchRegistered", R"({"batch":"B01","sku":"H200","qty":5})", 409,
         "duplicate-batch");
    s.yes(s.regulator, "AllocationReserved", R"({"approval":"AP-1",)" + units(1, 400) + "}");
    CHECK(s.balance("AP-1") == Buckets{600, 200, 400, 0, 0, 0});
    s.no(s.regulator, "AllocationReserved", R"({"approval":"AP-2",)" + units(1, 10) + "}", 422,
         "unit-not-available");
    const Json short_by = s.no(s.regulator, "AllocationReserved",
                               R"({"approval":"AP-2",)" + units(401, 500) + "}", 422,
                               "insufficient-balance");
    CHECK(short_by["available"] == 90);
    CHECK(short_by["requested"] == 100);
    CHECK(short_by["short_by"] == 10);
    s.yes(s.regulator, "AllocationReserved",
          R"({"approval":"AP-2","units":[{"batch":"B01","count":80}]})");
    CHECK(s.regulator.read("/v1/approvals/AP-2")["status"] == "critical");
    const std::string s1 = R"({"shipment":"S-1","approval":"AP-1","port":"CNSHA",)";
    s.no(s.logistics, "ShipmentDispatched", s1 + units(1, 200) + "}", 422, "not-certified");
    s.yes(s.logistics, "BatchTestCertified", R"({"batch":"B01","lab":"L","certificate":"TC-1"})");
    s.no(s.logistics, "ShipmentDispatched", s1 + units(1, 350) + "}", 422, "condition-not-met");
    s.yes(s.logistics, "ShipmentDispatched", s1 + units(1, 300) + "}");
    s.no(s.logistics, "ShipmentDispatched",
         R"({"shipment":"S-2","approval":"AP-1",)" + units(401, 410) + "}", 422, "no-reservation");
    s.yes(s.logistics, "ShipmentDispatched",
          R"({"shipment":"S-2","approval":"AP-2",)" + units(401, 480) + "}");
    s.no(s.logistics, "ShipmentDispatched", s1 + units(301, 310) + "}", 422, "condition-not-met");
    s.no(s.regulator, "AllocationReleased", R"({"approval":"AP-1",)" + units(1, 10) + "}", 422,
         "bad-state");
    s.yes(s.regulator, "AllocationReleased", R"({"approval":"AP-1",)" + units(391, 400) + "}");
    CHECK(s.balance("AP-1") == Buckets{600, 210, 390, 0, 0, 0});
}

void at_the_border(Story& s)
{
    const std::string s1 = R"({"shipment":"S-1",)";
    s.clock("2026-01-20T09:00:00+08:00");
    s.yes(s.customs, "ShipmentArrived", s1 + R"("office":"SHA-01",)" + units(1, 298) + "}");
    s.yes(s.logistics, "ShipmentLost", s1 + units(299, 300) + "}");
    s.no(s.customs, "ShipmentArrived", s1 + units(299, 300) + "}", 422, "bad-state");
    s.yes(s.customs, "ShipmentHeld", s1 + R"("reason":"papers",)" + units(1, 20) + "}");
    const std::string d1 = s1 + R"("declaration":"D-1",)";
    s.no(s.customs, "ShipmentCleared", d1 + units(1, 50) + "}", 422, "bad-state");
    s.yes(s.customs, "ShipmentCleared", d1 + units(21, 120) + "}");
    CHECK(s.balance("AP-1") == Buckets{600, 212, 288, 100, 0, 0});
    s.yes(s.customs, "ShipmentHoldLifted", s1 + R"("reason":"papers",)" + units(1, 20) + "}");
    const std::string c1 = s1 + R"("case":"C-1",)";
    s.yes(s.customs, "ShipmentSeized", c1 + R"("reason":"plates",)" + units(1, 10) + "}");
    s.no(s.customs, "ShipmentCleared", d1 + units(1, 20) + "}", 422, "bad-state");
    s.yes(s.customs, "ShipmentConfiscated", c1 + units(1, 4) + "}");
    s.yes(s.customs, "ShipmentSeizureLifted", c1 + R"("reason":"genuine",)" + units(5, 10) + "}");
    s.yes(s.customs, "ShipmentReturned", s1 + R"("reason":"defect",)" + units(5, 10) + "}");
    s.yes(s.logistics, "ShipmentFound", s1 + units(299, 300) + "}");
    CHECK(s.balance("AP-1") == Buckets{600, 216, 280, 100, 4, 0});
    const std::string site = R"({"approval":"AP-1","site":"SITE-1",)";
    s.yes(s.firm_a, "AllocationDelivered", site + units(21, 60) + "}");
    s.no(s.firm_b, "AllocationDelivered", site + units(61, 70) + "}", 422, "unknown-approval");
}

std::int64_t suspend_and_amend(Story& s)
{
    const std::string s1 = R"({"shipment":"S-1",)", site = R"({"approval":"AP-1","site":"SITE-1",)";
    const std::int64_t deployed = s.yes(s.firm_a, "AllocationDeployed", site + units(21, 40) + "}");
    s.no(s.firm_a, "AllocationDeployed", site + units(61, 70) + "}", 422, "bad-state");
    s.clock("2026-01-21T09:00:00+08:00");
    s.yes(s.regulator, "ApprovalSuspended", R"({"approval":"AP-1","reason":"audit"})");
    const std::string d2 = s1 + R"("declaration":"D-2",)";
    s.no(s.customs, "ShipmentCleared", d2 + units(121, 130) + "}", 422, "approval-not-in-force");
    const std::string reserve = R"({"approval":"AP-1",)" + units(481, 490) + "}";
    s.no(s.regulator, "AllocationReserved", reserve, 422, "approval-not-in-force");
    s.yes(s.customs, "ShipmentHeld", s1 + R"("reason":"audit",)" + units(121, 125) + "}");
    s.yes(s.customs, "ShipmentCleared", d2 + units(130, 149) + "}", {},
          R"("occurred_at":"2026-01-20T08:30:00+08:00")");
    const auto back = [](int n) {
        return R"({"approval":"AP-1","reason":"done","restored_qty":)" + std::to_string(n) + "}";
    };
    s.no(s.regulator, "ApprovalReinstated", back(5), 422, "insufficient-balance");
    s.yes(s.regulator, "ApprovalReinstated", back(4));
    CHECK(s.balance("AP-1") == Buckets{600, 220, 260, 120, 0, 0});
    const auto amend = [](int n) {
        return R"({"approval":"AP-1","granted":)" + std::to_string(n) + "}";
    };
    const std::string version = s.if_match("AP-1");
    s.no(s.regulator, "ApprovalAmended", amend(500), 428, "if-match-required");
    s.no(s.regulator, "ApprovalAmended", amend(379), 422, "below-committed", version);
    s.yes(s.regulator, "ApprovalAmended", amend(500), version);
    s.no(s.regulator, "ApprovalAmended", amend(510), 412, "version-conflict", version);
    CHECK(s.balance("AP-1") == Buckets{500, 120, 260, 120, 0, 0});
    return deployed;
}

void block_and_transfer(Story& s)
{
    const std::string reserve = R"({"approval":"AP-1",)" + units(391, 400) + "}";
    s.yes(s.regulator, "ClaimsBlocked", R"({"scope":"firm:F-A","reason":"report overdue"})");
    s.no(s.regulator, "AllocationReserved", reserve, 422, "claims-blocked");
    CHECK(s.firm_a.read("/v1/approvals/AP-1")["status"] == "blocked");
    s.yes(s.regulator, "ClaimsUnblocked", R"({"scope":"firm:F-A","reason":"report came"})");
    s.yes(s.regulator, "AllocationReserved", reserve);
    const std::string transfer = R"({"from_approval":"AP-1","to_approval":"AP-2",)";
    s.yes(s.regulator, "AllocationTransferred", transfer + units(41, 50) + "}");
    s.no(s.regulator, "AllocationTransferred", transfer + units(51, 60) + "}", 422,
         "insufficient-balance");
    CHECK(s.balance("AP-1") == Buckets{500, 120, 270, 110, 0, 0});
    CHECK(s.balance("AP-2") == Buckets{90, 0, 80, 10, 0, 0});
}

std::int64_t revoke_and_restore(Story& s)
{
    const std::string s2 = R"({"shipment":"S-2",)";
    s.yes(s.customs, "ShipmentArrived", s2 + units(401, 480) + "}");
    const std::int64_t cleared =
        s.yes(s.customs, "ShipmentCleared", s2 + R"("declaration":"D-3",)" + units(401, 440) + "}");
    s.yes(s.regulator, "ApprovalRevoked", R"({"approval":"AP-2","reason":"end use"})");
    s.yes(s.customs, "ShipmentReturned", s2 + R"("reason":"revoked",)" + units(441, 450) + "}");
    CHECK(s.balance("AP-2") == Buckets{90, 0, 30, 50, 10, 0});
    const std::string back = R"({"approval":"AP-2","reason":"remedied","restored_qty":)";
    s.no(s.regulator, "ApprovalReinstated", back + "11}", 422, "insufficient-balance");
    s.yes(s.regulator, "ApprovalReinstated", back + "6}");
    CHECK(s.balance("AP-2") == Buckets{90, 6, 30, 50, 4, 0});
    return cleared;
}

std::string correction(std::int64_t target, const std::string& replacement)
{
    return R"({"target":)" + std::to_string(target) +
           R"(,"reason":"incorrect_data","replacement":{"data":)" + replacement + "}}";
}

std::string voiding(std::int64_t target)
{
    return R"({"target":)" + std::to_string(target) + R"(,"reason":"did_not_occur"})";
}

void correct(Story& s, std::int64_t deployed, std::int64_t cleared)
{
    const std::string fewer = R"({"shipment":"S-2","declaration":"D-3",)" + units(401, 430) + "}";
    s.no(s.logistics, "EventCorrected", correction(cleared, fewer), 403, "forbidden-role");
    const std::int64_t corrected = s.yes(s.customs, "EventCorrected", correction(cleared, fewer));
    CHECK(s.balance("AP-2") == Buckets{90, 6, 40, 40, 4, 0});
    CHECK(s.balance("AP-2", "?as_of=" + std::to_string(corrected - 1)) ==
          Buckets{90, 6, 30, 50, 4, 0});
    s.no(s.customs, "EventCorrected", correction(cleared, fewer), 409, "duplicate-correction");
    const Json first = s.regulator.read("/v1/events?type=BatchRegistered")["data"][0]["position"];
    const Json rests = s.no(s.logistics, "EventVoided", voiding(first.get<std::int64_t>()), 409,
                            "has-dependents");
    CHECK(rests.contains("entries"));
    s.no(s.firm_b, "EventVoided", voiding(deployed), 422, "unknown-entry");
    s.yes(s.firm_a, "EventVoided", voiding(deployed));
    CHECK(s.firm_a.read("/v1/units/B01/21")["state"] == "delivered");
    const std::string site = R"({"approval":"AP-1","site":"SITE-1",)";
    const std::string ap1 = R"({"approval":"AP-1",)";
    s.yes(s.firm_a, "AllocationDeployed", site + units(21, 30) + "}");
    s.yes(s.firm_a, "AllocationDecommissioned", ap1 + units(21, 25) + "}");
    s.yes(s.regulator, "AllocationRecalled", ap1 + R"("reason":"audit",)" + units(26, 30) + "}");
    s.no(s.firm_a, "AllocationUndeployed", site + units(26, 30) + "}", 422, "bad-state");
    s.yes(s.regulator, "AllocationRecallLifted", ap1 + R"("reason":"fine",)" + units(26, 30) + "}");
    s.yes(s.firm_a, "ConditionEvidenced",
          ap1 + R"("condition":"Quarterly report","evidence":"R-1"})");
    s.no(s.firm_a, "ConditionEvidenced", ap1 + R"("condition":"no such","evidence":"R-1"})", 422,
         "unknown-condition");
}

void expire_and_carry_over(Story& s)
{
    s.clock("2026-04-01T01:00:00+08:00");
    CHECK(s.regulator.read("/v1/approvals/AP-1")["status"] == "expired");
    CHECK(s.balance("AP-1") == Buckets{500, 0, 270, 110, 120, 0});
    s.no(s.customs, "ShipmentCleared",
         R"({"shipment":"S-1","declaration":"D-5",)" + units(151, 160) + "}", 422,
         "approval-not-in-force");
    const auto carry = [](int qty) {
        return R"({"from_approval":"AP-1","to_approval":"AP-9","period":"2026-H2",)"
               R"("valid_from":"2026-04-01","valid_to":"2026-12-31","qty":)" +
               std::to_string(qty) + "}";
    };
    s.no(s.regulator, "QuotaCarriedOver", carry(121), 422, "insufficient-balance");
    s.no(s.regulator, "QuotaCarriedOver", carry(101), 422, "carry-over-limit");
    s.yes(s.regulator, "QuotaCarriedOver", carry(100));
    const std::string reserve = R"({"approval":"AP-9","units":[{"batch":"B01","count":5}]})";
    s.no(s.regulator, "AllocationReserved", reserve, 422, "unknown-policy");
    s.yes(s.regulator, "PolicyPublished", policy(1, "2026-H2"));
    s.yes(s.regulator, "AllocationReserved", reserve);
}

Json nonzero(const Json& units)
{
    Json kept = Json::object();
    for (const auto& [state, n] : units.items())
        if (n != 0) kept[state] = n;
    return kept;
}

}  // namespace

TEST_CASE("a season of two firms ends with the balances worked out by hand", "[story]")
{
    Service service;
    Story s{service};
    entitle(s);
    reserve_and_ship(s);
    at_the_border(s);
    const std::int64_t deployed = suspend_and_amend(s);
    block_and_transfer(s);
    const std::int64_t cleared = revoke_and_restore(s);
    correct(s, deployed, cleared);
    expire_and_carry_over(s);

    CHECK(s.balance("AP-1") == Buckets{500, 0, 270, 110, 20, 100});
    CHECK(s.balance("AP-2") == Buckets{90, 6, 40, 40, 4, 0});
    CHECK(s.balance("AP-9") == Buckets{100, 95, 5, 0, 0, 0});
    const Json inventory = s.firm_a.read("/v1/firms/F-A/inventory");
    CHECK(inventory["exposure"] == Json{{"2026-H1", 380}, {"2026-H2", 5}});
    CHECK(inventory["headroom"] == Json{{"2026-H1", 620}, {"2026-H2", 995}});
    CHECK(nonzero(inventory["units"]) ==
          Json{{"registered", 105}, {"in_transit", 2}, {"arrived", 163}, {"held", 5},
               {"cleared", 80}, {"delivered", 20}, {"deployed", 5}, {"decommissioned", 5},
               {"returned", 6}, {"confiscated", 4}});
    const Json other = s.firm_b.read("/v1/firms/F-B/inventory");
    CHECK(other["exposure"] == Json{{"2026-H1", 80}, {"2026-H2", 0}});
    CHECK(s.steps >= 90);
    CHECK(broken_invariants(*service.head()).empty());
}

}  // namespace chipledger
