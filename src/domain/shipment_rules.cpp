// Shipments: what happens to units from the dispatch to the decision at the border.
#include <algorithm>

#include "domain/rules.hpp"

namespace chipledger {

namespace {

No unknown_shipment(const State& state, const ShipmentId& id)
{
    if (state.shipments.contains(id)) return {};
    return Refusal{Code::unknown_shipment, "/data/shipment",
                   "There is no such shipment. Check its number."};
}

/// Known shipment, and its units in the states that the event needs. Custody alone decides:
/// physical facts are never refused for reasons of entitlement (§5).
Result<void> shipped_units(const State& state, const Event& event, const ShipmentId& id)
{
    if (auto no = unknown_shipment(state, id)) return *no;
    if (auto no = not_all(state, *units_of(event.data), *needed(state, event.data))) return *no;
    return {};
}

Result<void> case_units(const State& state, const Event& event, const ShipmentId& id,
                        const CaseId& case_id)
{
    if (auto no = unknown_shipment(state, id)) return *no;
    const auto& cases = state.shipments.at(id).terms->cases;
    if (std::ranges::find(cases, case_id) == cases.end())
        return Refusal{Code::unknown_case, "/data/case",
                       "The shipment has no such case. Check its number."};
    return shipped_units(state, event, id);
}

void put(State& state, const Event& event, const Units& units, UnitState next)
{
    move(state, event, units, {Change::Kind::to_state, next});
}

/// R leaves the approval, unless it was given back before. Units may have come to several
/// approvals; a shipment's pending units are all its own approval's.
void release(State& state, const ShipmentId& id, const Units& units)
{
    const ApprovalId approval = state.shipments.at(id).terms->approval;
    post(state, approval, give_back(state.approvals.at(approval), count(units)));
}

No not_certified(const State& state, const Units& units)
{
    for (std::size_t i = 0; i < units.size(); ++i)
        if (!state.batches.at(units[i].batch).certificate)
            return Refusal{Code::not_certified, "/data/units/" + std::to_string(i) + "/batch",
                           "Batch " + units[i].batch.value +
                               " has no test certificate. Record one first."};
    return {};
}

No too_many_in_shipment(const State& state, const Approval& approval,
                        const ShipmentDispatched& dispatched)
{
    const auto max = limit_of(approval, ConditionCode::max_units_per_shipment);
    if (!max) return {};
    const Shipment* shipment = state.shipments.find(dispatched.shipment);
    const std::int64_t room = *max - (shipment ? shipment->dispatched : 0);
    if (count(dispatched.units) <= room) return {};
    return Refusal{.code = Code::condition_not_met,
                   .param = "/data/units",
                   .detail = "The approval allows " + std::to_string(*max) +
                             " units in a shipment. Use another shipment for the rest.",
                   .available = room,
                   .requested = count(dispatched.units)};
}

No too_many_uses(const State& state, const ApprovalId& id, const Approval& approval,
                 const DeclarationId& declaration)
{
    const auto max = limit_of(approval, ConditionCode::max_uses);
    const std::int64_t used = approval.uses;
    if (!max || state.uses.contains({id, declaration}) || used < *max) return {};
    Refusal no{.code = Code::condition_not_met,
               .param = "/data/declaration",
               .detail = "The approval allows " + std::to_string(*max) +
                         " declarations, and all are used.",
               .available = std::max<std::int64_t>(*max - used, 0),
               .requested = 1};
    for (auto at = state.uses.lower_bound({id, {}}); at != state.uses.end(); ++at) {
        if ((*at).key.approval != id) break;
        no.entries.push_back((*at).value);
    }
    std::ranges::sort(no.entries);
    return no;
}

No outside_validity(const State& state, const Approval& approval, const Event& event)
{
    const Day day = state.day_of(event.occurred_at.at);
    if (approval.terms->valid_from <= day && day <= approval.terms->valid_to) return {};
    return Refusal{Code::outside_validity, "/occurred_at",
                   "The approval is valid from " + to_string(approval.terms->valid_from) + " to " +
                       to_string(approval.terms->valid_to) + "; this occurred on " + to_string(day) +
                       "."};
}

No conditions_not_met(const State& state, const Approval& approval, const ShipmentTerms& shipment,
                      const ShipmentCleared& cleared)
{
    const std::optional<std::string> port =
        shipment.port ? std::optional{shipment.port->value} : std::nullopt;
    if (auto no = not_allowed(approval, ConditionCode::ports, port, "/data/shipment")) return no;
    if (auto no = not_allowed(approval, ConditionCode::end_use, approval.terms->end_use.value,
                              "/data/shipment"))
        return no;
    return too_many_uses(state, shipment.approval, approval, cleared.declaration);
}

bool holds_inspectable(const Shipment& shipment, std::int64_t n)
{
    return n <= shipment.units[UnitState::arrived] + shipment.units[UnitState::held];
}

bool named_in_both(const Inspected& pass, const Inspected& fail)
{
    const Units* passed = std::get_if<Units>(&pass);
    const Units* failed = std::get_if<Units>(&fail);
    if (!passed || !failed) return false;
    Units all = *passed;
    all.insert(all.end(), failed->begin(), failed->end());
    return first_conflict(all) >= 0;
}

}  // namespace

Result<void> admit(const State& state, const Event& event, const ShipmentDispatched& dispatched)
{
    const Shipment* shipment = state.shipments.find(dispatched.shipment);
    if (shipment && shipment->terms->approval != dispatched.approval)
        return Refusal{Code::duplicate_shipment, "/data/shipment",
                       "This shipment goes under another approval. Take another number."};
    if (shipment && !shipment->open())
        return Refusal{Code::bad_state, "/data/shipment",
                       "The shipment is closed. Take another number."};
    const Approval* approval = find_approval(state, event, dispatched.approval);
    if (!approval) return *unknown_approval("/data/approval");
    if (auto no = not_in_force(*approval, event, "/data/approval")) return *no;
    if (auto no = too_many_in_shipment(state, *approval, dispatched)) return *no;
    const Needed own = *needed(state, event.data);
    if (auto no = unknown_batch(state, dispatched.units)) return *no;
    if (auto no = not_held(state, dispatched.units, own)) return *no;
    if (auto no = not_certified(state, dispatched.units)) return *no;
    if (auto no = not_in_state(state, dispatched.units, own)) return *no;
    return {};
}

void apply(State& state, const Event& event, const ShipmentDispatched& dispatched)
{
    Shipment& shipment = state.shipments.edit(dispatched.shipment);
    shipment.dispatched += count(dispatched.units);
    ShipmentTerms& terms = shipment.terms.edit();
    if (terms.approval.empty()) terms.dispatched_at = event.occurred_at;
    terms.approval = dispatched.approval;
    if (dispatched.carrier) terms.carrier = dispatched.carrier;
    if (dispatched.port) terms.port = dispatched.port;
    for (const UnitRange& range : dispatched.units)
        if (std::ranges::find(terms.batches, range.batch) == terms.batches.end())
            terms.batches.push_back(range.batch);
    move(state, event, dispatched.units, {Change::Kind::dispatch, {}, dispatched.shipment.value});
}

Result<void> admit(const State& state, const Event& event, const ShipmentArrived& arrived)
{
    return shipped_units(state, event, arrived.shipment);
}

void apply(State& state, const Event& event, const ShipmentArrived& arrived)
{
    if (arrived.office && *state.shipments.at(arrived.shipment).office != arrived.office)
        state.shipments.edit(arrived.shipment).office.edit() = arrived.office;
    put(state, event, arrived.units, UnitState::arrived);
}

Result<void> admit(const State& state, const Event& event, const ShipmentLost& lost)
{
    return shipped_units(state, event, lost.shipment);
}

void apply(State& state, const Event& event, const ShipmentLost& lost)
{
    release(state, lost.shipment, lost.units);
    put(state, event, lost.units, UnitState::lost);
}

Result<void> admit(const State& state, const Event& event, const ShipmentFound& found)
{
    if (auto known = shipped_units(state, event, found.shipment); !known) return known;
    const ApprovalId& id = state.shipments.at(found.shipment).terms->approval;
    const std::int64_t available = state.approvals.at(id).balance.available;
    if (auto no = not_covered(state, id, available, count(found.units), "/data/units"))
        return *no;
    return {};
}

void apply(State& state, const Event& event, const ShipmentFound& found)
{
    const std::int64_t n = count(found.units);
    post(state, state.shipments.at(found.shipment).terms->approval,
         {.available = -n, .reserved = n});
    put(state, event, found.units, UnitState::in_transit);
}

Result<void> admit(const State& state, const Event&, const ShipmentInspected& inspected)
{
    if (auto no = unknown_shipment(state, inspected.shipment)) return *no;
    const Shipment& shipment = state.shipments.at(inspected.shipment);
    const Needed there{{UnitState::arrived, UnitState::held}, shipment.terms->approval,
                       inspected.shipment};
    std::int64_t n = 0;
    for (const auto& [found, param] : {std::pair{&inspected.pass, "/data/pass"},
                                       std::pair{&inspected.fail, "/data/fail"}}) {
        if (const Units* units = std::get_if<Units>(found)) {
            if (auto no = not_all(state, *units, there)) {
                no->param = param;
                return *no;
            }
            n += count(*units);
        } else {
            n += std::get<Amount>(*found);
        }
    }
    if (named_in_both(inspected.pass, inspected.fail))
        return Refusal{Code::malformed, "/data/fail",
                       "It names a unit that has passed. Name each unit once."};
    if (n > 0 && holds_inspectable(shipment, n)) return {};
    return Refusal{.code = Code::bad_state,
                   .param = "/data/pass",
                   .detail = "Fewer units of the shipment are arrived or held.",
                   .available = shipment.units[UnitState::arrived] +
                                shipment.units[UnitState::held],
                   .requested = n};
}

void apply(State&, const Event&, const ShipmentInspected&) {}

Result<void> admit(const State& state, const Event& event, const ShipmentHeld& held)
{
    return shipped_units(state, event, held.shipment);
}

void apply(State& state, const Event& event, const ShipmentHeld& held)
{
    put(state, event, held.units, UnitState::held);
}

Result<void> admit(const State& state, const Event& event, const ShipmentHoldLifted& lifted)
{
    return shipped_units(state, event, lifted.shipment);
}

void apply(State& state, const Event& event, const ShipmentHoldLifted& lifted)
{
    put(state, event, lifted.units, UnitState::arrived);
}

// The order is settled: shipment, approval in force, validity, conditions, no-reservation,
// bad-state.
Result<void> admit(const State& state, const Event& event, const ShipmentCleared& cleared)
{
    if (auto no = unknown_shipment(state, cleared.shipment)) return *no;
    const Shipment& shipment = state.shipments.at(cleared.shipment);
    const Approval& approval = state.approvals.at(shipment.terms->approval);
    if (auto no = not_in_force(approval, event, "/data/shipment")) return *no;
    if (auto no = outside_validity(state, approval, event)) return *no;
    if (auto no = conditions_not_met(state, approval, *shipment.terms, cleared)) return *no;
    return shipped_units(state, event, cleared.shipment);
}

void apply(State& state, const Event& event, const ShipmentCleared& cleared)
{
    const ApprovalId id = state.shipments.at(cleared.shipment).terms->approval;
    const std::int64_t n = count(cleared.units);
    post(state, id, {.reserved = -n, .drawn = n});
    if (!state.uses.contains({id, cleared.declaration})) {
        state.uses.insert({id, cleared.declaration}, event.position);
        ++state.approvals.edit(id).uses;
    }
    put(state, event, cleared.units, UnitState::cleared);
}

Result<void> admit(const State& state, const Event& event, const ShipmentSeized& seized)
{
    return shipped_units(state, event, seized.shipment);
}

void apply(State& state, const Event& event, const ShipmentSeized& seized)
{
    Shared<ShipmentTerms>& terms = state.shipments.edit(seized.shipment).terms;
    if (std::ranges::find(terms->cases, seized.case_) == terms->cases.end())
        terms.edit().cases.push_back(seized.case_);
    put(state, event, seized.units, UnitState::seized);
}

Result<void> admit(const State& state, const Event& event, const ShipmentSeizureLifted& lifted)
{
    return case_units(state, event, lifted.shipment, lifted.case_);
}

void apply(State& state, const Event& event, const ShipmentSeizureLifted& lifted)
{
    put(state, event, lifted.units, UnitState::arrived);
}

Result<void> admit(const State& state, const Event& event, const ShipmentConfiscated& confiscated)
{
    return case_units(state, event, confiscated.shipment, confiscated.case_);
}

void apply(State& state, const Event& event, const ShipmentConfiscated& confiscated)
{
    const ApprovalId id = state.shipments.at(confiscated.shipment).terms->approval;
    const Approval& approval = state.approvals.at(id);
    const Policy& policy = state.policies.at(approval.terms->period);
    const std::int64_t n = count(confiscated.units);
    const bool restores =
        policy.published.confiscation_effect == ConfiscationEffect::restore;
    post(state, id,
         restores ? give_back(approval, n) : Balance{.reserved = -n, .forfeited = n});
    put(state, event, confiscated.units, UnitState::confiscated);
}

Result<void> admit(const State& state, const Event& event, const ShipmentReturned& returned)
{
    return shipped_units(state, event, returned.shipment);
}

void apply(State& state, const Event& event, const ShipmentReturned& returned)
{
    release(state, returned.shipment, returned.units);
    put(state, event, returned.units, UnitState::returned);
}

}  // namespace chipledger
