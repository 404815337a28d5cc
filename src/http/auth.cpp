#include "http/auth.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "codec/json_profile.hpp"
#include "http/media.hpp"
#include "http/oidc.hpp"
#include "http/problem.hpp"
#include "ledger/on_thread.hpp"
#include "proof/hash.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;

constexpr std::chrono::seconds belief{1};
// Whom the store has confirmed of late waits so long for a store that is silent, and then is
// believed on: reads go on without a database.
constexpr std::chrono::milliseconds patience{300};
constexpr std::chrono::minutes belief_while_away{15};
constexpr std::size_t known_max = 10'000;
constexpr std::string_view cookie_name = "chipledger";
constexpr std::string_view cookie_rules = "; Path=/; HttpOnly; SameSite=Strict";
constexpr std::size_t cookie_max = 3 * 1024;  // Browsers keep 4 KiB with name and attributes.
constexpr std::size_t token_body_max = cookie_max + 1024;

Refusal unauthenticated(std::string detail)
{
    return {.code = Code::unauthenticated, .detail = std::move(detail)};
}

std::string_view trimmed(std::string_view text)
{
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

std::string cookie_of(const Request& request)
{
    std::string_view rest = request.header("cookie").value_or("");
    while (!rest.empty()) {
        const std::string_view pair = trimmed(rest.substr(0, rest.find(';')));
        rest.remove_prefix(std::min(rest.find(';'), rest.size() - 1) + 1);
        const std::size_t equals = pair.find('=');
        if (equals != std::string_view::npos && pair.substr(0, equals) == cookie_name)
            return std::string{pair.substr(equals + 1)};
    }
    return {};
}

// A browser says where a request comes from; SameSite alone counts subdomains as the same site.
bool from_own_page(const Request& request)
{
    if (request.method == "GET" || request.method == "HEAD") return true;
    if (const auto site = request.header("sec-fetch-site"))
        return *site == "same-origin" || *site == "none";
    const std::string_view origin = request.header("origin").value_or("");
    const std::size_t scheme = origin.find("://");
    return scheme != std::string_view::npos &&
           origin.substr(scheme + 3) == request.header("host").value_or("");
}

Caller caller_of_principal(const Principal& principal)
{
    return {principal.name, principal.role, principal.firm, principal.offices};
}

Json session_json(const Caller& caller)
{
    return {{"principal", caller.principal},
            {"role", std::string{name_of(caller.role)}},
            {"firm", caller.firm ? Json(caller.firm->value) : Json(nullptr)}};
}

Result<std::string> token_in(const Request& request)
{
    if (auto yes = takes(request, "application/json"); !yes) return yes.error();
    const Result<Json> body = parse_profile(request.body);
    if (!body) return body.error();
    const auto token = body->find("token");
    if (token == body->end() || !token->is_string())
        return Refusal{Code::malformed, "/token", "Send {\"token\":\"clk_…\"}."};
    for (const auto& [name, value] : body->items())
        if (name != "token") return Refusal{Code::malformed, "/" + name, "Send token alone."};
    return token->get<std::string>();
}

asio::awaitable<Response> begin(Doorkeeper& doorkeeper, Context& context)
{
    const Request& request = context.request;
    const Result<std::string> token = token_in(request);
    if (!token) co_return problem_reply(token.error(), request.request_id);
    if (token->size() > cookie_max)
        co_return problem_reply({Code::malformed, "/token",
                                 "A cookie holds no token of more than 3 KiB."},
                                request.request_id);
    const Result<Caller> caller = co_await doorkeeper.bearer_of(*token);
    if (!caller) co_return problem_reply(caller.error(), request.request_id);
    Response response = reply(200, "application/json", session_json(*caller).dump());
    std::string cookie = std::string{cookie_name} + '=' + *token + std::string{cookie_rules};
    if (request.secure || request.header("x-forwarded-proto").value_or("") == "https")
        cookie += "; Secure";
    response.set("Set-Cookie", std::move(cookie));
    co_return response;
}

asio::awaitable<Response> end(Context&)
{
    Response response;
    response.status = 204;
    response.set("Set-Cookie",
                 std::string{cookie_name} + "=; Max-Age=0" + std::string{cookie_rules});
    co_return response;
}

}  // namespace

Doorkeeper::Doorkeeper(TokenStore tokens, int rate, Oidc* oidc)
    : tokens_{std::move(tokens)}, rate_{rate}, oidc_{oidc}
{
}

// A token bucket: it fills with time, and every request takes one out.
bool Doorkeeper::takes(Known& known, std::chrono::steady_clock::time_point now)
{
    const double seconds = std::chrono::duration<double>(now - known.filled).count();
    known.left = std::min(2 * known.rate, known.left + seconds * known.rate);
    known.filled = now;
    if (known.left < 1) return false;
    known.left -= 1;
    return true;
}
Doorkeeper::~Doorkeeper() { thread_.join(); }

asio::awaitable<Result<Caller>> Doorkeeper::caller_of(const Request& request)
{
    constexpr std::string_view scheme = "bearer ";
    const std::string_view header = request.header("authorization").value_or("");
    std::string token;
    if (lower(header.substr(0, scheme.size())) == scheme)
        token = trimmed(header.substr(scheme.size()));
    else if (header.empty())
        token = cookie_of(request);
    if (token.empty())
        co_return unauthenticated("Send Authorization: Bearer with your token.");
    if (header.empty() && !from_own_page(request))
        co_return unauthenticated("The cookie writes from this server's own page alone. Send "
                                  "Authorization: Bearer.");
    co_return co_await bearer_of(std::move(token));
}

asio::awaitable<Result<Caller>> Doorkeeper::bearer_of(std::string token)
{
    const std::string hash = sha256(token);
    const auto now = std::chrono::steady_clock::now();
    const auto found = known_.find(hash);
    if (found != known_.end() && !takes(found->second, now))
        co_return Refusal{.code = Code::rate_limited, .detail = "This token asks too often."};
    if (found != known_.end() && now < found->second.until) co_return found->second.caller;
    if (found != known_.end() && now < found->second.confirmed + belief_while_away) {
        found->second.until = now + belief;  // One at a time asks.
        co_await confirm_soon(token, hash);
        const auto still = known_.find(hash);
        if (still != known_.end()) co_return still->second.caller;
    }
    co_return co_await confirm(std::move(token), hash);
}

/// Asks the store, and keeps what it says.
asio::awaitable<Result<Caller>> Doorkeeper::confirm(std::string token, std::string hash)
{
    const auto now = std::chrono::steady_clock::now();
    const Result<Known> looked_up = co_await look_up(token);
    if (!looked_up) {
        if (kind_of(looked_up.error().code).status < 500) known_.erase(hash);
        co_return looked_up.error();
    }
    if (known_.size() >= known_max) known_.clear();
    const double rate = looked_up->rate;
    const auto [known, fresh] = known_.try_emplace(hash, Known{{}, {}, {}, rate, 2 * rate, now});
    known->second.caller = looked_up->caller;
    known->second.until = now + belief;
    known->second.confirmed = now;
    known->second.rate = rate;
    if (fresh) takes(known->second, now);
    co_return looked_up->caller;
}

/// The same, but waited for only as long as patience is.
asio::awaitable<void> Doorkeeper::confirm_soon(std::string token, std::string hash)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto waited = std::make_shared<asio::steady_timer>(executor, patience);
    // The timer may not be waited for yet: it is over from now on.
    const auto told = [waited](std::exception_ptr, const Result<Caller>&) {
        waited->expires_at(std::chrono::steady_clock::time_point::min());
    };
    asio::co_spawn(executor, confirm(std::move(token), std::move(hash)), told);
    co_await waited->async_wait(asio::as_tuple(asio::use_awaitable));
}

// A token of the ledger's own has no dots.
asio::awaitable<Result<Doorkeeper::Known>> Doorkeeper::look_up(const std::string& token)
{
    Known known;
    known.rate = rate_;
    if (oidc_ && token.find('.') != token.npos) {
        Result<Caller> caller = co_await oidc_->bearer_of(token);
        if (!caller) co_return caller.error();
        known.caller = std::move(*caller);
        co_return known;
    }
    const auto ask = [&] { return tokens_.find(token); };
    const Result<std::optional<TokenRow>> row = co_await on_thread(thread_, ask);
    if (!row) co_return row.error();
    if (!*row || !(*row)->valid())
        co_return unauthenticated("The token is unknown, expired or revoked. Ask for a new one.");
    known.caller = caller_of_principal((*row)->principal);
    known.rate = (*row)->rate.value_or(rate_);
    co_return known;
}

std::vector<Route> session_routes(Doorkeeper& doorkeeper)
{
    const std::vector<Role> everyone{Role::regulator, Role::customs, Role::logistics,
                                     Role::firm,      Role::auditor, Role::admin};
    Route post{"POST", "/v1/session", {},
               [&doorkeeper](Context& context) { return begin(doorkeeper, context); },
               token_body_max};
    Route get{"GET", "/v1/session", everyone, [](Context& context) -> asio::awaitable<Response> {
                  co_return reply(200, "application/json", session_json(context.caller).dump());
              }};
    return {std::move(post), std::move(get), {"DELETE", "/v1/session", {}, end}};
}

}  // namespace chipledger
