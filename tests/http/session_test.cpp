// The page's cookie, and the feed.
#include "catch.hpp"
#include "service.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

const std::string json_type = "Content-Type: application/json\r\n";

std::string sign_in(const std::string& token)
{
    return post("/v1/session", R"({"token":")" + token + "\"}", json_type);
}

std::string cookie_of(const Reply& reply)
{
    const std::string set = reply.header("set-cookie");
    return "Cookie: a=b; " + set.substr(0, set.find(';')) + "\r\n";
}

/// Pieces of a feed until `marker` has come.
std::string until(Wire& wire, const std::string& marker)
{
    std::string seen;
    while (seen.find(marker) == std::string::npos) seen += wire.read_chunk();
    return seen;
}

}  // namespace

TEST_CASE("a token buys a cookie that no script and no other site can use", "[session]")
{
    Service service;
    const Client regulator = service.as(Role::regulator);
    Wire wire{service.port()};
    const Reply in = wire.ask(sign_in(regulator.token()));
    REQUIRE(in.status == 200);
    CHECK(in.json() == Json{{"principal", "regulator"}, {"role", "regulator"}, {"firm", nullptr}});
    const std::string more = R"({"token":")" + regulator.token() + R"(","firm":"F-A"})";
    CHECK(wire.ask(post("/v1/session", more, json_type)).json()["param"] == "/firm");
    CHECK(in.header("set-cookie").find("; HttpOnly; SameSite=Strict") != std::string::npos);
    const std::string cookie = cookie_of(in);
    CHECK(wire.ask(get("/v1/session", cookie)).status == 200);
    CHECK(wire.ask(get("/v1/firms", cookie)).status == 200);
    const std::string body =
        R"({"type":"FirmRegistered","data":{"firm":"F-1","name":"N","tier":"T"}})";
    const auto write = [&](const std::string& headers) {
        return wire.ask(post("/v1/events", body,
                             cookie + json_type + "Idempotency-Key: k\r\n" + headers));
    };
    CHECK(write("").status == 401);
    CHECK(write("Origin: http://elsewhere.example\r\n").status == 401);
    CHECK(write("Sec-Fetch-Site: cross-site\r\n").status == 401);
    CHECK(write("Origin: http://ledger\r\n").status == 201);
    const Reply out = wire.ask(get("/v1/session", cookie, "DELETE"));
    CHECK(out.status == 204);
    CHECK(out.header("set-cookie").find("Max-Age=0") != std::string::npos);
}

TEST_CASE("nobody signs in with what is no token", "[session]")
{
    Service service;
    Wire wire{service.port()};
    CHECK(wire.ask(sign_in("clk_regulator_" + std::string(36, '0'))).status == 401);
    CHECK(wire.ask(sign_in("")).status == 401);
    CHECK(wire.ask(post("/v1/session", "{}", json_type)).status == 400);
    CHECK(wire.ask(post("/v1/session", std::string(5000, ' '), json_type)).status == 413);
}

TEST_CASE("the feed says what is there, then what comes", "[feed]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const auto firm = [&](const std::string& id) {
        regulator.record("FirmRegistered", R"({"firm":")" + id + R"(","name":"N","tier":"T"})");
    };
    firm("F-1");
    Wire wire{service.port()};
    const std::string who = "Authorization: Bearer " + regulator.token() + "\r\n";
    wire.send(get("/v1/events/stream?after=1", who));
    CHECK(wire.read_head().header("content-type") == "text/event-stream");
    CHECK(until(wire, "F-1").find("id: 2\ndata: {\"actor\"") != std::string::npos);
    firm("F-2");
    CHECK(until(wire, "F-2").find("id: 3\n") != std::string::npos);
    // A browser that comes back says what it saw last.
    Wire again{service.port()};
    again.send(get("/v1/events/stream?after=0", who + "Last-Event-ID: 2\r\n"));
    again.read_head();
    const std::string seen = until(again, "F-2");
    CHECK(seen.find("F-1") == std::string::npos);
}

TEST_CASE("a firm's feed is the firm's", "[feed][roles]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const Client firm = service.as(Role::firm, "F-2");
    Wire wire{service.port()};
    wire.send(get("/v1/events/stream", "Authorization: Bearer " + firm.token() + "\r\n"));
    wire.read_head();
    for (const char* id : {"F-1", "F-2"})
        regulator.record("FirmRegistered",
                         R"({"firm":")" + std::string{id} + R"(","name":"N","tier":"T"})");
    const std::string seen = until(wire, "F-2");
    CHECK(seen.find("F-1") == std::string::npos);
}

}  // namespace chipledger
