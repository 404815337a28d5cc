// Allocations: units set aside, released, transferred; what firms do with cleared units.
#include "domain/rules.hpp"

namespace chipledger {

namespace {

/// unit-not-available, seen from the approval: free, registered and of its sku.
No not_available(const State& state, const Units& units, const Approval& approval)
{
    if (auto no = unknown_batch(state, units)) return no;
    for (std::size_t i = 0; i < units.size(); ++i)
        if (state.batches.at(units[i].batch).sku != approval.terms->sku)
            return Refusal{.code = Code::unit_not_available,
                           .param = "/data/units/" + std::to_string(i) + "/batch",
                           .detail = "The approval is for " + approval.terms->sku.value +
                                     ", the batch is not.",
                           .entries = {state.batches.at(units[i].batch).registered}};
    const Needed free{{UnitState::registered}, {}, {}, true};
    for (auto no : {not_held(state, units, free), not_in_state(state, units, free)}) {
        if (!no) continue;
        no->code = Code::unit_not_available;
        return no;
    }
    return {};
}

No claims_blocked(const State& state, const ApprovalId& id, const Units& units)
{
    std::optional<Position> entry = blocked(state, id);
    for (const UnitRange& range : units)
        if (const Position* block = state.blocks.find("batch:" + range.batch.value)) entry = *block;
    if (!entry) return {};
    return Refusal{.code = Code::claims_blocked,
                   .param = "/data/approval",
                   .detail = "New reservations are blocked. Ask the regulator.",
                   .entries = {*entry}};
}

/// Known (to this actor), and in force where that is asked.
Result<void> usable(const State& state, const Event& event, const ApprovalId& id,
                    bool in_force = false, std::string_view param = "/data/approval")
{
    const Approval* approval = find_approval(state, event, id);
    if (!approval) return *unknown_approval(param);
    if (!in_force) return {};
    if (auto no = not_in_force(*approval, event, param)) return *no;
    return {};
}

/// Known approval, then units in the state and with the holder that the event needs.
Result<void> held_units(const State& state, const Event& event, const ApprovalId& id)
{
    if (auto known = usable(state, event, id); !known) return known;
    if (auto no = not_all(state, *units_of(event.data), *needed(state, event.data))) return *no;
    return {};
}


}  // namespace

Result<void> admit(const State& state, const Event& event, const AllocationReserved& reserved)
{
    if (auto known = usable(state, event, reserved.approval, true); !known) return known;
    const Approval& approval = state.approvals.at(reserved.approval);
    if (auto no = claims_blocked(state, reserved.approval, reserved.units)) return *no;
    if (auto no = not_available(state, reserved.units, approval)) return *no;
    const std::int64_t n = count(reserved.units);
    if (auto no = not_covered(state, reserved.approval, approval.balance.available, n, "/data/units")) return *no;
    const std::int64_t exposed = exposure(state, approval.terms->firm, approval.terms->period);
    if (auto no = over_cap(state, approval.terms->firm, approval.terms->period, exposed, n,
                           "/data/units"))
        return *no;
    return {};
}

void apply(State& state, const Event& event, const AllocationReserved& reserved)
{
    const std::int64_t n = count(reserved.units);
    post(state, reserved.approval, {.available = -n, .reserved = n});
    move(state, event, reserved.units,
         {Change::Kind::reserve, {}, reserved.approval.value});
}

Result<void> admit(const State& state, const Event& event, const AllocationReleased& released)
{
    return held_units(state, event, released.approval);
}

void apply(State& state, const Event& event, const AllocationReleased& released)
{
    const Approval& approval = state.approvals.at(released.approval);
    post(state, released.approval, give_back(approval, count(released.units)));
    move(state, event, released.units, {Change::Kind::release});
}

Result<void> admit(const State& state, const Event& event, const AllocationTransferred& moved)
{
    if (auto no = usable(state, event, moved.from_approval, true, "/data/from_approval"); !no)
        return no;
    if (auto no = usable(state, event, moved.to_approval, true, "/data/to_approval"); !no)
        return no;
    if (moved.from_approval == moved.to_approval)
        return Refusal{Code::bad_state, "/data/to_approval",
                       "The units are under this approval already."};
    if (auto no = not_all(state, moved.units, *needed(state, event.data))) return *no;
    const Approval& from = state.approvals.at(moved.from_approval);
    const Approval& to = state.approvals.at(moved.to_approval);
    const std::int64_t n = count(moved.units);
    if (auto no = not_covered(state, moved.to_approval, to.balance.available, n, "/data/units")) return *no;
    // Within one firm and period the exposure stays what it is, even above a cap that has sunk.
    if (from.terms->firm == to.terms->firm && from.terms->period == to.terms->period) return {};
    const std::int64_t exposed = exposure(state, to.terms->firm, to.terms->period);
    if (auto no = over_cap(state, to.terms->firm, to.terms->period, exposed, n, "/data/units"))
        return *no;
    return {};
}

void apply(State& state, const Event& event, const AllocationTransferred& moved)
{
    const std::int64_t n = count(moved.units);
    post(state, moved.from_approval, {.available = n, .drawn = -n});
    post(state, moved.to_approval, {.available = -n, .drawn = n});
    move(state, event, moved.units,
         {Change::Kind::transfer, {}, moved.to_approval.value});
}

Result<void> admit(const State& state, const Event& event, const AllocationDelivered& delivered)
{
    if (auto known = usable(state, event, delivered.approval, true); !known) return known;
    const Approval& approval = state.approvals.at(delivered.approval);
    if (auto no = not_allowed(approval, ConditionCode::sites, delivered.site.value, "/data/site"))
        return *no;
    return held_units(state, event, delivered.approval);
}

void apply(State& state, const Event& event, const AllocationDelivered& delivered)
{
    move(state, event, delivered.units,
         {Change::Kind::place, UnitState::delivered, delivered.site.value});
}

Result<void> admit(const State& state, const Event& event, const AllocationDeployed& deployed)
{
    if (auto known = usable(state, event, deployed.approval); !known) return known;
    const Approval& approval = state.approvals.at(deployed.approval);
    if (auto no = not_allowed(approval, ConditionCode::sites, deployed.site.value, "/data/site"))
        return *no;
    if (deployed.use)
        if (auto no = not_allowed(approval, ConditionCode::end_use, deployed.use->value,
                                  "/data/use"))
            return *no;
    return held_units(state, event, deployed.approval);
}

void apply(State& state, const Event& event, const AllocationDeployed& deployed)
{
    move(state, event, deployed.units,
         {Change::Kind::place, UnitState::deployed, deployed.site.value});
}

Result<void> admit(const State& state, const Event& event, const AllocationUndeployed& undeployed)
{
    return held_units(state, event, undeployed.approval);
}

void apply(State& state, const Event& event, const AllocationUndeployed& undeployed)
{
    move(state, event, undeployed.units,
         {Change::Kind::place, UnitState::delivered, undeployed.site.value});
}

Result<void> admit(const State& state, const Event& event, const AllocationRecalled& recalled)
{
    return held_units(state, event, recalled.approval);
}

void apply(State& state, const Event& event, const AllocationRecalled& recalled)
{
    move(state, event, recalled.units, {Change::Kind::recall});
}

Result<void> admit(const State& state, const Event& event, const AllocationRecallLifted& lifted)
{
    return held_units(state, event, lifted.approval);
}

void apply(State& state, const Event& event, const AllocationRecallLifted& lifted)
{
    move(state, event, lifted.units, {Change::Kind::lift});
}

Result<void> admit(const State& state, const Event& event,
                   const AllocationDecommissioned& decommissioned)
{
    return held_units(state, event, decommissioned.approval);
}

void apply(State& state, const Event& event, const AllocationDecommissioned& decommissioned)
{
    move(state, event, decommissioned.units, {Change::Kind::to_state, UnitState::decommissioned});
}

}  // namespace chipledger
