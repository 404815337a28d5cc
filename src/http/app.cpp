#include "http/app.hpp"

#include "http/epcis.hpp"
#include "http/problem.hpp"
#include "http/read_routes.hpp"
#include "http/rendered.hpp"
#include "http/static_files.hpp"
#include "http/writing.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;

void append(std::vector<Route>& routes, std::vector<Route> more)
{
    routes.insert(routes.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

asio::awaitable<Response> health(Context&)
{
    co_return reply(200, "application/json", R"({"status":"ok"})");
}

// Ready is who can record now, or follows who does: not fenced, with a store that answers and a log
// that is whole.
asio::awaitable<Response> readiness(const App& app, Context& context)
{
    Ledger& ledger = app.ledger;
    const LedgerHealth now = ledger.health();
    const std::string alarm = ledger.log().alarm();
    Json body{{"status", "ready"}, {"position", ledger.head()->position.number}};
    if (!app.unsafe.empty()) body["unsafe"] = app.unsafe;
    body["projection"] = {{"position", now.projection.position.number},
                          {"lag", now.projection.lag}};
    // Tables for SQL users that are wrong stop nobody from recording.
    if (!now.projection.drift.empty()) body["projection"]["drift"] = now.projection.drift;
    if (!alarm.empty()) {
        body["status"] = "integrity";
        body["reason"] = alarm;
        co_return reply(503, "application/json", body.dump());
    }
    const Refusal away{.code = Code::store_unavailable, .detail = now.reason};
    if (now.following) {
        body["status"] = "following";
        body["behind"] = now.behind;
        body.erase("projection");
    }
    const bool able = now.following ? now.reason.empty() : now.writing;
    if (!able) co_return problem_reply(away, context.request.request_id);
    const Result<void> asked = co_await ledger.store_answers();
    if (!asked) co_return problem_reply(away, context.request.request_id);
    if (const auto published = ledger.log().published()) body["signed"] = published->size;
    co_return reply(200, "application/json", body.dump());
}

asio::awaitable<Response> problem(Context& context)
{
    const auto page = problem_page(context.params.at("slug"));
    if (page) co_return reply(200, "text/html; charset=utf-8", *page);
    co_return problem_reply({.code = Code::not_found, .detail = "There is no such problem."},
                            context.request.request_id);
}

std::vector<Route> service_routes(const App& app)
{
    return {{"GET", "/healthz", {}, health},
            {"GET", "/readyz", {},
             [app](Context& context) { return readiness(app, context); }},
            {"GET", "/metrics", {},
             [app](Context&) -> asio::awaitable<Response> {
                 std::string text = app.metrics.text(app.ledger);
                 if (app.webhooks) text += app.webhooks->metrics();
                 co_return reply(200, "text/plain; version=0.0.4", std::move(text));
             }},
            {"GET", "/problems/{slug}", {}, problem}};
}

}  // namespace

std::vector<Route> all_routes(const App& app)
{
    std::vector<Route> routes = rendered_once(thing_routes(app.ledger), app.ledger);
    append(routes, entry_routes(app.ledger));
    append(routes, audit_routes(app.ledger));
    append(routes, evidence_routes(app.ledger, app.heads));
    append(routes, log_routes(app.ledger));
    append(routes, event_write_routes(app.ledger));
    append(routes, proposal_routes(app.ledger));
    append(routes, import_routes(app.ledger));
    append(routes, clock_routes(app.ledger));
    append(routes, epcis_query_routes(app.ledger));
    if (app.answers) append(routes, epcis_capture_routes(app.ledger, *app.answers));
    if (app.webhooks) append(routes, webhook_routes(*app.webhooks));
    append(routes, session_routes(app.doorkeeper));
    append(routes, service_routes(app));
    append(routes, static_routes(app.share / "web" / "dist"));
    append(routes, static_routes(app.share / "api", "/api"));
    if (app.trace) return traced(std::move(routes), *app.trace);
    return routes;
}

Router router_of(const App& app)
{
    return Router{all_routes(app), [&doorkeeper = app.doorkeeper](const Request& request) {
                      return doorkeeper.caller_of(request);
                  }};
}

}  // namespace chipledger
