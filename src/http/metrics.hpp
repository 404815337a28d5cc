#pragma once
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <string>

#include "http/server.hpp"
#include "ledger/ledger.hpp"

namespace chipledger
{

/// What /metrics shows (Prometheus text format 0.0.4). Labels are routes, methods, statuses and
/// codes of ours alone: what a caller makes up never becomes one.
class Metrics {
public:
    Metrics();

    void answered(const Access& access);
    std::string text(Ledger& ledger) const;

private:
    prometheus::Registry registry_{};
    prometheus::Family<prometheus::Counter>& requests_;
    prometheus::Family<prometheus::Histogram>& seconds_;
    prometheus::Family<prometheus::Counter>& refusals_;
};

}  // namespace chipledger
