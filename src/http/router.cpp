#include "http/router.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "http/epcis_problem.hpp"
#include "http/problem.hpp"
#include "http/target.hpp"

namespace chipledger {

namespace {

using Params = std::map<std::string, std::string>;

/// Asked of every route at every request, so it takes nothing apart that it does not have to.
bool matches(std::string_view pattern, const std::vector<std::string>& segments, Params* params)
{
    for (const std::string& segment : segments) {
        if (pattern.empty()) return false;
        const std::size_t end = std::min(pattern.find('/', 1), pattern.size());
        const std::string_view part = pattern.substr(1, end - 1);
        pattern.remove_prefix(end);
        if (!part.starts_with('{')) {
            if (part != segment) return false;
        } else if (params) {
            (*params)[std::string{part.substr(1, part.size() - 2)}] = segment;
        }
    }
    return pattern.empty();
}

// The pattern and not the path, the principal and never the token.
void log_refused(const Request& request, const Route& route, std::string_view why)
{
    spdlog::warn("request {} of {} from {}: {} {} refused: {}", request.request_id,
                 request.principal.empty() ? "-" : request.principal, request.peer, route.method,
                 route.pattern, why);
}

/// A no in the words of the interface that was asked.
Response no(const Request& request, const Refusal& refusal)
{
    return is_epcis(request.path) ? epcis_problem_reply(refusal, request.request_id)
                                  : problem_reply(refusal, request.request_id);
}

// Of a parameter that is there twice, one would be left out unseen; events are filtered by several
// types.
std::optional<Refusal> unclear(const Request& request)
{
    if (lower(request.header("content-encoding").value_or("identity")) != "identity")
        return Refusal{.code = Code::unsupported_media_type,
                       .detail = "Send the body without a Content-Encoding."};
    for (auto at = request.query.begin(); at != request.query.end(); ++at) {
        const std::string& name = at->first;
        if (name == "type" && request.method != "POST") continue;
        if (std::any_of(request.query.begin(), at, [&](const auto& q) { return q.first == name; }))
            return malformed_parameter(name, "Send this parameter once.");
    }
    return {};
}

std::string_view method_of(const Request& request)
{
    return request.method == "HEAD" ? std::string_view{"GET"} : request.method;
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view name) const
{
    const auto found = std::ranges::find(headers, name, [](const auto& h) { return h.first; });
    if (found == headers.end()) return {};
    return found->second;
}

std::optional<std::string_view> Request::parameter(std::string_view name) const
{
    const auto found = std::ranges::find(query, name, [](const auto& q) { return q.first; });
    if (found == query.end()) return {};
    return found->second;
}

Router::Router(std::vector<Route> routes, Authenticate authenticate)
    : routes_{std::move(routes)}, authenticate_{std::move(authenticate)}
{
}

// Literal patterns come before those with a parameter: /v1/events/stream, /v1/events/{position}.
const Route* Router::find(const Request& request) const
{
    const Route* found = nullptr;
    const std::string_view method = method_of(request);
    for (const Route& route : routes_) {
        if (route.method != method) continue;
        if (!matches(route.pattern, request.segments, nullptr)) continue;
        if (!found || route.pattern.find('{') == std::string::npos) found = &route;
    }
    return found;
}

std::string Router::allowed(const Request& request) const
{
    std::string methods;
    for (const Route& route : routes_) {
        if (!matches(route.pattern, request.segments, nullptr)) continue;
        if (methods.find(route.method) != std::string::npos) continue;
        methods += (methods.empty() ? "" : ", ") + route.method;
        if (route.method == "GET") methods += ", HEAD";
    }
    if (!methods.empty()) methods += ", OPTIONS";
    return methods;
}

boost::asio::awaitable<Response> Router::answer(Request& request, BodyReader* body) const
{
    if (const Route* route = find(request)) co_return co_await guarded(request, *route, body);
    const std::string methods = allowed(request);
    if (methods.empty())
        co_return no(request, {.code = Code::not_found, .detail = "No route leads there."});
    if (request.method == "OPTIONS") {
        Response response;
        response.status = 204;
        response.set("Allow", methods);
        co_return response;
    }
    Response refused = no(request, {.code = Code::method_not_allowed,
                                    .detail = "This route takes " + methods + "."});
    refused.set("Allow", methods);
    co_return refused;
}

boost::asio::awaitable<Response> Router::guarded(Request& request, const Route& route,
                                                 BodyReader* body) const
{
    Context context{request, {}, {}, body};
    matches(route.pattern, request.segments, &context.params);
    std::string failure;
    try {
        if (!route.roles.empty()) {
            const Result<Caller> caller = co_await authenticate_(request);
            if (!caller) {
                log_refused(request, route, kind_of(caller.error().code).slug);
                co_return no(request, caller.error());
            }
            context.caller = *caller;
            request.principal = caller->principal;
            const bool has = std::ranges::find(route.roles, caller->role) != route.roles.end();
            if (!has) {
                log_refused(request, route, "not for this role");
                co_return no(request,
                             {.code = Code::not_found, .detail = "No route leads there."});
            }
        }
        if (const auto refused = unclear(request)) co_return no(request, *refused);
        Response response = co_await route.handler(context);
        co_return response;
    } catch (const PeerGone&) {
        throw;
    } catch (const std::exception& broken) {
        failure = broken.what();
    }
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none) throw PeerGone{};
    spdlog::error("request {} {} {}: {}", request.request_id, request.method, route.pattern,
                  failure);
    co_return no(request, {Code::internal});
}

}  // namespace chipledger
