#pragma once
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace chipledger {

/// Whether If-None-Match names this quoted tag: a list, *, weak comparison (RFC 9110 §13.1.2).
bool etag_listed(std::string_view header, std::string_view etag);

/// Sets the strong tag (given without quotes); 304 without a body where the reader has it.
Response with_etag(Response response, std::string_view etag, const Request& request);

}  // namespace chipledger
