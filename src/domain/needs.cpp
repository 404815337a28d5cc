// What each move of units needs, in one table; admit and resolve read the same.
#include "domain/guards.hpp"

namespace chipledger {

namespace {

using enum UnitState;
using Maybe = std::optional<Needed>;

Maybe in_shipment(const State& state, const ShipmentId& id, std::vector<UnitState> states)
{
    const Shipment* shipment = state.shipments.find(id);
    if (!shipment) return {};
    return Needed{std::move(states), shipment->terms->approval, id};
}

Maybe of_approval(const ApprovalId& id, std::vector<UnitState> states)
{
    return Needed{std::move(states), id, {}};
}

struct Needs {
    const State& state;

    template <class Other>
    Maybe operator()(const Other&) const
    {
        return {};
    }
    Maybe operator()(const AllocationReserved&) const { return Needed{{registered}, {}, {}, true}; }
    Maybe operator()(const AllocationReleased& e) const
    {
        return of_approval(e.approval, {registered});
    }
    Maybe operator()(const AllocationTransferred& e) const
    {
        return of_approval(e.from_approval, {cleared, delivered});
    }
    Maybe operator()(const ShipmentDispatched& e) const
    {
        return of_approval(e.approval, {registered});
    }
    Maybe operator()(const ShipmentArrived& e) const
    {
        return in_shipment(state, e.shipment, {in_transit});
    }
    Maybe operator()(const ShipmentLost& e) const
    {
        return in_shipment(state, e.shipment, {in_transit});
    }
    Maybe operator()(const ShipmentFound& e) const
    {
        return in_shipment(state, e.shipment, {lost});
    }
    Maybe operator()(const ShipmentHeld& e) const
    {
        return in_shipment(state, e.shipment, {arrived});
    }
    Maybe operator()(const ShipmentHoldLifted& e) const
    {
        return in_shipment(state, e.shipment, {held});
    }
    Maybe operator()(const ShipmentCleared& e) const
    {
        return in_shipment(state, e.shipment, {arrived});
    }
    Maybe operator()(const ShipmentSeized& e) const
    {
        return in_shipment(state, e.shipment, {arrived, held});
    }
    Maybe operator()(const ShipmentSeizureLifted& e) const
    {
        return in_shipment(state, e.shipment, {seized});
    }
    Maybe operator()(const ShipmentConfiscated& e) const
    {
        return in_shipment(state, e.shipment, {seized});
    }
    Maybe operator()(const ShipmentReturned& e) const
    {
        return in_shipment(state, e.shipment, {arrived, held});
    }
    Maybe operator()(const AllocationDelivered& e) const
    {
        return of_approval(e.approval, {cleared});
    }
    Maybe operator()(const AllocationDeployed& e) const
    {
        return of_approval(e.approval, {delivered});
    }
    Maybe operator()(const AllocationUndeployed& e) const
    {
        return of_approval(e.approval, {deployed});
    }
    Maybe operator()(const AllocationRecalled& e) const
    {
        return of_approval(e.approval, {cleared, delivered, deployed});
    }
    Maybe operator()(const AllocationRecallLifted& e) const
    {
        return of_approval(e.approval, {recalled});
    }
    Maybe operator()(const AllocationDecommissioned& e) const
    {
        return of_approval(e.approval, {deployed, recalled});
    }
};

struct UnitsMember {
    template <class Data>
    Units* operator()(Data& data) const
    {
        if constexpr (requires { data.units; })
            return &data.units;
        else
            return nullptr;
    }
};

/// The lowest `wanted` units that pass, filled up with others where they are too few.
void pick(const State& state, const Needed& need, const Wanted& wanted, Units& units)
{
    const Batch* batch = state.batches.find(wanted.batch);
    std::int64_t missing = wanted.count;
    const auto take = [&](std::int64_t from, std::int64_t to) {
        const std::int64_t last = std::min(to, from + missing - 1);
        if (last < from) return;
        units.push_back({wanted.batch, from, last});
        missing -= last - from + 1;
    };
    const std::int64_t qty = batch ? batch->qty : 0;
    for (const bool good : {true, false}) {
        if (!batch) break;
        state.custody_of(wanted.batch).visit(1, qty, [&](auto from, auto to, const Run& run) {
            if ((need.held_by(run.holding) && need.in_state(run.holding)) == good) take(from, to);
        });
    }
    take(qty + 1, qty + missing);
}

}  // namespace

std::optional<Needed> needed(const State& state, const EventData& data)
{
    return std::visit(Needs{state}, data);
}

const Units* units_of(const EventData& data)
{
    return std::visit(UnitsMember{}, const_cast<EventData&>(data));
}

void resolve(const State& state, Event& event, const std::vector<Wanted>& wanted)
{
    Units* units = std::visit(UnitsMember{}, event.data);
    if (!units || wanted.empty()) return;
    const Needed need = needed(state, event.data).value_or(Needed{});
    for (const Wanted& item : wanted) pick(state, need, item, *units);
    *units = normalised(std::move(*units));
}

}  // namespace chipledger
