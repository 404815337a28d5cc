#include "http/jwt.hpp"

#include <cjose/cjose.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kid_max = 256;
constexpr std::string_view base64url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

Refusal no(std::string detail) { return {.code = Code::malformed, .detail = std::move(detail)}; }

std::optional<std::string> decoded(std::string_view text)
{
    if (text.empty() || text.find_first_not_of(base64url) != text.npos) return {};
    std::uint8_t* bytes = nullptr;
    std::size_t size = 0;
    if (!cjose_base64url_decode(text.data(), text.size(), &bytes, &size, nullptr)) return {};
    std::string out{reinterpret_cast<const char*>(bytes), size};
    cjose_get_dealloc()(bytes);
    return out;
}

/// An object whose names are unique: two readers of a name that is there twice may differ.
Json object_in(std::string_view text)
{
    std::vector<std::set<std::string>> names;
    bool twice = false;
    const auto watch = [&](int, Json::parse_event_t event, Json& value) {
        if (event == Json::parse_event_t::object_start) names.emplace_back();
        if (event == Json::parse_event_t::object_end) names.pop_back();
        if (event == Json::parse_event_t::key)
            twice |= !names.back().insert(value.get<std::string>()).second;
        return true;
    };
    Json object = Json::parse(text, watch, false);
    return twice || !object.is_object() ? Json() : object;
}

std::string text_at(const Json& object, const char* name)
{
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::string lower_of(std::string text)
{
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

/// The one algorithm that a key is for; empty for a key that is of no use.
std::string algorithm_of(const Json& key)
{
    if (!key.is_object() || text_at(key, "kid").empty()) return {};
    std::string algorithm;
    const std::string kind = text_at(key, "kty");
    if (kind == "EC" && text_at(key, "crv") == "P-256") algorithm = "ES256";
    if (kind == "RSA") {
        const std::optional<std::string> modulus = decoded(text_at(key, "n"));
        if (modulus && modulus->size() >= 256 && modulus->size() <= 1024) algorithm = "RS256";
    }
    if (key.contains("use") && text_at(key, "use") != "sig") return {};
    if (key.contains("alg") && text_at(key, "alg") != algorithm) return {};
    if (const auto acts = key.find("key_ops"); acts != key.end())
        if (!acts->is_array() || std::ranges::find(*acts, Json("verify")) == acts->end()) return {};
    return algorithm;
}

/// What verifies, and nothing else of it.
Json public_part(const Json& key)
{
    Json part = Json::object();
    for (const char* name : {"kid", "kty", "crv", "x", "y", "n", "e"})
        if (key.contains(name)) part[name] = key[name];
    return part;
}

struct Parts {
    Json header{};
    std::string claims{};
};

Result<Parts> parts_of(std::string_view token)
{
    if (token.size() > jwt_max) return no("A token has at most 8 KiB.");
    const std::size_t first = token.find('.');
    const std::size_t second = first == token.npos ? first : token.find('.', first + 1);
    if (second == token.npos || token.find('.', second + 1) != token.npos)
        return no("A JWT has three parts.");
    const auto header = decoded(token.substr(0, first));
    auto claims = decoded(token.substr(first + 1, second - first - 1));
    if (!header || !claims || !decoded(token.substr(second + 1)))
        return no("Each part of a JWT is base64url.");
    Parts parts{object_in(*header), std::move(*claims)};
    if (parts.header.is_null()) return no("Its header is no JSON object of unique names.");
    return parts;
}

std::optional<Refusal> unfit(const Json& header)
{
    const std::string algorithm = text_at(header, "alg");
    if (algorithm != "RS256" && algorithm != "ES256") return no("Its alg is not RS256 or ES256.");
    for (const char* name : {"crit", "jku", "jwk", "x5u", "b64"})
        if (header.contains(name)) return no("Its header has " + std::string{name} + '.');
    // RFC 8725 §3.11: other kinds of JWT (of logout, of security events) are not for coming in.
    static const std::set<std::string> kinds{"jwt", "at+jwt", "application/at+jwt"};
    if (header.contains("typ") && !kinds.contains(lower_of(text_at(header, "typ"))))
        return no("Its typ is not JWT or at+jwt.");
    const std::string kid = text_at(header, "kid");
    if (kid.empty() || kid.size() > kid_max) return no("Its header has no kid.");
    return {};
}

template <auto release>
struct Released {
    template <class Thing>
    void operator()(Thing* thing) const { release(thing); }
};
using Key = std::unique_ptr<cjose_jwk_t, Released<cjose_jwk_release>>;
using Jws = std::unique_ptr<cjose_jws_t, Released<cjose_jws_release>>;

}  // namespace

bool KeySet::has(std::string_view kid) const
{
    return std::ranges::any_of(keys, [&](const Json& key) { return text_at(key, "kid") == kid; });
}

Result<KeySet> key_set_of(std::string_view text)
{
    if (text.size() > jwk_set_max) return no("A key set has at most 256 KiB.");
    const Json set = object_in(text);
    const auto keys = set.find("keys");
    if (!set.is_object() || keys == set.end() || !keys->is_array())
        return no("A key set is like {\"keys\":[…]} (RFC 7517).");
    if (keys->size() > jwk_set_keys_max) return no("A key set has at most 100 keys.");
    KeySet usable;
    for (const Json& key : *keys)
        if (!algorithm_of(key).empty()) usable.keys.push_back(public_part(key));
    if (usable.keys.empty()) return no("No key of the set has a kid and is for RS256 or ES256.");
    return usable;
}

Result<std::string> kid_of(std::string_view token)
{
    const Result<Parts> parts = parts_of(token);
    if (!parts) return parts.error();
    if (auto wrong = unfit(parts->header)) return *wrong;
    return text_at(parts->header, "kid");
}

Result<Json> verified_claims(std::string_view token, const KeySet& keys)
{
    const Result<Parts> parts = parts_of(token);
    if (!parts) return parts.error();
    if (auto wrong = unfit(parts->header)) return *wrong;
    const auto fits = [&](const Json& key) {
        return text_at(key, "kid") == text_at(parts->header, "kid") &&
               algorithm_of(key) == text_at(parts->header, "alg");
    };
    const auto found = std::ranges::find_if(keys.keys, fits);
    if (found == keys.keys.end()) return no("The issuer has no such key for this algorithm.");
    const std::string text = found->dump();
    const Key key{cjose_jwk_import(text.data(), text.size(), nullptr)};
    const Jws jws{cjose_jws_import(token.data(), token.size(), nullptr)};
    if (!key || !jws || !cjose_jws_verify(jws.get(), key.get(), nullptr))
        return no("Its signature is wrong.");
    Json claims = object_in(parts->claims);
    if (claims.is_null()) return no("Its claims are no JSON object of unique names.");
    return claims;
}

}  // namespace chipledger
