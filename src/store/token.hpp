#pragma once
#include <string>
#include <string_view>

#include "domain/events.hpp"
#include "domain/refusal.hpp"

namespace chipledger {

/// A new token: `clk_<role>_` + 30 random base62 digits + 6 base62 digits of the CRC-32 (that of
/// zlib) of all before them. About 178 bits of chance.
std::string make_token(Role role);

/// True when the form and the CRC are right: what is not need not trouble the database.
bool well_formed(std::string_view token);

/// HMAC-SHA256 of the token, 32 bytes: the only form in which it is stored.
std::string hash_token(std::string_view token, std::string_view pepper);

/// `length` bytes from the system's random generator.
std::string random_bytes(std::size_t length);

/// The pepper in the file at `path`, 32 random bytes; makes the file (mode 0600) when it is not
/// there. Refused bad-state when it cannot be read or made, or holds fewer than 32 bytes.
Result<std::string> pepper_at(const std::string& path);

}  // namespace chipledger
