#include "views/viewer.hpp"

#include <algorithm>

namespace chipledger {

namespace {

bool is_bound(const Viewer& viewer)
{
    return viewer.role == Role::customs && !viewer.offices.empty();
}

bool at_office(const Viewer& viewer, const Shipment& shipment)
{
    const auto& office = *shipment.office;
    return !office || std::ranges::find(viewer.offices, office->value) != viewer.offices.end();
}

template <class Wanted>
bool any_shipment(const Viewer& viewer, const State& state, const Wanted& wanted)
{
    for (const auto& item : state.shipments)
        if (wanted(item.value) && at_office(viewer, item.value)) return true;
    return false;
}

}  // namespace

bool Viewer::sees_all() const
{
    return role == Role::regulator || role == Role::auditor || role == Role::admin;
}

bool may_see_firm(const Viewer& viewer, const FirmId& id)
{
    return viewer.sees_all() || viewer.owns(id);
}

bool may_see_approval(const Viewer& viewer, const State& state, const ApprovalId& id)
{
    if (is_bound(viewer))
        return any_shipment(viewer, state, [&](const Shipment& one) { return one.terms->approval == id; });
    return viewer.sees_all() || viewer.role == Role::customs ||
           viewer.owns(state.approvals.at(id).terms->firm);
}

bool may_see_holding(const Viewer& viewer, const State& state, const Holding& holding)
{
    if (is_bound(viewer))
        return holding.shipment.empty() ||
               at_office(viewer, state.shipments.at(holding.shipment));
    if (viewer.role != Role::firm) return true;
    return !holding.approval.empty() && viewer.owns(state.approvals.at(holding.approval).terms->firm);
}

bool may_see_batch(const Viewer& viewer, const State& state, const BatchId& id)
{
    if (is_bound(viewer))
        return any_shipment(viewer, state, [&](const Shipment& one) {
            const auto& batches = one.terms->batches;
            return std::ranges::find(batches, id) != batches.end();
        });
    if (viewer.role != Role::firm) return true;
    const Custody custody = state.custody_of(id);
    return std::ranges::any_of(custody.runs(), [&](const auto& run) {
        return may_see_holding(viewer, state, run.value.holding);
    });
}

bool may_see_shipment(const Viewer& viewer, const State& state, const Shipment& shipment)
{
    if (viewer.role == Role::firm)
        return viewer.owns(state.approvals.at(shipment.terms->approval).terms->firm);
    return !is_bound(viewer) || at_office(viewer, shipment);
}

std::vector<std::string> hidden_shipments(const Viewer& viewer, const State& state)
{
    std::vector<std::string> hidden;
    if (is_bound(viewer))
        for (const auto& item : state.shipments)
            if (!at_office(viewer, item.value)) hidden.push_back(item.key.value);
    return hidden;
}

std::vector<std::string> visible_kinds(const Viewer& viewer)
{
    if (is_bound(viewer)) return {"shipment", "batch"};
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
