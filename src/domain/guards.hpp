#pragma once
#include <initializer_list>
#include <string_view>

#include "domain/rulebook.hpp"

// What several rules of the catalogue share. Each guard answers with the refusal it stands for,
// or with nothing.
namespace chipledger {

using No = std::optional<Refusal>;

/// The states a move accepts, and who must hold the units.
struct Needed {
    std::vector<UnitState> states{};
    ApprovalId approval{};   ///< The approval that holds them; empty with `free`.
    ShipmentId shipment{};   ///< The shipment they are in; empty where any will do.
    bool free = false;       ///< Set aside for nobody.

    bool held_by(const Holding& holding) const;
    bool in_state(const Holding& holding) const;
};

/// What a move of units needs, or nothing where the thing it names is unknown.
std::optional<Needed> needed(const State& state, const EventData& data);

/// The units that an event moves, or null.
const Units* units_of(const EventData& data);

/// Null where it does not exist, or is another firm's and a firm asks.
const Approval* find_approval(const State& state, const Event& event, const ApprovalId& id);

No unknown_approval(std::string_view param);
No not_in_force(const Approval& approval, const Event& event, std::string_view param);
No unknown_batch(const State& state, const Units& units);
/// no-reservation: units that are not reserved for the approval or shipment.
No not_held(const State& state, const Units& units, const Needed& needed);
/// bad-state: units in another state.
No not_in_state(const State& state, const Units& units, const Needed& needed);
/// unknown-batch, no-reservation, bad-state, in this order.
No not_all(const State& state, const Units& units, const Needed& needed);
/// insufficient-balance, with the entries that made the approval's balance.
No not_covered(const State& state, const ApprovalId& id, std::int64_t available,
               std::int64_t requested, std::string_view param);
/// unknown-policy or tier-cap-exceeded when `more` on top of `exposed` is above the firm's cap.
No over_cap(const State& state, const FirmId& firm, const Period& period, std::int64_t exposed,
            std::int64_t more, std::string_view param);
/// condition-not-met unless `value` is in the allow list of a condition with this code.
No not_allowed(const Approval& approval, ConditionCode code,
               const std::optional<std::string>& value, std::string_view param);
/// The max of a condition with this code.
std::optional<std::int64_t> limit_of(const Approval& approval, ConditionCode code);

/// Moves units, and the counts of approval and shipment with them.
void move(State& state, const Event& event, const Units& units, const Change& change);

/// Adds `change` to the balance, and to what the firm's cap limits.
void post(State& state, const ApprovalId& id, const Balance& change);

/// R is given back: to A while the approval is in force or suspended, else to X (§5).
Balance give_back(const Approval& approval, std::int64_t units);

/// Notes a new status.
void set_status(State& state, const Event& event, const ApprovalId& id, ApprovalStatus status);

/// A new approval with all its units available.
void open_approval(State& state, const Event& event, const ApprovalId& id, ApprovalTerms terms,
                   std::int64_t granted);

}  // namespace chipledger
