#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/state.hpp"

namespace chipledger {

/// Who looks. What a viewer may not see does not exist for it (DESIGN §8, who reads what).
struct Viewer {
    Role role{};
    std::optional<FirmId> firm{};
    std::vector<std::string> offices{};  ///< An officer is bound to these; empty: every office.

    /// Regulator, auditor and admin.
    bool sees_all() const;
    bool owns(const FirmId& id) const { return role == Role::firm && firm == id; }
};

bool may_see_firm(const Viewer& viewer, const FirmId& id);
/// A bound officer sees the approvals and batches that shipments of the offices hang on.
bool may_see_approval(const Viewer& viewer, const State& state, const ApprovalId& id);
/// Batches and shipments: a firm sees those with units of its own.
bool may_see_batch(const Viewer& viewer, const State& state, const BatchId& id);
bool may_see_shipment(const Viewer& viewer, const State& state, const Shipment& shipment);
/// Units held for this approval (empty: for nobody).
bool may_see_holding(const Viewer& viewer, const State& state, const Holding& holding);
/// Shipments at other offices than a bound officer's; one without an office yet is everybody's.
std::vector<std::string> hidden_shipments(const Viewer& viewer, const State& state);
/// Kinds of subjects one of which an entry must have; empty: any entry.
std::vector<std::string> visible_kinds(const Viewer& viewer);
/// An entry with these subjects.
bool may_see_entry(const Viewer& viewer, const std::vector<Subject>& subjects);

}  // namespace chipledger
