#pragma once
#include "http/reading.hpp"

// The handlers of /v1/audit, a file each.
namespace chipledger {

/// Why a number is what it is: GET /v1/audit/explain.
boost::asio::awaitable<Response> explain(Ledger& ledger, Context& context);
/// What would be, had things been otherwise: POST /v1/audit/what-if.
boost::asio::awaitable<Response> what_if(Ledger& ledger, Context& context);

/// "" where it is not there.
inline std::string parameter(const Context& context, const char* name)
{
    return std::string{context.request.parameter(name).value_or("")};
}

}  // namespace chipledger
