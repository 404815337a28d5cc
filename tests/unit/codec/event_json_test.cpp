#include "codec/event_json.hpp"

#include <set>

#include "codec/canonical_reader.hpp"
#include "codec/json_profile.hpp"
#include "codec/wire.hpp"
#include "unit/codec/random_event.hpp"
#include "unit/codec/vectors.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

// DESIGN §4's own example, closed where it trails off.
constexpr std::string_view arrival =
    R"({"actor":{"firm":null,"principal":"li.wei","role":"customs"},)"
    R"("data":{"shipment":"S-1","units":[{"batch":"B01","from":1,"to":398}]},)"
    R"("documents":[{"ref":"D-1","type":"declaration"}],)"
    R"("id":"0195c0de-0000-7000-8000-000000000000","occurred_at":"2026-02-20T09:00:00+08:00",)"
    R"("position":41,"reason":null,"recorded_at":"2026-02-20T01:00:03.120417Z",)"
    R"("subjects":[{"id":"S-1","kind":"shipment","version":2}],"type":"ShipmentArrived","v":1})";

std::string with(const char* pointer, const Json& value)
{
    Json entry = Json::parse(arrival);
    entry[Json::json_pointer{pointer}] = value;
    return canonical(entry);
}

std::string without(const char* member)
{
    Json entry = Json::parse(arrival);
    entry.erase(member);
    return canonical(entry);
}

std::string param_of(const std::string& bytes)
{
    const Result<Event> event = decode(bytes);
    REQUIRE(!event);
    CHECK(event.error().code == Code::malformed);
    return event.error().param;
}

}  // namespace

TEST_CASE("an entry has the form of the design, byte for byte", "[entry]")
{
    const Result<Event> event = decode(arrival);
    REQUIRE(event.has_value());
    CHECK(event->position.number == 41);
    CHECK(event->actor == Actor{"li.wei", Role::customs, {}});
    CHECK_FALSE(event->reason);
    CHECK(std::get<ShipmentArrived>(event->data) ==
          ShipmentArrived{ShipmentId{"S-1"}, {{BatchId{"B01"}, 1, 398}}, {}});
    CHECK(encode(*event) == arrival);
}

TEST_CASE("the fast reader of entries reads what the slow one reads, or nothing", "[entry][property]")
{
    const auto agree = [](const std::string& bytes) {
        const std::optional<Event> fast = read_canonical(bytes);
        if (!fast) return false;
        const Result<Event> slow = decode_slowly(bytes);
        if (!slow) RC_FAIL(bytes + " " + slow.error().param + " " + slow.error().detail);
        RC_ASSERT(*fast == *slow);
        RC_ASSERT(encode(*fast) == encode(*slow));
        return true;
    };
    CHECK(read_canonical(arrival));
    std::set<std::size_t> spoken;
    for (std::size_t index = 0; index < event_types().size(); ++index)
        CHECK(rc::check(std::string{event_types()[index]}, [index, agree, &spoken] {
            Event event = *random_event(index);
            agree(encode(event));
            event.reason.reset();  // Random text is seldom plain; without, the fast one speaks.
            event.documents.clear();
            const std::string bytes = encode(event);
            if (agree(bytes)) spoken.insert(index);
            for (const std::string& other : mangled(bytes)) agree(other);
        }));
    CHECK(spoken.size() > event_types().size() * 3 / 4);  // Caps and replacements are not for it.
}

TEST_CASE("every event reads back as it was written", "[entry][property]")
{
    for (std::size_t index = 0; index < event_types().size(); ++index)
        CHECK(rc::check(std::string{event_types()[index]}, [index] {
            const Event event = *random_event(index);
            const std::string bytes = encode(event);
            RC_ASSERT(bytes == canonical(to_json(event)));  // The tree's way and the straight one.
            const Result<Event> read = decode(bytes);
            if (!read) RC_FAIL(bytes + " " + read.error().param + " " + read.error().detail);
            RC_ASSERT(*read == event);
            RC_ASSERT(read->occurred_at.offset == event.occurred_at.offset);
            RC_ASSERT(encode(*read) == bytes);
        }));
}

TEST_CASE("a member that is a keyword goes without its underscore", "[entry]")
{
    const Json data = to_json(EventData{ShipmentConfiscated{ShipmentId{"S-1"}, CaseId{"C-1"}, {}}});
    CHECK(data["case"] == "C-1");
    CHECK_FALSE(data.contains("case_"));
}

TEST_CASE("an entry that touches a thousand batches reads back", "[entry]")
{
    Event event = *decode(arrival);
    Units& units = std::get<ShipmentArrived>(event.data).units;
    units.clear();
    for (std::size_t i = 0; i < ranges_max; ++i) {
        const std::string batch = "B" + std::to_string(i);
        units.push_back({BatchId{batch}, 1, 2});
        event.subjects.push_back({"batch", batch, 1});
    }
    const Result<Event> read = decode(encode(event));
    REQUIRE(read.has_value());
    CHECK(*read == event);
}

TEST_CASE("bytes that are not an entry are refused at the member", "[entry]")
{
    CHECK(param_of("{}") == "/v");
    CHECK(param_of(without("reason")) == "/reason");
    CHECK(param_of(without("data")) == "/data");
    CHECK(param_of(with("/more", 1)) == "/more");
    CHECK(param_of(with("/v", 2)) == "/v");
    CHECK(param_of(with("/type", "ShipmentSunk")) == "/type");
    CHECK(param_of(with("/occurred_at", "yesterday")) == "/occurred_at");
    CHECK(param_of(with("/actor/role", "pirate")) == "/actor/role");
    CHECK(param_of(with("/subjects/0/version", "2")) == "/subjects/0/version");
    CHECK(param_of(with("/data/units/0", {{"batch", "B01"}, {"count", 3}})) ==
          "/data/units/0/from");
}

}  // namespace chipledger
