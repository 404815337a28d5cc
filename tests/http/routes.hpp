#pragma once
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>

#include "wire.hpp"

// Routes without a ledger behind them, one for each way in which the machinery can be used.
namespace chipledger {

/// Says what it is told to, then waits for ever, like a feed without news.
struct Feed : Stream {
    std::vector<std::string> pieces{};
    std::promise<void>* destroyed = nullptr;
    bool throws = false;
    bool waits = false;

    ~Feed() override
    {
        if (destroyed) destroyed->set_value();
    }
    boost::asio::awaitable<std::optional<std::string>> next() override
    {
        if (!pieces.empty()) {
            std::string piece = std::move(pieces.front());
            pieces.erase(pieces.begin());
            co_return piece;
        }
        if (throws) throw BrokenPromise{"secret of the feed"};
        if (!waits) co_return std::nullopt;
        boost::asio::steady_timer never{co_await boost::asio::this_coro::executor};
        never.expires_at(boost::asio::steady_timer::time_point::max());
        co_await never.async_wait(boost::asio::use_awaitable);
        co_return std::nullopt;
    }
};

inline Response text(std::string body) { return reply(200, "text/plain", std::move(body)); }

inline boost::asio::awaitable<Response> counted(Context& context)
{
    std::size_t size = 0, largest = 0;
    while (true) {
        const Result<std::optional<std::string>> piece = co_await context.body->next();
        if (!piece) co_return reply(400, "text/plain", piece.error().detail);
        if (!*piece) break;
        size += (*piece)->size();
        largest = std::max(largest, (*piece)->size());
    }
    co_return text(std::to_string(size) + (largest <= 65536 ? " in pieces" : " in lumps"));
}

inline Route route(std::string method, std::string pattern, Handler handler)
{
    return {.method = std::move(method), .pattern = std::move(pattern),
            .handler = std::move(handler)};
}

inline std::vector<Route> plain_routes()
{
    using Answer = boost::asio::awaitable<Response>;
    std::vector<Route> routes;
    routes.push_back(route("GET", "/hello/{name}", [](Context& context) -> Answer {
        co_return text("hello " + context.params.at("name"));
    }));
    routes.push_back(route("GET", "/hello/you", [](Context&) -> Answer {
        co_return text("you!");
    }));
    routes.push_back(route("GET", "/page", [](Context&) -> Answer {
        co_return reply(200, "text/html; charset=utf-8", "<p>");
    }));
    routes.push_back(route("GET", "/shared", [](Context&) -> Answer {
        Response response = reply(200, "text/plain", "");
        response.shared_body = std::make_shared<const std::string>(200'000, 's');
        co_return response;
    }));
    routes.push_back(route("GET", "/query", [](Context& context) -> Answer {
        std::string all;
        for (const auto& [name, value] : context.request.query) all += name + '=' + value + ';';
        co_return text(all);
    }));
    routes.push_back(route("GET", "/broken", [](Context&) -> Answer {
        throw BrokenPromise{"secret of the house"};
        co_return Response{};
    }));
    routes.push_back(route("POST", "/echo", [](Context& context) -> Answer {
        co_return text(context.request.body);
    }));
    routes.back().body_max = 1000;
    routes.push_back(route("POST", "/count", counted));
    routes.back().streams_body = true;
    routes.push_back(route("GET", "/regulated", [](Context& context) -> Answer {
        co_return text(context.caller.principal);
    }));
    routes.back().roles = {Role::regulator};
    return routes;
}

/// GET /feed, with what this Feed does.
inline Route feed_route(std::vector<std::string> pieces, bool waits, bool throws = false,
                        std::promise<void>* destroyed = nullptr)
{
    return route("GET", "/feed",
                 [=](Context&) -> boost::asio::awaitable<Response> {
                     auto feed = std::make_unique<Feed>();
                     feed->pieces = pieces;
                     feed->waits = waits;
                     feed->throws = throws;
                     feed->destroyed = destroyed;
                     Response response = reply(200, "text/event-stream", "");
                     response.stream = std::move(feed);
                     co_return response;
                 });
}

}  // namespace chipledger
