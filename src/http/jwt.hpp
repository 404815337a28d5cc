#pragma once
#include <nlohmann/json.hpp>
#include <string_view>

#include "domain/refusal.hpp"

// JSON Web Tokens as an issuer of OpenID Connect signs them (RFC 7519, RFC 7515). The signature is
// judged by libcjose; what may be judged at all, here.
namespace chipledger {

inline constexpr std::size_t jwt_max = 8 * 1024;       ///< Bytes of a token.
inline constexpr std::size_t jwk_set_max = 256 * 1024;  ///< Bytes of a key set.
inline constexpr std::size_t jwk_set_keys_max = 100;

/// Public keys of an issuer (RFC 7517 §5).
struct KeySet {
    nlohmann::json keys = nlohmann::json::array();  ///< Of use for RS256 or ES256, each with a kid.

    bool has(std::string_view kid) const;
};

/// The keys in `text` that may verify: RSA of 2048 to 8192 bits or EC on P-256, with a kid; use,
/// alg and key_ops, where they are told, for signatures of RS256 or ES256. Others are left out.
/// Malformed for what is no key set, or holds none of use.
Result<KeySet> key_set_of(std::string_view text);

/// The kid in a token's header, before anything is believed. Malformed for what is not three
/// parts of base64url under jwt_max, and for a header that is not of RS256 or ES256, has no kid,
/// is not of a JWT (typ), names keys of its own (jku, jwk, x5u) or has crit.
Result<std::string> kid_of(std::string_view token);

/// The claims of a token that a key of the set has signed; nothing of them is judged yet. Refused
/// malformed as kid_of is, and where no key of this kid fits the algorithm, or the signature is
/// wrong. A header and claims have each name once.
Result<nlohmann::json> verified_claims(std::string_view token, const KeySet& keys);

}  // namespace chipledger
