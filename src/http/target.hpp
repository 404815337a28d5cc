#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

// What a request's first lines mean, without the library that reads them.
namespace chipledger {

/// ASCII lower case: names of headers and media types have no case.
std::string lower(std::string_view text);

/// Path, segments and query of a request target (RFC 9112 §3.2: origin-form and absolute-form).
/// False for a broken escape, a NUL or what is not UTF-8.
bool read_target(std::string_view target, Request& request);

/// Bytes that mean something in a query escaped (RFC 3986 §2.1).
std::string percent_encoded(std::string_view text);

/// Two opinions of where a request ends are how one is smuggled past a proxy (RFC 9112 §6.3,
/// §11.2): malformed for those, for a coding but chunked, and for HTTP/1.1 without its one Host.
/// `version` is 10 or 11.
std::optional<Refusal> framing_refusal(const Request& request, unsigned version);

/// The caller's X-Request-Id where it is 1–64 of [A-Za-z0-9._-], else a new one.
std::string request_id_of(const Request& request);

}  // namespace chipledger
