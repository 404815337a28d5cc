#pragma once
#include "http/message.hpp"
#include "http/target.hpp"

namespace chipledger {

/// Whether the request's Content-Type is this type, with no parameter but charset=utf-8.
inline bool has_type(const Request& request, std::string_view type)
{
    std::string given = lower(request.header("content-type").value_or(""));
    std::erase_if(given, [](char c) { return c == ' ' || c == '\t' || c == '"'; });
    return given == type || given == std::string{type} + ";charset=utf-8";
}

/// unsupported-media-type unless the body is said to be of this type.
inline Result<void> takes(const Request& request, std::string_view type)
{
    if (has_type(request, type)) return {};
    return Refusal{.code = Code::unsupported_media_type,
                   .detail = "Send Content-Type: " + std::string{type} + '.'};
}

}  // namespace chipledger
