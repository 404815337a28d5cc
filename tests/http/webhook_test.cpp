// Webhooks as their owners see them, and the parts that deliver; tests/connect delivers.
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "catch.hpp"
#include "http/client.hpp"
#include "http/public_address.hpp"
#include "service.hpp"
#include "store/seal.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;

const std::string minimal = R"({"url":"https://receiver.example/x"})";

Reply ask(Client& client, const std::string& method, const std::string& path,
          const std::string& body)
{
    std::string request = post(path, body, "Authorization: Bearer " + client.token() +
                                               "\r\nContent-Type: application/json\r\n");
    request.replace(0, 4, method);
    return client.wire().ask(request);
}

}  // namespace

TEST_CASE("a webhook is made, read, changed and deleted by its owner alone", "[webhook]")
{
    Service service;
    Client regulator = service.as(Role::regulator), customs = service.as(Role::customs);
    const Reply made = regulator.post(
        "/v1/webhooks", R"({"url":"https://receiver.example/x","types":["ShipmentCleared"],)"
                        R"("subject":"batch:B01","status":"paused","after":0})");
    REQUIRE(made.status == 201);
    const std::string path = made.header("location");
    CHECK(path == "/v1/webhooks/" + made.json()["webhook"].get<std::string>());
    CHECK(made.json()["secret"].get<std::string>().starts_with("whsec_"));
    const Json read = regulator.read(path);
    CHECK_FALSE(read.contains("secret"));
    CHECK(read["types"] == Json{"ShipmentCleared"});
    CHECK(read["subject"] == "batch:B01");
    CHECK(read["delivered_through"] == 0);

    CHECK(customs.get(path).status == 404);
    CHECK(ask(customs, "PATCH", path, R"({"status":"active"})").status == 404);
    CHECK(ask(customs, "DELETE", path, "").status == 404);
    CHECK(customs.post(path + "/redeliver", "{}").status == 404);
    CHECK(customs.get(path + "/dead-letters").status == 404);
    CHECK(customs.read("/v1/webhooks")["data"].empty());
    CHECK(service.as(Role::admin).get("/v1/webhooks").status == 404);

    const Reply changed = ask(regulator, "PATCH", path, R"({"subject":null,"content":"entry"})");
    CHECK(changed.json()["subject"].is_null());
    CHECK(changed.json()["content"] == "entry");
    CHECK(changed.json()["types"] == Json{"ShipmentCleared"});
    CHECK(ask(regulator, "DELETE", path, "").status == 204);
    CHECK(regulator.get(path).status == 404);
}

TEST_CASE("what is wrong with a webhook is said, with its member", "[webhook]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const std::vector<std::pair<std::string, std::string>> faults{
        {"{}", "/url"},
        {R"({"url":5})", "/url"},
        {R"({"url":"receiver.example"})", "/url"},
        {R"({"url":"ftp://receiver.example/"})", "/url"},
        {R"({"url":"http://receiver.example/"})", "/url"},
        {R"({"url":"https://user@receiver.example/"})", "/url"},
        {R"({"url":"https://receiver.example/#x"})", "/url"},
        {R"({"url":"https://receiver.example/a b"})", "/url"},
        {R"({"url":"https://10.1.2.3/"})", "/url"},
        {R"({"url":"https://r.example/","types":["Nothing"]})", "/types"},
        {R"({"url":"https://r.example/","subject":"batch"})", "/subject"},
        {R"({"url":"https://r.example/","content":"xml"})", "/content"},
        {R"({"url":"https://r.example/","status":"disabled"})", "/status"},
        {R"({"url":"https://r.example/","after":99})", "/after"},
        {R"({"url":"https://r.example/","secret":"x"})", "/secret"}};
    for (const auto& [body, member] : faults) {
        INFO(body);
        const Reply refused = regulator.post("/v1/webhooks", body);
        CHECK(refused.status == 400);
        CHECK(refused.json()["param"] == member);
    }
    CHECK(regulator.post("/v1/webhooks", minimal, "Content-Type: text/plain\r\n").status == 415);
}

TEST_CASE("a principal has at most twenty webhooks", "[webhook]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    for (int i = 0; i < 20; ++i) REQUIRE(regulator.post("/v1/webhooks", minimal).status == 201);
    const Reply full = regulator.post("/v1/webhooks", minimal);
    CHECK(full.status == 422);
    CHECK(full.json()["available"] == 0);
    CHECK(service.as(Role::customs).post("/v1/webhooks", minimal).status == 201);
}

TEST_CASE("only public addresses are public", "[webhook][ssrf]")
{
    const auto judged = [](const char* text) {
        return is_public(boost::asio::ip::make_address(text));
    };
    for (const char* text :
         {"0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1",
          "127.255.255.254", "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255",
          "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.255.1", "198.18.0.1", "198.19.255.255",
          "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
          "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
          "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1",
          "2001::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1",
          "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "5f00::1"}) {
        INFO(text);
        CHECK_FALSE(judged(text));
    }
    for (const char* text : {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255",
                             "100.128.0.0", "126.255.255.255", "168.63.129.17", "172.15.255.255",
                             "172.32.0.0", "192.0.1.1", "198.20.0.1", "223.255.255.255",
                             "::ffff:1.1.1.1", "2001:200::1", "2001:4860:4860::8888",
                             "2606:4700::1111", "2a00::1"}) {
        INFO(text);
        CHECK(judged(text));
    }
}

TEST_CASE("a pause doubles up to an hour, and is never shorter than Retry-After", "[webhook]")
{
    const WebhookPolicy policy{false, 15, milliseconds{1'000}, {}};
    for (int failures = 1; failures <= 100; ++failures) {
        const auto pause = pause_after(failures, {}, policy);
        const auto full = std::min(1'000LL << std::min(failures - 1, 20), 3'600'000LL);
        CHECK(pause.count() >= full / 2);
        CHECK(pause.count() <= full);
    }
    const Attempt late{.retry_after = milliseconds{7'200'000}};
    CHECK(pause_after(1, late, policy) == milliseconds{7'200'000});
}

TEST_CASE("Retry-After is seconds or a date", "[webhook]")
{
    const auto now = std::chrono::system_clock::from_time_t(784111777);  // RFC 9110's example.
    CHECK(read_retry_after("120", now) == milliseconds{120'000});
    CHECK(read_retry_after("Sun, 06 Nov 1994 08:49:47 GMT", now) == milliseconds{10'000});
    CHECK(read_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now) == milliseconds{0});
    CHECK(read_retry_after("999999999", now) == milliseconds{86'400'000});
    for (const char* text : {"", "soon", "-1", "1.5", "99999999999999"})
        CHECK_FALSE(read_retry_after(text, now));
}

TEST_CASE("a sealed secret opens with the same pepper and place alone", "[webhook]")
{
    const Seal seal{std::string(32, 'p')};
    const std::string sealed = seal.close("secret", "wh_1");
    CHECK(sealed.find("secret") == std::string::npos);
    CHECK(sealed != seal.close("secret", "wh_1"));
    CHECK(seal.open(sealed, "wh_1") == "secret");
    CHECK_FALSE(seal.open(sealed, "wh_2"));
    CHECK_FALSE(Seal{std::string(32, 'q')}.open(sealed, "wh_1"));
    std::string changed = sealed;
    changed[14] ^= 1;
    CHECK_FALSE(seal.open(changed, "wh_1"));
    CHECK_FALSE(seal.open("short", "wh_1"));
}

TEST_CASE("an answer is waited for no longer than the caller wants", "[webhook]")
{
    Running running{{Route{"GET", "/slow", {}, [](Context&) -> boost::asio::awaitable<Response> {
        boost::asio::steady_timer never{co_await boost::asio::this_coro::executor};
        never.expires_after(std::chrono::seconds{60});
        co_await never.async_wait(boost::asio::use_awaitable);
        co_return Response{};
    }}}};
    Fetch request;
    request.url = "http://127.0.0.1:" + std::to_string(running.port()) + "/slow";
    int asked = 0;
    request.given_up = [&asked] { return ++asked > 1; };
    CHECK_FALSE(bool(fetch(request)));
    CHECK(asked > 1);
}

}  // namespace chipledger
