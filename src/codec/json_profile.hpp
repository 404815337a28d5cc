#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "domain/refusal.hpp"

namespace chipledger {

/// The bounds of one JSON text that arrives.
struct Profile {
    std::size_t depth_max = 32;
    std::size_t bytes_max = 60'000;
    /// Members of an object at …/data/caps may bear any id as their name ({"T1":1000}).
    bool caps_object = false;
};

/// Parses under the restricted profile of RFC 8785 (DESIGN §4): an object of integers within
/// ±(2^53−1), strings without U+0000, names of [a-z0-9_]+ without duplicates, bounded depth and
/// size. Refusals are malformed (too-large for the size) and point at the member (RFC 6901).
Result<nlohmann::json> parse_profile(std::string_view bytes, const Profile& profile = {});

/// RFC 8785 bytes of a value that the profile admits.
std::string canonical(const nlohmann::json& value);

/// One reference token of a JSON pointer, escaped (RFC 6901 §3).
std::string pointer_token(std::string_view name);

}  // namespace chipledger
