#pragma once
#include <string>
#include <vector>

#include "views/buckets.hpp"

// Why a number is what it is. Terms ascend by entry and add up to what the views show.
namespace chipledger {

/// What one entry adds to a number.
struct Term {
    Position entry{};
    std::int64_t amount = 0;  ///< Never 0.
    std::string why{};        ///< Every bucket or state that the entry moved, with its sign.
};

/// A firm's units after an entry that moved some, for charts.
struct TimelinePoint {
    Position entry{};
    Instants times{};
    UnitCounts units{};
};
std::vector<TimelinePoint> timeline_of(const State& state, const FirmId& firm);

std::vector<Term> explain_bucket(const State& state, const ApprovalId& approval,
                                 std::int64_t Balance::*bucket);
/// Units that name the approval, or any approval of the firm; of a shipment; of a batch.
std::vector<Term> explain_units(const State& state, const ApprovalId& approval, UnitState units);
std::vector<Term> explain_units(const State& state, const FirmId& firm, UnitState units);
std::vector<Term> explain_units(const State& state, const ShipmentId& shipment, UnitState units);
std::vector<Term> explain_units(const State& state, const BatchId& batch, UnitState units);
/// Units of a batch that are registered and set aside for nobody.
std::vector<Term> explain_unallocated(const State& state, const BatchId& batch);
/// R + D of the firm's approvals in a period.
std::vector<Term> explain_exposure(const State& state, const FirmId& firm, const Period& period);
/// The cap that a policy gives the firm's tier; none where there is no policy.
std::vector<Term> explain_cap(const State& state, const FirmId& firm, const Period& period);
/// Cap less exposure, and 0 where that is below.
std::vector<Term> explain_headroom(const State& state, const FirmId& firm, const Period& period);

/// The type of each of these entries, which ascend.
std::vector<std::string_view> types_of(const State& state, const std::vector<Position>& entries);

}  // namespace chipledger
