#include "views/viewer.hpp"

#include <algorithm>

namespace chipledger {

bool Viewer::sees_all() const
{
    return role == Role::regulator || role == Role::auditor || role == Role::admin;
}

bool may_see_firm(const Viewer& viewer, const FirmId& id)
{
    return viewer.sees_all() || viewer.owns(id);
}

bool may_see_approval(const Viewer& viewer, const Approval& approval)
{
    return viewer.sees_all() || viewer.role == Role::customs || viewer.owns(approval.firm);
}

bool may_see_holding(const Viewer& viewer, const State& state, const Holding& holding)
{
    if (viewer.role != Role::firm) return true;
    return !holding.approval.empty() && viewer.owns(state.approvals.at(holding.approval).firm);
}

bool may_see_batch(const Viewer& viewer, const State& state, const BatchId& id)
{
    if (viewer.role != Role::firm) return true;
    return std::ranges::any_of(state.batches.at(id).custody.runs(), [&](const auto& run) {
        return may_see_holding(viewer, state, run.value.holding);
    });
}

bool may_see_shipment(const Viewer& viewer, const State& state, const Shipment& shipment)
{
    if (viewer.role != Role::firm) return true;
    if (viewer.owns(state.approvals.at(shipment.approval).firm)) return true;
    return false;
}

std::vector<std::string> visible_kinds(const Viewer& viewer)
{
    if (viewer.role == Role::customs) return {"shipment", "batch", "approval"};
    if (viewer.role == Role::logistics) return {"shipment", "batch"};
    return {};
}

bool may_see_entry(const Viewer& viewer, const std::vector<Subject>& subjects)
{
    if (viewer.role == Role::admin) return false;
    const std::vector<std::string> kinds = visible_kinds(viewer);
    if (viewer.role != Role::firm && kinds.empty()) return true;
    return std::ranges::any_of(subjects, [&](const Subject& subject) {
        if (viewer.role == Role::firm)
            return subject.kind == "firm" && viewer.owns(FirmId{subject.id});
        return std::ranges::find(kinds, subject.kind) != kinds.end();
    });
}

}  // namespace chipledger
