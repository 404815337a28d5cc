#pragma once
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "domain/state.hpp"

// What an auditor asks of one State or two: why a number is what it is, and what differs.
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

/// A bucket of a balance by its wire name; null for no such bucket.
std::int64_t Balance::*bucket_named(std::string_view name);

/// Terms ascending by entry; they add up to the number that the views show.
std::vector<Term> explain_bucket(const State& state, const ApprovalId& approval,
                                 std::int64_t Balance::*bucket);
std::vector<Term> explain_units(const State& state, const FirmId& firm, UnitState unit_state);
/// R + D of the firm's approvals in a period.
std::vector<Term> explain_exposure(const State& state, const FirmId& firm, const Period& period);

/// {"approvals":{id:{member:{"from","to"}}},"firms":{id:{state:{"from","to"}}}}: only what differs.
/// A firm's viewer sees its own alone.
nlohmann::json differences(const State& from, const State& to, const std::optional<FirmId>& own = {});
/// The same of the approvals and firms among these subjects alone.
nlohmann::json differences(const State& from, const State& to, const std::vector<Subject>& subjects);
/// [{"batch","from","to","before","after"}]: ranges of units whose state or approval differs; null
/// before the batch was there.
nlohmann::json moved_units(const State& from, const State& to);

}  // namespace chipledger
