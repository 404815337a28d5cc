// Events that a policy puts under dual control need a second principal.
#include "catch.hpp"
#include "service.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

struct World {
    World()
    {
        CHECK(publish(R"(["FirmRegistered","EventVoided"])").status == 201);
    }
    Client of(const std::string& name, Role role)
    {
        return Client{service.port(), service.mint({name, role, {}, {}})};
    }
    Reply publish(const std::string& types)
    {
        return chen.record("PolicyPublished",
                           R"({"policy_version":1,"period":"2026-H1","caps":{"T1":100},
                               "critical_pct":80,"carry_over_max_pct":20,
                               "confiscation_effect":"forfeit","dual_control":)" + types + '}');
    }
    Reply propose(const std::string& firm, const std::string& headers = {})
    {
        return chen.record("FirmRegistered",
                           R"({"firm":")" + firm + R"(","name":"N","tier":"T1"})", headers);
    }
    Service service{};
    Client chen = of("chen", Role::regulator), li = of("li", Role::regulator);
};

std::string path_of(const Reply& proposed)
{
    return "/v1/proposals/" + proposed.json()["proposal"].get<std::string>();
}

}  // namespace

TEST_CASE("the first call proposes, a second principal confirms, both are in the entry", "[dual]")
{
    World world;
    const Reply proposed = world.propose("F-1", "Idempotency-Key: k1\r\n");
    REQUIRE(proposed.status == 202);
    CHECK(proposed.header("location") == path_of(proposed));
    CHECK(world.service.head()->position == Position{2});
    const Reply again = world.propose("F-1", "Idempotency-Key: k1\r\n");
    CHECK(again.status == 202);
    CHECK(again.header("idempotent-replayed") == "true");
    CHECK(again.body == proposed.body);
    CHECK(world.li.read("/v1/proposals")["data"].size() == 1);

    const Reply confirmed =
        world.li.post(path_of(proposed) + "/confirm", "", "Idempotency-Key: c\r\n");
    REQUIRE(confirmed.status == 201);
    const Json entry = confirmed.json()["events"][0];
    CHECK(entry["actor"]["principal"] == "chen");
    CHECK(entry["confirmed_by"] ==
          Json{{"principal", "li"}, {"role", "regulator"}, {"firm", nullptr}});
    CHECK(world.li.get("/v1/events/3").body == entry.dump());
    const Reply repeated =
        world.li.post(path_of(proposed) + "/confirm", "", "Idempotency-Key: c\r\n");
    CHECK(repeated.status == 201);
    CHECK(repeated.header("idempotent-replayed") == "true");
    const Json after = world.chen.read(path_of(proposed));
    CHECK(after["status"] == "confirmed");
    CHECK(after["position"] == 3);
    CHECK(after["decided_by"] == "li");
    CHECK(world.li.read("/v1/proposals")["data"].empty());
    CHECK(world.li.post(path_of(proposed) + "/confirm", "").json()["code"] == "bad-state");
    CHECK(world.li.post(path_of(proposed) + "/decline", "").json()["code"] == "bad-state");
    CHECK(world.service.head()->position == Position{3});
}

TEST_CASE("nobody confirms their own, and nobody without the role", "[dual]")
{
    World world;
    const Reply proposed = world.propose("F-1");
    const Reply own = world.chen.post(path_of(proposed) + "/confirm", "");
    CHECK(own.status == 403);
    CHECK(own.json()["code"] == "forbidden-role");
    Client customs = world.of("wang", Role::customs), auditor = world.of("zhao", Role::auditor);
    CHECK(customs.post(path_of(proposed) + "/confirm", "").status == 404);
    CHECK(auditor.get(path_of(proposed)).status == 200);
    CHECK(auditor.post(path_of(proposed) + "/confirm", "").status == 404);
    CHECK(world.li.post("/v1/proposals/nothing/confirm", "").status == 404);
    CHECK(world.service.head()->position == Position{2});
}

TEST_CASE("a proposal can be declined, with a reason", "[dual]")
{
    World world;
    const Reply proposed = world.propose("F-1");
    CHECK(world.chen.post(path_of(proposed) + "/decline", "").status == 403);
    const Reply declined = world.li.post(path_of(proposed) + "/decline", R"({"reason":"a typo"})");
    CHECK(declined.status == 200);
    const Json after = world.chen.read(path_of(proposed));
    CHECK(after["status"] == "declined");
    CHECK(after["reason"] == "a typo");
    CHECK(world.li.post(path_of(proposed) + "/confirm", "").status == 422);
    CHECK(world.service.head()->position == Position{2});
}

TEST_CASE("a proposal is judged at once, and again when it is confirmed", "[dual]")
{
    World world;
    const Reply first = world.propose("F-1"), second = world.propose("F-1");
    CHECK(world.li.post(path_of(first) + "/confirm", "").status == 201);
    const Reply late = world.li.post(path_of(second) + "/confirm", "");
    CHECK(late.status == 409);
    CHECK(late.json()["code"] == "duplicate-firm");
    CHECK(world.propose("F-1").json()["code"] == "duplicate-firm");
    const Reply dry = world.chen.post("/v1/events?dry_run=true",
                                      R"({"type":"FirmRegistered","data":
                                          {"firm":"F-9","name":"N","tier":"T1"}})");
    CHECK(dry.status == 200);
    CHECK(dry.json()["needs_confirmation"] == true);
}

TEST_CASE("corrections may need a second principal too", "[dual]")
{
    World world;
    const Reply first = world.propose("F-1");
    REQUIRE(world.li.post(path_of(first) + "/confirm", "").status == 201);
    const Reply voiding =
        world.chen.record("EventVoided", R"({"target":3,"reason":"did_not_occur"})");
    REQUIRE(voiding.status == 202);
    CHECK(world.li.get("/v1/firms/F-1").status == 200);
    CHECK(world.li.post(path_of(voiding) + "/confirm", "").status == 201);
    CHECK(world.li.get("/v1/firms/F-1").status == 404);
}

TEST_CASE("a policy names events that there are; rows of an import are not proposed", "[dual]")
{
    Service service;
    Client chen{service.port(), service.mint({"chen", Role::regulator, {}, {}})};
    World world;
    const Reply bad = chen.record("PolicyPublished",
                                  R"({"policy_version":1,"period":"P","caps":{"T1":1},
                                      "critical_pct":80,"carry_over_max_pct":20,
                                      "confiscation_effect":"forfeit","dual_control":["Nothing"]})");
    CHECK(bad.status == 400);
    CHECK(bad.json()["param"] == "/data/dual_control/0");
    const Reply import = world.chen.post(
        "/v1/imports",
        R"({"type":"FirmRegistered","data":{"firm":"F-1","name":"N","tier":"T1"}})",
        "Content-Type: application/x-ndjson\r\n");
    CHECK(import.body.find("confirmation-needed") != std::string::npos);
}

}  // namespace chipledger
