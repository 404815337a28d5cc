#pragma once
#include "http/message.hpp"

namespace chipledger {

/// How a list is answered.
enum class Format { json, csv, xlsx, ndjson };

std::string_view media_type_of(Format format);
std::string_view name_of(Format format);

/// What ?format= says, else what Accept prefers (RFC 9110 §12.5.1), JSON for those who do not
/// mind. Malformed for another ?format, not-acceptable where Accept excludes all of them.
Result<Format> format_of(const Request& request);

}  // namespace chipledger
