#pragma once
#include <array>
#include <map>
#include <string>

#include "domain/state.hpp"

namespace chipledger
{

/// Units of a batch by state, approval, shipment and site.
using HoldingCounts = std::map<std::array<std::string, 4>, std::int64_t>;

HoldingCounts count_holdings(const Custody& custody);

/// Counts holdings of batches as they move on, and keeps those of batches of many runs: only what
/// has moved since is counted, so that an entry costs the same in a batch of any size.
class KeptCounts {
public:
    /// Batches of no more runs than `few` are sooner counted than kept.
    explicit KeptCounts(std::size_t few = 64) : few_{few} {}

    /// Of a batch that `state` has.
    HoldingCounts of(const State& state, const BatchId& id);

private:
    struct Kept {
        Position position{};
        Custody custody{};
        HoldingCounts counts{};
    };
    static void go_on(Kept& kept, const State& state, const BatchId& id);

    std::size_t few_;
    std::map<BatchId, Kept> kept_{};
};

}  // namespace chipledger
