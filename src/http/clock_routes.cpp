#include "codec/json_profile.hpp"
#include "http/media.hpp"
#include "http/problem.hpp"
#include "http/writing.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;

Response clock_reply(Ledger& ledger)
{
    const auto head = ledger.head();
    return reply(200, "application/json",
                 Json{{"now", to_string(ledger.now())},
                      {"clock", head->clock == ClockMode::simulated ? "simulated" : "system"},
                      {"utc_offset", to_string(head->utc_offset)},
                      {"position", head->position.number}}
                     .dump());
}

Result<Time> new_time(const Request& request)
{
    if (auto yes = takes(request, "application/json"); !yes) return yes.error();
    const Result<Json> body = parse_profile(request.body);
    if (!body) return body.error();
    for (const auto& [name, value] : body->items())
        if (name != "now") return Refusal{Code::malformed, "/" + name, "Send now alone."};
    const auto now = body->find("now");
    const auto time = now != body->end() && now->is_string()
                          ? parse_timestamp(now->get<std::string>())
                          : std::nullopt;
    if (time) return time->at;
    return Refusal{Code::malformed, "/now", "Send an RFC 3339 time."};
}

asio::awaitable<Response> set_clock(Ledger& ledger, Context& context)
{
    const Request& request = context.request;
    const Result<Time> now = new_time(request);
    if (!now) co_return problem_reply(now.error(), request.request_id);
    const Result<Time> set = co_await ledger.set_now(*now);
    if (!set) co_return problem_reply(set.error(), request.request_id);
    co_return clock_reply(ledger);
}

}  // namespace

std::vector<Route> clock_routes(Ledger& ledger)
{
    const std::vector<Role> everyone{Role::regulator, Role::customs, Role::logistics,
                                     Role::firm,      Role::auditor, Role::admin};
    return {{"GET", "/v1/clock", everyone,
             [&ledger](Context&) -> asio::awaitable<Response> { co_return clock_reply(ledger); }},
            {"POST", "/v1/clock", {Role::admin},
             [&ledger](Context& context) { return set_clock(ledger, context); }}};
}

}  // namespace chipledger
