#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "domain/ids.hpp"

namespace chipledger
{

/// How often memory, log and the tables for SQL users are compared.
struct ProjectionChecks {
    std::chrono::milliseconds every = std::chrono::minutes{1};
    int rest = 20;  ///< After each, at least so many times as long as it took.
};

/// How the tables for SQL users stand to the log.
struct ProjectionHealth {
    Position position{};      ///< The last entry folded into them.
    std::int64_t lag = 0;     ///< Entries that are durable and not in them yet.
    std::int64_t checks = 0;  ///< Comparisons that were made since the start.
    std::string drift{};      ///< What is wrong with them; "" while nothing is.
};

}  // namespace chipledger
