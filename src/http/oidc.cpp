#include "http/oidc.hpp"

#include <fstream>
#include <iterator>
#include <regex>

#include "http/client.hpp"
#include "ledger/on_thread.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;

constexpr std::chrono::minutes fresh{5};
constexpr std::chrono::hours stale{1};
constexpr std::chrono::seconds step_deadline{3};
constexpr std::size_t offices_max = 100;

bool is_address(const std::string& keys) { return keys.find("://") != keys.npos; }

Refusal setting(const char* name, std::string detail)
{
    return {Code::malformed, name, "--oidc-" + std::string{name} + ' ' + std::move(detail)};
}

std::optional<Refusal> wrong_address(const OidcSettings& settings)
{
    if (!is_address(settings.keys) || settings.keys.starts_with("https://")) return {};
    static const std::regex here{R"(http://(127\.0\.0\.1|localhost)(:\d{1,5})?/[!-~]*)"};
    if (settings.keys_plain && std::regex_match(settings.keys, here)) return {};
    return setting("jwks", "is a file or an https address; http is for 127.0.0.1 alone, with "
                           "--oidc-jwks-plain.");
}

/// The role that a mapping "value=role" names; the last = divides.
std::optional<Role> role_in(const std::string& mapping)
{
    const std::size_t equals = mapping.rfind('=');
    if (equals == mapping.npos || equals == 0) return {};
    const std::optional<Role> role = role_named(mapping.substr(equals + 1));
    return role == Role::system ? std::nullopt : role;
}

std::optional<Refusal> wrong(const OidcSettings& settings)
{
    if (settings.audience.empty()) return setting("audience", "says for whom tokens must be.");
    if (settings.keys.empty()) return setting("jwks", "is the issuer's key set: file or address.");
    if (auto no = wrong_address(settings)) return no;
    if (!is_id(settings.name)) return setting("name", "is an id.");
    if (settings.principal_claim.empty()) return setting("principal-claim", "names a claim.");
    if (settings.role_claim.empty()) return setting("role-claim", "names a claim.");
    if (settings.roles.empty()) return setting("role", "is needed: nobody has a role otherwise.");
    for (const std::string& mapping : settings.roles)
        if (!role_in(mapping))
            return setting("role", "is like \"value of the claim=customs\", not " + mapping + '.');
    return {};
}

const Json* claim(const Json& claims, const std::string& name)
{
    if (!name.starts_with('/')) {
        const auto found = claims.find(name);
        return found == claims.end() ? nullptr : &*found;
    }
    try {
        const Json::json_pointer pointer{name};
        return claims.contains(pointer) ? &claims.at(pointer) : nullptr;
    } catch (const Json::exception&) {
        return nullptr;
    }
}

/// A text, or each text of a list; nothing where there is anything else.
std::vector<std::string> texts(const Json* value)
{
    std::vector<std::string> all;
    if (value && value->is_string()) return {value->get<std::string>()};
    if (!value || !value->is_array()) return {};
    for (const Json& each : *value) {
        if (!each.is_string()) return {};
        all.push_back(each.get<std::string>());
    }
    return all;
}

bool has(const std::vector<std::string>& all, const std::string& one)
{
    return std::ranges::find(all, one) != all.end();
}

Refusal unauthenticated(std::string detail)
{
    return {.code = Code::unauthenticated, .detail = "The token is refused: " + std::move(detail)};
}

Refusal forbidden(std::string detail)
{
    return {.code = Code::forbidden_role, .detail = std::move(detail)};
}

/// NumericDate (RFC 7519 §2) of a claim that is there; seconds may have a fraction.
std::optional<Refusal> untimely(const Json& claims, const OidcSettings& settings, double now)
{
    for (const char* name : {"exp", "nbf", "iat"})
        if (const Json* at = claim(claims, name); at && !at->is_number())
            return unauthenticated(std::string{name} + " is no number.");
    const double skew = static_cast<double>(settings.skew.count());
    const Json* end = claim(claims, "exp");
    if (!end) return unauthenticated("it has no exp.");
    if (now >= end->get<double>() + skew) return unauthenticated("it has expired.");
    for (const char* name : {"nbf", "iat"})
        if (const Json* begin = claim(claims, name); begin && now + skew < begin->get<double>())
            return unauthenticated(std::string{name} + " is in the future.");
    return {};
}

Result<Role> role_by(const Json& claims, const OidcSettings& settings)
{
    const std::vector<std::string> values = texts(claim(claims, settings.role_claim));
    std::optional<Role> role;
    for (const std::string& mapping : settings.roles) {
        if (!has(values, mapping.substr(0, mapping.rfind('=')))) continue;
        const std::optional<Role> one = role_in(mapping);
        if (role && role != one)
            return forbidden("The token's " + settings.role_claim + " means more than one role.");
        role = one;
    }
    if (role) return *role;
    return forbidden("The token's " + settings.role_claim + " means no role here.");
}

std::optional<Refusal> bind(Caller& caller, const Json& claims, const OidcSettings& settings)
{
    if (caller.role == Role::firm) {
        const Json* firm = claim(claims, settings.firm_claim);
        if (!firm || !firm->is_string() || !is_id(firm->get<std::string>()))
            return forbidden("The token names no firm in " + settings.firm_claim + '.');
        caller.firm = FirmId{firm->get<std::string>()};
    }
    if (caller.role == Role::customs && !settings.office_claim.empty()) {
        // No offices would mean all of them.
        caller.offices = texts(claim(claims, settings.office_claim));
        if (caller.offices.empty() || caller.offices.size() > offices_max ||
            !std::ranges::all_of(caller.offices, [](const auto& office) { return is_id(office); }))
            return forbidden("The token names no offices in " + settings.office_claim + '.');
    }
    return {};
}

Result<KeySet> keys_at(const OidcSettings& settings)
{
    if (is_address(settings.keys)) {
        Fetch request;
        request.url = settings.keys;
        request.ca_file = settings.ca_file;
        request.deadline = step_deadline;
        request.body_max = jwk_set_max;
        const Result<Fetched> fetched = fetch(request);
        if (!fetched) return fetched.error();
        if (fetched->status != 200)
            return setting("jwks", "answers " + std::to_string(fetched->status) + '.');
        return key_set_of(fetched->body);
    }
    std::ifstream in{settings.keys, std::ios::binary};
    if (!in) return setting("jwks", "cannot be read: " + settings.keys);
    std::string text(jwk_set_max + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return key_set_of(text);
}

}  // namespace

Result<Caller> caller_by(const Json& claims, const OidcSettings& settings,
                         std::chrono::system_clock::time_point now)
{
    const Json* issuer = claim(claims, "iss");
    if (!issuer || *issuer != Json(settings.issuer))
        return unauthenticated("it is of another issuer.");
    if (!has(texts(claim(claims, "aud")), settings.audience))
        return unauthenticated("it is for another audience.");
    const double seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
    if (auto no = untimely(claims, settings, seconds)) return *no;
    const Json* name = claim(claims, settings.principal_claim);
    if (!name || !name->is_string() || !is_id(name->get<std::string>()))
        return unauthenticated("its " + settings.principal_claim +
                               " is no id of 1 to 64 of A-Z a-z 0-9 . _ -");
    const Result<Role> role = role_by(claims, settings);
    if (!role) return role.error();
    // No name of the ledger's own principals has a /.
    Caller caller{settings.name + '/' + name->get<std::string>(), *role, {}, {}};
    if (auto no = bind(caller, claims, settings)) return *no;
    return caller;
}

Result<std::unique_ptr<Oidc>> Oidc::open(OidcSettings settings)
{
    if (auto no = wrong(settings)) return *no;
    if (!is_address(settings.keys))
        if (const Result<KeySet> keys = keys_at(settings); !keys) return keys.error();
    return std::unique_ptr<Oidc>{new Oidc{std::move(settings)}};
}

Oidc::Oidc(OidcSettings settings)
    : settings_{std::move(settings)}, asked_{Clock::now() - settings_.pause}
{
}

Oidc::~Oidc() { thread_.join(); }

// On the thread of the keys: whoever waited while another's reading ran finds what it brought.
Oidc::Known Oidc::reread(Clock::time_point now)
{
    if (now - asked_ >= settings_.pause) {
        asked_ = now;
        Result<KeySet> keys = keys_at(settings_);
        last_.trouble = keys ? "" : keys.error().detail;
        if (keys) {
            last_.keys = std::make_shared<const KeySet>(std::move(*keys));
            last_.read = now;
        }
    }
    if (now - last_.read > stale) last_.keys.reset();
    return last_;
}

asio::awaitable<Result<Caller>> Oidc::bearer_of(const std::string& token)
{
    const Result<std::string> kid = kid_of(token);
    if (!kid) co_return unauthenticated(kid.error().detail);
    if (!known_.keys || !known_.keys->has(*kid) || Clock::now() - known_.read > fresh) {
        const auto read = [this] { return reread(Clock::now()); };
        Known now = co_await on_thread(thread_, read);
        known_ = std::move(now);
    }
    if (!known_.keys)
        co_return Refusal{.code = Code::store_unavailable,
                          .detail = "The issuer's keys cannot be read: " + known_.trouble};
    const Result<Json> claims = verified_claims(token, *known_.keys);
    if (!claims) co_return unauthenticated(claims.error().detail);
    co_return caller_by(*claims, settings_, std::chrono::system_clock::now());
}

}  // namespace chipledger
