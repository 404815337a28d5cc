#include "catch.hpp"
#include "routes.hpp"

using namespace chipledger;

TEST_CASE("a stream comes in chunks and leaves the connection usable", "[http][stream]")
{
    std::vector<Route> routes = plain_routes();
    routes.push_back(feed_route({"one\n", "", "two\n"}, false));
    Running running{routes};
    Wire wire{running.port()};
    wire.send(get("/feed"));
    CHECK(wire.read_head().header("transfer-encoding") == "chunked");
    CHECK(wire.read_chunk() == "one\n");
    CHECK(wire.read_chunk() == "two\n");
    CHECK(wire.read_chunk().empty());
    wire.send(get("/feed", {}, "HEAD"));
    CHECK(wire.read(true).status == 200);
    CHECK(wire.ask(get("/hello/x")).body == "hello x");
}

TEST_CASE("HTTP/1.0 gets a stream up to the end of the connection", "[http][stream]")
{
    Running running{{feed_route({"one\n", "two\n"}, false)}};
    Wire wire{running.port()};
    const Reply reply = wire.ask("GET /feed HTTP/1.0\r\n\r\n");
    CHECK(reply.header("transfer-encoding").empty());
    CHECK(reply.body == "one\ntwo\n");
}

TEST_CASE("a waiting stream is destroyed when its reader goes", "[http][stream]")
{
    std::promise<void> destroyed;
    Running running{{feed_route({"news\n"}, true, false, &destroyed)}};
    Wire wire{running.port()};
    wire.send(get("/feed"));
    CHECK(wire.read_head().status == 200);
    CHECK(wire.read_chunk() == "news\n");
    wire.close();
    CHECK(destroyed.get_future().wait_for(std::chrono::seconds{10}) == std::future_status::ready);
}

TEST_CASE("a stream that breaks is cut off without its last chunk", "[http][stream]")
{
    Running running{{feed_route({"one\n"}, false, true)}};
    Wire wire{running.port()};
    wire.send(get("/feed"));
    CHECK(wire.read_head().status == 200);
    CHECK(wire.read_chunk() == "one\n");
    CHECK(wire.ends());
}

TEST_CASE("a drained server ends idle connections and waiting streams", "[http][stream]")
{
    std::vector<Route> routes = plain_routes();
    routes.push_back(feed_route({"news\n"}, true));
    Running running{routes};
    Wire idle{running.port()};
    CHECK(idle.ask(get("/hello/x")).status == 200);
    Wire feed{running.port()};
    feed.send(get("/feed"));
    CHECK(feed.read_head().status == 200);
    CHECK(feed.read_chunk() == "news\n");
    CHECK(running.on_server([&] { return running.server().drain(std::chrono::seconds{10}); }));
    CHECK(idle.ends());
    CHECK(feed.ends());
    CHECK_THROWS(Wire{running.port()}.ask(get("/hello/x")));
}

TEST_CASE("at its deadline a drain closes what is left", "[http][stream]")
{
    Running running{{route("GET", "/stuck", [](Context&) -> boost::asio::awaitable<Response> {
        boost::asio::steady_timer slow{co_await boost::asio::this_coro::executor};
        slow.expires_after(std::chrono::seconds{1});
        co_await slow.async_wait(boost::asio::use_awaitable);
        co_return text("late");
    })}};
    Wire wire{running.port()};
    wire.send(get("/stuck"));
    const auto drain = [&] { return running.server().drain(std::chrono::milliseconds{50}); };
    while (running.server().connections() == 0) std::this_thread::yield();
    CHECK_FALSE(running.on_server(drain));
    CHECK(wire.ends());
}
