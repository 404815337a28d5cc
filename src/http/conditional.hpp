#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace chipledger {

/// The entity tags of a list, each with its quotes and W/ (RFC 9110 §8.8.3); none where it is none.
std::optional<std::vector<std::string_view>> entity_tags(std::string_view header);

/// Whether If-None-Match names this quoted tag: a list, *, weak comparison (RFC 9110 §13.1.2).
bool etag_listed(std::string_view header, std::string_view etag);

/// Sets the strong tag (given without quotes); 304 without a body where the reader has it.
Response with_etag(Response response, std::string_view etag, const Request& request);

}  // namespace chipledger
