#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "ledger/ledger.hpp"

namespace chipledger {

/// Counts answers for /metrics (Prometheus text format 0.0.4). Used on the server's one thread.
class Metrics {
public:
    void answered(const std::string& method, int status, std::chrono::microseconds took);
    std::string text(Ledger& ledger) const;

private:
    std::map<std::pair<std::string, int>, std::int64_t> answers_{};  ///< By method and status.
    std::array<std::int64_t, 8> slower_{};  ///< Answers within each bucket of duration.
    double seconds_ = 0;
    std::int64_t count_ = 0;
};

}  // namespace chipledger
