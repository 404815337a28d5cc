// Who may ask what: every route, every role, and another firm's things.
#include <set>

#include "catch.hpp"
#include "service.hpp"
#include "support/cluster.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr Role all_roles[]{Role::regulator, Role::customs, Role::logistics,
                           Role::firm,      Role::auditor, Role::admin};

/// F-A and F-B, each with an application, an approval, a batch, a shipment of 10 units: S-A has
/// arrived at SHA-01, S-B at TXG-02.
struct TwoFirms {
    TwoFirms()
    {
        Client regulator = service.as(Role::regulator), logistics = service.as(Role::logistics),
               customs = service.as(Role::customs);
        const auto done = [](const Reply& reply) {
            INFO(reply.body);
            REQUIRE(reply.status == 201);
        };
        done(regulator.record("PolicyPublished",
                              R"({"policy_version":1,"period":"2026-H1","caps":{"T1":100},
                                  "critical_pct":80,"carry_over_max_pct":20,
                                  "confiscation_effect":"forfeit"})"));
        for (const std::string x : {"A", "B"}) {
            const auto data = [&](std::string text) {
                for (std::size_t at; (at = text.find('$')) != text.npos;) text.replace(at, 1, x);
                return text;
            };
            done(regulator.record("FirmRegistered",
                                  data(R"({"firm":"F-$","name":"Firm $","tier":"T1"})")));
            done(regulator.record("ApplicationSubmitted",
                                  data(R"({"application":"AL-$","firm":"F-$","sku":"H200",
                                           "qty":50,"end_use":"research"})")));
            done(regulator.record("ApplicationReviewStarted", data(R"({"application":"AL-$"})")));
            done(regulator.record("ApprovalGranted",
                                  data(R"({"approval":"AP-$","application":"AL-$","firm":"F-$",
                                           "granted":40,"period":"2026-H1",
                                           "valid_from":"2026-01-01","valid_to":"2026-06-30",
                                           "conditions":[]})")));
            done(logistics.record("BatchRegistered",
                                  data(R"({"batch":"B-$","sku":"H200","qty":10})")));
            done(logistics.record("SerialsRecorded",
                                  data(R"({"batch":"B-$","from":1,"serials":["SN-$"]})")));
            done(logistics.record("BatchTestCertified",
                                  data(R"({"batch":"B-$","lab":"L","certificate":"C-$"})")));
            done(regulator.record(
                "AllocationReserved",
                data(R"({"approval":"AP-$","units":[{"batch":"B-$","count":10}]})")));
            done(logistics.record("ShipmentDispatched",
                                  data(R"({"shipment":"S-$","approval":"AP-$",
                                           "units":[{"batch":"B-$","from":1,"to":10}]})")));
            const std::string office = x == "A" ? "SHA-01" : "TXG-02";
            done(customs.record("ShipmentArrived",
                                data(R"({"shipment":"S-$","office":")" + office +
                                     R"(","units":[{"batch":"B-$","from":1,"to":8}]})")));
        }
    }
    /// The pattern with ids of a firm in its braces.
    std::string path_of(const Route& route, const std::string& x) const
    {
        const std::map<std::string, std::string> ids{
            {"firm", "F-" + x},     {"application", "AL-" + x}, {"approval", "AP-" + x},
            {"batch", "B-" + x},    {"shipment", "S-" + x},     {"serial", "SN-" + x},
            {"n", "1"},             {"position", x == "A" ? "3" : "13"},
            {"level", "0"},         {"a", "000"},               {"slug", "malformed"}};
        std::string path = route.pattern;
        for (const auto& [name, id] : ids)
            if (const std::size_t at = path.find('{' + name + '}'); at != path.npos)
                path.replace(at, name.size() + 2, id);
        return path;
    }
    Service service{};
};

bool names_a_thing(const Route& route)
{
    return route.pattern.find('{') != std::string::npos && !route.roles.empty();
}

}  // namespace

TEST_CASE("every route exists for the roles of its row, and for nobody else", "[access]")
{
    TwoFirms world;
    Client nobody{world.service.port(), ""};
    std::map<Role, std::string> tokens;
    for (const Role role : all_roles)
        tokens[role] = world.service.as(role, role == Role::firm ? "F-A" : "").token();
    int checked = 0;
    for (const Route& route : world.service.routes()) {
        if ((route.pattern == "/v1/events/stream" || route.pattern == "/v1/audit/replay")) continue;
        // What a principal has not made is not there for it (webhook_test).
        if (route.pattern.starts_with("/v1/webhooks/{webhook}")) continue;
        const std::string path = world.path_of(route, "A");
        INFO(route.method << ' ' << path);
        const auto ask = [&](const Client& who) {
            Client client{world.service.port(), who.token()};  // An unread body ends a connection.
            if (route.method == "POST") return client.post(path, "{}");
            return client.wire().ask(
                get(path, "Authorization: Bearer " + client.token() + "\r\n", route.method));
        };
        if (route.roles.empty()) {
            if (route.method == "GET") CHECK(ask(nobody).status != 401);
            continue;
        }
        CHECK(ask(nobody).status == 401);
        for (const Role role : all_roles) {
            INFO(name_of(role));
            Client client{world.service.port(), tokens[role]};
            const Reply reply = ask(client);
            const bool has = std::ranges::find(route.roles, role) != route.roles.end();
            const bool no_route = reply.status == 404 &&
                                  reply.json()["code"] == "not-found";
            CHECK(no_route != has);
            ++checked;
        }
    }
    CHECK(checked > 100);
}

TEST_CASE("another firm's things are not there, on any route", "[access]")
{
    TwoFirms world;
    Client own = world.service.as(Role::firm, "F-A");
    std::set<std::string> seen;
    for (const Route& route : world.service.routes()) {
        if (route.method != "GET" || !names_a_thing(route)) continue;
        if (std::ranges::find(route.roles, Role::firm) == route.roles.end()) continue;
        INFO(route.pattern);
        // There is none of its own of these.
        if (route.pattern != "/v1/proposals/{proposal}" &&
            route.pattern != "/epcis/v2/capture/{capture}" &&
            !route.pattern.starts_with("/v1/webhooks/"))
            CHECK(own.get(world.path_of(route, "A")).status == 200);
        const Reply foreign = own.get(world.path_of(route, "B"));
        CHECK(foreign.status == 404);
        CHECK(foreign.body.find("F-B") == std::string::npos);
        seen.insert(route.pattern);
    }
    CHECK(seen.size() >= 10);
    for (const Route& route : world.service.routes()) {
        if (route.method != "GET" || route.pattern.find('{') != std::string::npos) continue;
        if (std::ranges::find(route.roles, Role::firm) == route.roles.end()) continue;
        if ((route.pattern == "/v1/events/stream" || route.pattern == "/v1/audit/replay")) continue;
        INFO(route.pattern);
        const std::string body = own.get(route.pattern).body;
        for (const char* foreign : {"F-B", "AP-B", "AL-B", "B-B", "S-B", "SN-B"})
            CHECK(body.find('"' + std::string{foreign} + '"') == std::string::npos);
    }
}

TEST_CASE("an officer who is bound to an office sees and records that office's goods", "[access]")
{
    TwoFirms world;
    const auto bound = [&](const std::string& name, const std::string& office) {
        return Client{world.service.port(),
                      world.service.mint({name, Role::customs, {}, {office}})};
    };
    Client officer = bound("wang", "SHA-01");
    CHECK(officer.get("/v1/shipments/S-A").status == 200);
    CHECK(officer.get("/v1/shipments/S-B").status == 404);
    CHECK(officer.get("/v1/approvals/AP-A").status == 200);
    CHECK(officer.get("/v1/approvals/AP-B").status == 404);
    CHECK(officer.get("/v1/batches/B-B").status == 404);
    CHECK(officer.get("/v1/serials/SN-B").status == 404);
    CHECK(officer.read("/v1/shipments")["data"].size() == 1);
    CHECK(officer.get("/v1/events").body.find("\"S-B\"") == std::string::npos);
    CHECK(officer.get("/v1/events").body.find("\"S-A\"") != std::string::npos);
    const std::string hold = R"(","units":[{"batch":"B-$","from":1,"to":1}],"reason":"r"})";
    const auto held = [&](Client& client, const std::string& x) {
        std::string units = hold;
        units.replace(units.find('$'), 1, x);
        return client.record("ShipmentHeld", R"({"shipment":"S-)" + x + units);
    };
    CHECK(held(officer, "A").status == 201);
    const Reply foreign = held(officer, "B");
    CHECK(foreign.status == 422);
    CHECK(foreign.json()["code"] == "unknown-shipment");
    const Reply elsewhere = officer.record(
        "ShipmentArrived",
        R"({"shipment":"S-A","office":"TXG-02","units":[{"batch":"B-A","from":9,"to":10}]})");
    CHECK(elsewhere.status == 403);
    CHECK(elsewhere.json()["param"] == "/data/office");
    Client free = world.service.as(Role::customs);
    CHECK(held(free, "B").status == 201);
    const Reply voided = officer.record(
        "EventVoided", R"({"target":)" + std::to_string(world.service.head()->position.number) +
                           R"(,"reason":"did_not_occur"})");
    CHECK(voided.status == 422);
    CHECK(voided.json()["code"] == "unknown-entry");
}

TEST_CASE("a token asks as often as it may, and others are not troubled", "[access]")
{
    Service service;
    Principal principal{"slow", Role::auditor, {}, {}};
    Client slow{service.port(), service.mint(principal, 2)};
    Client other = service.as(Role::regulator);
    int good = 0;
    Reply last;
    for (int i = 0; i < 12 && last.status != 429; ++i) {
        last = slow.get("/v1/firms");
        good += last.status == 200;
    }
    CHECK(good >= 2);
    REQUIRE(last.status == 429);
    CHECK(last.json()["code"] == "rate-limited");
    CHECK(last.header("retry-after") == "1");
    for (int i = 0; i < 20; ++i) CHECK(other.get("/v1/firms").status == 200);
}

TEST_CASE("what an auditor reads leaves a trace that nobody can wipe", "[access]")
{
    TwoFirms world;
    Client auditor = world.service.as(Role::auditor);
    CHECK(auditor.get("/v1/firms/F-A/inventory?as_of=5").status == 200);
    CHECK(world.service.as(Role::regulator).get("/v1/firms/F-A").status == 200);
    CHECK(world.service.traces() == "auditor auditor /v1/firms/F-A/inventory?as_of=5\n");
}

}  // namespace chipledger
