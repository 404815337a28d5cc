#include "catch.hpp"
#include "routes.hpp"

using namespace chipledger;

namespace {

// A refusal that ends the connection: the problem is whole, then the end.
void refused_and_closed(const std::string& bytes, int status, const std::string& code)
{
    Running running{plain_routes()};
    Wire wire{running.port()};
    const Reply reply = wire.ask(bytes);
    CHECK(reply.status == status);
    CHECK(reply.json()["code"] == code);
    CHECK(reply.header("connection") == "close");
    CHECK(wire.ends());
}

}  // namespace

TEST_CASE("an answer carries what every answer carries", "[http]")
{
    Running running{plain_routes()};
    Wire wire{running.port()};
    const Reply plain = wire.ask(get("/hello/Li%20Wei", "X-Request-Id: abc-1.2_3\r\n"));
    CHECK(plain.status == 200);
    CHECK(plain.body == "hello Li Wei");
    CHECK(plain.header("x-request-id") == "abc-1.2_3");
    CHECK(plain.header("x-content-type-options") == "nosniff");
    CHECK(plain.header("referrer-policy") == "no-referrer");
    CHECK(plain.header("cache-control") == "no-store");
    CHECK(plain.header("content-security-policy").empty());

    const Reply page = wire.ask(get("/page", "X-Request-Id: <script>\r\n"));
    CHECK(page.header("content-security-policy").find("default-src 'none'") == 0);
    CHECK(page.header("x-request-id").find('<') == std::string::npos);
    CHECK(page.header("x-request-id").size() > 8);
    CHECK(wire.ask(get("/shared")).body == std::string(200'000, 's'));
}

TEST_CASE("the target is decoded once", "[http]")
{
    Running running{plain_routes()};
    Wire wire{running.port()};
    CHECK(wire.ask(get("/hello/a%2Fb%2525")).body == "hello a/b%25");
    CHECK(wire.ask(get("/hello/you")).body == "you!");
    CHECK(wire.ask(get("/query?a=%C3%A9&t=+08:00&b")).body == "a=\xC3\xA9;t=+08:00;b=;");
    CHECK(wire.ask(get("http://ledger/hello/x")).body == "hello x");
}

TEST_CASE("a broken target is malformed", "[http]")
{
    const auto target = GENERATE("/hello/%",
                                 "/hello/%zz", "/hello/%00", "/hello/%ff", "/query?a=%c3",
                                 "hello", "/hello/%ed%a0%80", "/query?%c0%80=1");
    refused_and_closed(get(target), 400, "malformed");
}

TEST_CASE("what is not HTTP is malformed", "[http]")
{
    const auto bytes = GENERATE(
        "HELLO\r\n\r\n", "GET /hello/x HTTP/1.1\r\nHost ledger\r\n\r\n",
        "GET /hello/x HTTP/9.9\r\nHost: x\r\n\r\n", "GET  /x HTTP/1.1\r\nHost: x\r\n\r\n",
        "\x16\x03\x01\x02\x01\x01\xfc\x03\x03\r\n\r\n", "GET /hello/x HTTP/1.1\r\n\r\n",
        "GET /hello/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    refused_and_closed(bytes, 400, "malformed");
}

TEST_CASE("two opinions of where a request ends are refused", "[http]")
{
    const auto headers = GENERATE(
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5, 5\r\n", "Content-Length: +5\r\n", "Content-Length: -5\r\n",
        "Content-Length: 5x\r\n", "Content-Length: 99999999999999999999999\r\n",
        "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: identity\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n",
        "Transfer-Encoding : chunked\r\n", "Transfer-Encoding:\r\n chunked\r\n",
        "X: y\r\n\tContent-Length: 5\r\nTransfer-Encoding: chunked\r\n");
    const std::string smuggled = "0\r\n\r\nGET /hello/smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    refused_and_closed(get("/echo", headers, "POST") + smuggled, 400, "malformed");
}

TEST_CASE("a chunked body of HTTP/1.0 is refused", "[http]")
{
    refused_and_closed("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
                       "malformed");
}

TEST_CASE("a chunked body is put together, a broken one refused", "[http]")
{
    const std::string head = get("/echo", "Transfer-Encoding: chunked\r\n", "POST");
    {
        Running running{plain_routes()};
        Wire wire{running.port()};
        CHECK(wire.ask(head + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n").body == "abcde");
        CHECK(wire.ask(get("/hello/x")).body == "hello x");
    }
    refused_and_closed(head + "zz\r\nabc\r\n0\r\n\r\n", 400, "malformed");
    refused_and_closed(head + "3\r\nabcd\r\n0\r\n\r\n", 400, "malformed");
}

TEST_CASE("headers beyond their limit are too large", "[http]")
{
    refused_and_closed(get("/hello/x", "X-Long: " + std::string(17'000, 'a') + "\r\n"), 413,
                       "too-large");
}

TEST_CASE("a body beyond the limit of its route names it; the connection stays", "[http]")
{
    Running running{plain_routes()};
    Wire wire{running.port()};
    CHECK(wire.ask(post("/echo", std::string(1000, 'a'))).body.size() == 1000);
    const Reply reply = wire.ask(post("/echo", std::string(1001, 'a')));
    CHECK(reply.status == 413);
    CHECK(reply.json()["available"] == 1000);
    CHECK(reply.json()["requested"] == 1001);
    CHECK(wire.ask(get("/hello/x")).body == "hello x");
    const Reply chunked = wire.ask(get("/echo", "Transfer-Encoding: chunked\r\n", "POST") +
                                   "3e9\r\n" + std::string(1001, 'b') + "\r\n0\r\n\r\n");
    CHECK(chunked.status == 413);
    CHECK(wire.ask(get("/hello/x")).body == "hello x");
}

TEST_CASE("a body far beyond the limit is not read", "[http]")
{
    refused_and_closed(get("/echo", "Content-Length: 100000000\r\n", "POST") + "abc", 413,
                       "too-large");
}

TEST_CASE("Expect: 100-continue is answered before the body, not for one too large", "[http]")
{
    Running running{plain_routes()};
    Wire wire{running.port()};
    const std::string expects = "Expect: 100-continue\r\n";
    CHECK(wire.ask(get("/echo", "Content-Length: 3\r\n" + expects, "POST")).status == 100);
    CHECK(wire.ask("abc").body == "abc");
    CHECK(wire.ask(get("/count", "Content-Length: 3\r\n" + expects, "POST")).status == 100);
    CHECK(wire.ask("abc").body == "3 in pieces");
    CHECK(wire.ask(get("/echo", "Content-Length: 2000\r\n" + expects, "POST")).status == 413);
    CHECK(wire.ends());
}

TEST_CASE("pipelined requests are answered in order", "[http]")
{
    Running running{plain_routes()};
    Wire wire{running.port()};
    wire.send(get("/hello/1") + post("/echo", "2") + get("/nowhere") + get("/hello/4"));
    CHECK(wire.read().body == "hello 1");
    CHECK(wire.read().body == "2");
    CHECK(wire.read().status == 404);
    CHECK(wire.read().body == "hello 4");
}

TEST_CASE("a request may come byte by byte", "[http]")
{
    Running running{plain_routes()};
    Wire wire{running.port()};
    for (const char byte : post("/echo", "slow")) wire.send({&byte, 1});
    CHECK(wire.read().body == "slow");
}

TEST_CASE("half a request is dropped at its deadline", "[http]")
{
    const std::chrono::milliseconds soon{50};
    Running running{plain_routes(),
                    {.header_deadline = soon, .body_deadline = soon, .idle_deadline = soon}};
    const auto half = GENERATE("", "GET /hel", "POST /echo HTTP/1.1\r\nHost: x\r\n"
                                               "Content-Length: 9\r\n\r\nabc");
    Wire wire{running.port()};
    wire.send(half);
    CHECK(wire.ends());
    Wire idle{running.port()};
    CHECK(idle.ask(get("/hello/x")).status == 200);
    CHECK(idle.ends());
}

TEST_CASE("Connection: close and HTTP/1.0 are honoured", "[http]")
{
    Running running{plain_routes()};
    Wire closing{running.port()};
    CHECK(closing.ask(get("/hello/x", "Connection: close\r\n")).header("connection") == "close");
    CHECK(closing.ends());
    Wire old{running.port()};
    CHECK(old.ask("GET /hello/x HTTP/1.0\r\n\r\n").body == "hello x");
    CHECK(old.ends());
    Wire kept{running.port()};
    const Reply old_kept = kept.ask("GET /hello/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(old_kept.header("connection") ==
          "keep-alive");
    CHECK(kept.ask(get("/hello/y")).body == "hello y");
}

TEST_CASE("paths, methods and roles", "[http]")
{
    Running running{plain_routes()};
    Wire wire{running.port()};
    CHECK(wire.ask(get("/nowhere")).json()["code"] == "not-found");
    CHECK(wire.ask(get("/hello/x/")).status == 404);
    const Reply method = wire.ask(get("/hello/x", {}, "DELETE"));
    CHECK(method.status == 405);
    CHECK(method.header("allow") == "GET, HEAD, OPTIONS");
    const Reply options = wire.ask(get("/echo", {}, "OPTIONS"));
    CHECK(options.status == 204);
    CHECK(options.header("allow") == "POST, OPTIONS");
    wire.send(get("/hello/x", {}, "HEAD"));
    const Reply head = wire.read(true);
    CHECK(head.status == 200);
    CHECK(head.header("content-length") == "7");

    const Reply nobody = wire.ask(get("/regulated"));
    CHECK(nobody.status == 401);
    CHECK(nobody.header("www-authenticate").find("Bearer") == 0);
    CHECK(nobody.header("content-type") == "application/problem+json");
    CHECK(wire.ask(get("/regulated", "Authorization: Bearer customs\r\n")).status == 404);
    CHECK(wire.ask(get("/regulated", "Authorization: Bearer regulator\r\n")).body == "r");
}

TEST_CASE("a broken promise is a 500 without our insides", "[http]")
{
    Running running{plain_routes()};
    Wire wire{running.port()};
    const Reply reply = wire.ask(get("/broken", "X-Request-Id: r1\r\n"));
    CHECK(reply.status == 500);
    CHECK(reply.json() == nlohmann::json{{"type", "/problems/internal"},
                                         {"title", "A promise of ours did not hold"},
                                         {"status", 500},
                                         {"code", "internal"},
                                         {"request_id", "r1"}});
    CHECK(wire.ask(get("/hello/x")).body == "hello x");
}

TEST_CASE("a body of many megabytes is streamed", "[http]")
{
    Running running{plain_routes()};
    Wire wire{running.port()};
    CHECK(wire.ask(post("/count", std::string(9'000'001, 'a'))).body == "9000001 in pieces");
    wire.send(get("/count", "Transfer-Encoding: chunked\r\n", "POST"));
    for (int i = 0; i < 50; ++i) wire.send("186a0\r\n" + std::string(100'000, 'a') + "\r\n");
    CHECK(wire.ask("0\r\n\r\n").body == "5000000 in pieces");
    CHECK(wire.ask(get("/hello/x")).body == "hello x");
}

TEST_CASE("a connection too many is told so", "[http]")
{
    Running running{plain_routes(), {.connections_max = 1}};
    Wire first{running.port()};
    CHECK(first.ask(get("/hello/x")).status == 200);
    Wire second{running.port()};
    const Reply reply = second.read();
    CHECK(reply.status == 503);
    CHECK(reply.json()["code"] == "overloaded");
    CHECK(reply.header("retry-after") == "1");
    CHECK(second.ends());
    CHECK(first.ask(get("/hello/x")).status == 200);
}

TEST_CASE("every answer is in the access log", "[http]")
{
    std::promise<std::string> logged;
    Running running{plain_routes(), {.access_log = [&](const Access& access) {
                        logged.set_value(access.request.principal + ' ' + access.request.method +
                                         ' ' + access.request.path + ' ' +
                                         std::to_string(access.status));
                    }}};
    Wire wire{running.port()};
    wire.send(get("/regulated", "Authorization: Bearer regulator\r\n"));
    CHECK(logged.get_future().get() == "r GET /regulated 200");
}
