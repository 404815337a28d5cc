#pragma once
#include <algorithm>

#include "naive_model.hpp"

// What the guards of the model share.
namespace chipledger::naive {

using enum UnitState;
using No = std::optional<Code>;

inline bool allows(const Condition& condition, const std::string& value)
{
    return condition.allow && std::ranges::find(*condition.allow, Text{value}) !=
                                  condition.allow->end();
}

struct Guards {
    const Model& m;
    const Event& event;

    Time at() const { return event.occurred_at.at; }
    bool foreign(const FirmId& firm) const
    {
        return event.actor.role == Role::firm && event.actor.firm != firm;
    }

    No approval(const ApprovalId& id) const
    {
        const auto found = m.approvals.find(id);
        if (found == m.approvals.end() || foreign(found->second.firm))
            return Code::unknown_approval;
        return {};
    }
    No application(const ApplicationId& id) const
    {
        const auto found = m.applications.find(id);
        if (found == m.applications.end() || foreign(found->second.firm))
            return Code::unknown_application;
        return {};
    }
    No shipment(const ShipmentId& id) const
    {
        return m.shipments.contains(id) ? No{} : Code::unknown_shipment;
    }
    No batches(const Units& units) const
    {
        for (const UnitRange& range : units)
            if (!m.batches.contains(range.batch)) return Code::unknown_batch;
        return {};
    }
    No in_force(const ApprovalId& id) const
    {
        return m.status_at(id, at()) == ApprovalStatus::in_force ? No{}
                                                                 : Code::approval_not_in_force;
    }
    No not_ended(const ApprovalId& id) const
    {
        const auto status = m.status_at(id, at());
        return status && *status <= ApprovalStatus::suspended ? No{} : Code::approval_not_in_force;
    }
    No known_policy(const Period& period) const
    {
        return m.policies.contains(period) ? No{} : Code::unknown_policy;
    }
    std::int64_t cap(const FirmId& firm, const Period& period) const
    {
        for (const TierCap& cap : m.policies.at(period).caps)
            if (cap.tier == m.firms.at(firm)) return cap.units;
        return 0;
    }
    No within_cap(const FirmId& firm, const Period& period, std::int64_t total) const
    {
        if (auto no = known_policy(period)) return no;
        return total <= cap(firm, period) ? No{} : Code::tier_cap_exceeded;
    }
    /// A unit beyond the batch passes no test.
    template <class Test>
    No all(const Units& units, Code code, const Test& test) const
    {
        for (const UnitRange& range : units)
            if (range.to > std::ssize(m.batches.at(range.batch).units)) return code;
        for (const Unit* unit : m.pick(units))
            if (!test(*unit)) return code;
        return {};
    }
    No held_by(const ApprovalId& id, const Units& units) const
    {
        return all(units, Code::no_reservation, [&](const Unit& u) { return u.approval == id; });
    }
    No within(const ShipmentId& id, const Units& units) const
    {
        return all(units, Code::no_reservation, [&](const Unit& u) {
            return u.shipment == id && u.approval == m.shipments.at(id).approval;
        });
    }
    No in(std::initializer_list<UnitState> states, const Units& units) const
    {
        return all(units, Code::bad_state, [&](const Unit& u) {
            return std::ranges::find(states, u.state) != states.end();
        });
    }
    /// The guard of most events of a shipment.
    No cargo(const ShipmentId& id, const Units& units,
             std::initializer_list<UnitState> states) const
    {
        if (auto no = shipment(id)) return no;
        if (auto no = batches(units)) return no;
        if (auto no = within(id, units)) return no;
        return in(states, units);
    }
    /// The guard of most events of an approval's units.
    No holding(const ApprovalId& id, const Units& units,
               std::initializer_list<UnitState> states) const
    {
        if (auto no = batches(units)) return no;
        if (auto no = held_by(id, units)) return no;
        return in(states, units);
    }
    template <class Test>
    No conditions(const ApprovalId& id, ConditionCode code, const Test& test) const
    {
        for (const Condition& condition : m.approvals.at(id).conditions)
            if (condition.code == code && !test(condition)) return Code::condition_not_met;
        return {};
    }
    No site(const ApprovalId& id, const SiteId& where) const
    {
        return conditions(id, ConditionCode::sites,
                          [&](const Condition& c) { return allows(c, where.value); });
    }
    bool blocked(const ApprovalId& id, const Units& units) const
    {
        const Permit& permit = m.approvals.at(id);
        const auto any = [&](const std::string& scope) { return m.blocks.contains(scope); };
        return any("all") || any("approval:" + id.value) || any("firm:" + permit.firm.value) ||
               any("tier:" + m.firms.at(permit.firm).value) ||
               any("period:" + permit.period.value) ||
               std::ranges::any_of(units,
                                   [&](const auto& r) { return any("batch:" + r.batch.value); });
    }
};

}  // namespace chipledger::naive
