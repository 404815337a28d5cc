#pragma once
#include <map>
#include <set>
#include <vector>

#include "domain/rulebook.hpp"
#include "ledger/holding_counts.hpp"
#include "store/projected_tables.hpp"

// What a state says as rows of the tables for SQL users: the one place that knows both.
namespace chipledger
{

/// Every row but the movements.
ProjectedRows projection_rows(const State& state);

/// The rows of one table about the things beyond `after`, up to `upto`; none: to the last.
std::vector<ProjectedRow> projection_rows(const State& state, Projected table,
                                          const std::string& after,
                                          const std::optional<std::string>& upto);

/// The rows about these things.
ProjectedRows projection_rows(const State& state, const std::set<SubjectKey>& things,
                              KeptCounts& counts);

/// True for an entry that may change rows about things that are not its subjects: statuses hang on
/// policies, tiers and blocks, a correction on everything after its target.
bool reaches_further(const EventData& data);

struct HeldBalance {
    FirmId firm{};
    Balance balance{};
};
using HeldBalances = std::map<ApprovalId, HeldBalance>;

/// Of the approvals that the entry may move: those among its subjects; of a correction, all.
HeldBalances balances_of(const State& state, const Event& event);

/// A row for each approval whose balance the entry has changed.
void add_movements(std::vector<ProjectedRow>& rows, const Event& event, const HeldBalances& before,
                   const State& after);

}  // namespace chipledger
