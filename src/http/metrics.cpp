#include "http/metrics.hpp"

#include <fmt/format.h>

namespace chipledger {

namespace {

constexpr std::array<double, 8> buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1};

}  // namespace

void Metrics::answered(const std::string& method, int status, std::chrono::microseconds took)
{
    const double seconds = static_cast<double>(took.count()) / 1e6;
    // A method is the caller's own text: only ours are counted by name.
    const bool known = method == "GET" || method == "POST" || method == "DELETE" ||
                       method == "HEAD" || method == "OPTIONS";
    ++answers_[{known ? method : "other", status}];
    for (std::size_t i = 0; i < buckets.size(); ++i)
        if (seconds <= buckets[i]) ++slower_[i];
    seconds_ += seconds;
    ++count_;
}

std::string Metrics::text(Ledger& ledger) const
{
    const LedgerHealth health = ledger.health();
    const Log& log = ledger.log();
    const auto published = log.published();
    const bool alarm = !log.alarm().empty();
    std::string text = fmt::format(
        "# TYPE chipledger_entries gauge\nchipledger_entries {}\n"
        "# TYPE chipledger_writing gauge\nchipledger_writing {}\n"
        "# TYPE chipledger_queued gauge\nchipledger_queued {}\n"
        "# TYPE chipledger_signed_entries gauge\nchipledger_signed_entries {}\n"
        "# TYPE chipledger_integrity_alarm gauge\nchipledger_integrity_alarm {}\n"
        "# TYPE chipledger_projection_drift gauge\nchipledger_projection_drift {}\n"
        "# TYPE chipledger_projection_lag_entries gauge\nchipledger_projection_lag_entries {}\n"
        "# TYPE chipledger_projection_checks_total counter\n"
        "chipledger_projection_checks_total {}\n"
        "# TYPE chipledger_http_requests_total counter\n",
        ledger.head()->position.number, health.writing ? 1 : 0, health.queued,
        published ? published->size : 0, alarm ? 1 : 0, health.projection.drift.empty() ? 0 : 1,
        health.projection.lag, health.projection.checks);
    for (const auto& [key, count] : answers_)
        text += fmt::format("chipledger_http_requests_total{{method=\"{}\",status=\"{}\"}} {}\n",
                            key.first, key.second, count);
    text += "# TYPE chipledger_http_request_seconds histogram\n";
    for (std::size_t i = 0; i < buckets.size(); ++i)
        text += fmt::format("chipledger_http_request_seconds_bucket{{le=\"{}\"}} {}\n", buckets[i],
                            slower_[i]);
    return text + fmt::format("chipledger_http_request_seconds_bucket{{le=\"+Inf\"}} {0}\n"
                              "chipledger_http_request_seconds_sum {1:.6f}\n"
                              "chipledger_http_request_seconds_count {0}\n",
                              count_, seconds_);
}

}  // namespace chipledger
