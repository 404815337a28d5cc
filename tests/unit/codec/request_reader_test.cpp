#include "codec/request_reader.hpp"

#include <set>

#include "catch.hpp"
#include "codec/json_profile.hpp"
#include "codec/wire.hpp"
#include "unit/codec/random_event.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::string_view landed =
    R"({"type":"ShipmentArrived","data":{"shipment":"S-1","units":[{"batch":"B1","from":1,"to":4}]}})";

bool same_request(const Proposal& one, const Proposal& other)
{
    return one.data == other.data && one.occurred_at == other.occurred_at &&
           one.reason == other.reason && one.documents == other.documents &&
           other.wanted.empty();
}

/// What the slower reader makes of a body that is one event.
Result<Proposal> read_slowly(std::string_view body)
{
    const Result<Json> parsed = parse_profile(body, {.caps_object = true});
    if (!parsed) return parsed.error();
    return read_proposal(*parsed, "");
}

/// Whether the direct reader spoke; then the slower one says the same.
bool agree(const std::string& body)
{
    const auto direct = read_requests(body);
    if (!direct || direct->list) return false;
    const Result<Proposal> slow = read_slowly(body);
    if (!slow) RC_FAIL(body + " " + slow.error().param + " " + slow.error().detail);
    RC_ASSERT(same_request(direct->proposals.front(), *slow));
    return true;
}

}  // namespace

TEST_CASE("the direct reader of requests reads what the slow one reads, or nothing",
          "[request][property]")
{
    std::set<std::size_t> spoken;
    for (std::size_t index = 0; index < event_types().size(); ++index)
        CHECK(rc::check(std::string{event_types()[index]}, [index, &spoken] {
            const Event event = *random_event(index);
            const Proposal proposal{event.data, event.occurred_at, {}, {}, {}};
            const std::string body = to_json(proposal).dump(*rc::gen::inRange(-1, 3));
            if (agree(body)) spoken.insert(index);
            for (const std::string& other : mangled(body)) agree(other);
        }));
    CHECK(spoken.size() > event_types().size() * 3 / 4);  // Caps and replacements are not for it.
}

TEST_CASE("the direct reader takes members in any order, white space, and Chinese text", "[request]")
{
    const auto found = read_requests(" {\n \"reason\" : \"铅封完好\",\t\"documents\":[],"
                                     "\"data\":{\"units\":[{\"to\":4,\"from\":1,\"batch\":\"B1\"}],"
                                     "\"shipment\":\"S-1\"} , \"type\":\"ShipmentArrived\"}\r\n");
    REQUIRE(found);
    CHECK_FALSE(found->list);
    CHECK(found->proposals.front().reason == Text{"铅封完好"});
    CHECK(found->proposals.front().data ==
          EventData{ShipmentArrived{ShipmentId{"S-1"}, {{BatchId{"B1"}, 1, 4}}, {}}});
}

TEST_CASE("the direct reader takes a list, and leaves everything else beside it", "[request]")
{
    const std::string one{landed};
    const auto found = read_requests("{\"events\":[" + one + ',' + one + "]}");
    REQUIRE(found);
    CHECK(found->list);
    CHECK(found->proposals.size() == 2);
    for (const std::string& body :
         {std::string{"{\"events\":[]}"}, "{\"events\":[" + one + "],\"more\":1}", one + one,
          "[" + one + ']', "{\"events\":[" + one + ",]}", std::string{"{}"}, std::string{}})
        CHECK_FALSE(read_requests(body));
}

TEST_CASE("the direct reader leaves what is rare or wrong to the one that names it", "[request]")
{
    const auto with = [](std::string from, std::string to) {
        std::string body{landed};
        return body.replace(body.find(from), from.size(), to);
    };
    REQUIRE(read_requests(with("S-1", "S-2")));
    for (const std::string& body :
         {with("\"to\":4", "\"to\":-0"), with("\"to\":4", "\"to\":4.0"), with("\"to\":4", "\"to\":04"),
          with("\"to\":4", "\"to\":4,\"to\":4"), with("\"to\":4", "\"to\":9007199254740992"),
          with("\"to\":4", "\"to\":-9223372036854775808"),
          with("S-1", "S\\u002d1"), with("S-1", "S-\xFF"), with("\"from\":1,\"to\":4", "\"count\":4"),
          with("\"data\"", "\"more\":1,\"data\""), with("ShipmentArrived", "ShipmentSunk")})
        CHECK_FALSE(read_requests(body));
}

}  // namespace chipledger
