#pragma once
#include <string>
#include <string_view>

#include "http/server.hpp"

// Lines of the log on stderr: for people, or a JSON object each.
namespace chipledger
{

/// From now on a line is a JSON object: time, level, message, or the members of an access line.
void log_as_json();

/// Writes down that a request was answered. Never a header but a well-formed traceparent, never a
/// query or a body: they may hold a token.
void log_access(const Access& access);

/// What may be logged of a traceparent (W3C Trace Context, level 1): the value when it is well
/// formed, or "".
std::string_view trace_of(const Request& request);

}  // namespace chipledger
