#include "naive_guards.hpp"

// Each guard of the catalogue in the order in which it stands there.
namespace chipledger::naive {

namespace {

struct Verdict : Guards {
    No operator()(const LedgerOpened&) const { return {}; }
    No operator()(const PolicyPublished& e) const
    {
        const auto found = m.policies.find(e.period);
        const std::int64_t last =
            found == m.policies.end() ? 0 : found->second.policy_version.value;
        if (e.policy_version <= last) return Code::duplicate_policy;
        return e.policy_version == last + 1 ? No{} : Code::bad_state;
    }
    No operator()(const FirmRegistered& e) const
    {
        return m.firms.contains(e.firm) ? No{Code::duplicate_firm} : No{};
    }
    No operator()(const FirmAmended& e) const
    {
        return m.firms.contains(e.firm) ? No{} : Code::unknown_firm;
    }
    No operator()(const TierAssigned& e) const
    {
        if (!m.firms.contains(e.firm)) return Code::unknown_firm;
        for (const auto& [period, policy] : m.policies)
            for (const TierCap& cap : policy.caps)
                if (cap.tier == e.tier) return {};
        return Code::unknown_tier;
    }
    No operator()(const ApplicationSubmitted& e) const
    {
        if (m.applications.contains(e.application)) return Code::duplicate_application;
        return m.firms.contains(e.firm) ? No{} : Code::unknown_firm;
    }
    No status_is(const ApplicationId& id, std::initializer_list<ApplicationStatus> any) const
    {
        if (auto no = application(id)) return no;
        const auto status = m.applications.at(id).status;
        return std::ranges::find(any, status) != any.end() ? No{} : Code::bad_state;
    }
    No operator()(const ApplicationReviewStarted& e) const
    {
        return status_is(e.application, {ApplicationStatus::submitted});
    }
    No operator()(const ApplicationWithdrawn& e) const
    {
        return status_is(e.application,
                         {ApplicationStatus::submitted, ApplicationStatus::under_review});
    }
    No operator()(const ApplicationRefused& e) const
    {
        return status_is(e.application, {ApplicationStatus::under_review});
    }
    No operator()(const ApprovalGranted& e) const
    {
        if (m.approvals.contains(e.approval)) return Code::duplicate_approval;
        if (auto no = status_is(e.application, {ApplicationStatus::under_review})) return no;
        if (e.granted > m.applications.at(e.application).qty) return Code::insufficient_balance;
        return within_cap(e.firm, e.period, m.entitled(e.firm, e.period) + e.granted);
    }
    No operator()(const ApprovalAmended& e) const
    {
        if (auto no = approval(e.approval)) return no;
        if (m.ended(e.approval)) return Code::approval_not_in_force;
        if (!e.granted) return {};
        const Permit& permit = m.approvals.at(e.approval);
        const std::int64_t rise = *e.granted - permit.granted;
        if (rise < -m.available(e.approval)) return Code::below_committed;
        if (rise <= 0) return {};
        return within_cap(permit.firm, permit.period,
                          m.entitled(permit.firm, permit.period) + rise);
    }
    No operator()(const ApprovalSuspended& e) const
    {
        if (auto no = approval(e.approval)) return no;
        return in_force(e.approval);
    }
    No operator()(const ApprovalReinstated& e) const
    {
        if (auto no = approval(e.approval)) return no;
        const auto status = m.status_at(e.approval, at());
        if (status != ApprovalStatus::suspended && status != ApprovalStatus::revoked)
            return Code::bad_state;
        const Permit& permit = m.approvals.at(e.approval);
        if (e.restored_qty > permit.forfeited) return Code::insufficient_balance;
        if (e.restored_qty == 0) return {};
        return within_cap(permit.firm, permit.period,
                          m.entitled(permit.firm, permit.period) + e.restored_qty);
    }
    No ending(const ApprovalId& id) const
    {
        if (auto no = approval(id)) return no;
        return not_ended(id);
    }
    No operator()(const ApprovalRevoked& e) const { return ending(e.approval); }
    No operator()(const ApprovalSurrendered& e) const { return ending(e.approval); }
    No operator()(const ApprovalExpired& e) const { return ending(e.approval); }
    No operator()(const QuotaCarriedOver& e) const
    {
        if (auto no = approval(e.from_approval)) return no;
        if (m.approvals.contains(e.to_approval)) return Code::duplicate_approval;
        if (m.status_at(e.from_approval, at()) != ApprovalStatus::expired) return Code::bad_state;
        const Permit& permit = m.approvals.at(e.from_approval);
        if (e.qty > permit.forfeited) return Code::insufficient_balance;
        if (auto no = known_policy(permit.period)) return no;
        const std::int64_t pct = m.policies.at(permit.period).carry_over_max_pct;
        const std::int64_t out = permit.carried_out + e.qty;
        return 100 * out <= pct * permit.granted ? No{} : Code::carry_over_limit;
    }
    No operator()(const BatchRegistered& e) const
    {
        return m.batches.contains(e.batch) ? No{Code::duplicate_batch} : No{};
    }
    No operator()(const SerialsRecorded& e) const
    {
        const auto last = e.from + std::ssize(e.serials) - 1;
        if (!m.batches.contains(e.batch)) return Code::unknown_batch;
        if (last > std::ssize(m.batches.at(e.batch).units)) return Code::unknown_unit;
        std::set<std::string> seen;
        for (const auto& [id, lot] : m.batches)
            for (const Unit& unit : lot.units)
                if (!unit.serial.empty()) seen.insert(unit.serial);
        for (const SerialId& serial : e.serials)
            if (!seen.insert(serial.value).second) return Code::duplicate_serial;
        return all({UnitRange{e.batch, e.from, last}}, Code::duplicate_serial,
                   [](const Unit& unit) { return unit.serial.empty(); });
    }
    No operator()(const BatchTestCertified& e) const
    {
        return m.batches.contains(e.batch) ? No{} : Code::unknown_batch;
    }
    No operator()(const AllocationReserved& e) const
    {
        if (auto no = approval(e.approval)) return no;
        if (auto no = in_force(e.approval)) return no;
        if (blocked(e.approval, e.units)) return Code::claims_blocked;
        if (auto no = batches(e.units)) return no;
        const Permit& permit = m.approvals.at(e.approval);
        for (const UnitRange& range : e.units)
            if (m.batches.at(range.batch).sku != permit.sku) return Code::unit_not_available;
        if (auto no = all(e.units, Code::unit_not_available, [](const Unit& unit) {
                return unit.approval.empty() && unit.state == registered;
            }))
            return no;
        if (count(e.units) > m.available(e.approval)) return Code::insufficient_balance;
        return within_cap(permit.firm, permit.period,
                          m.exposure(permit.firm, permit.period) + count(e.units));
    }
    No operator()(const AllocationReleased& e) const
    {
        if (auto no = approval(e.approval)) return no;
        return holding(e.approval, e.units, {registered});
    }
    No operator()(const AllocationTransferred& e) const
    {
        if (auto no = approval(e.from_approval)) return no;
        if (auto no = in_force(e.from_approval)) return no;
        if (auto no = approval(e.to_approval)) return no;
        if (auto no = in_force(e.to_approval)) return no;
        if (e.from_approval == e.to_approval) return Code::bad_state;
        if (auto no = holding(e.from_approval, e.units, {UnitState::cleared, delivered}))
            return no;
        if (count(e.units) > m.available(e.to_approval)) return Code::insufficient_balance;
        const Permit& from = m.approvals.at(e.from_approval);
        const Permit& to = m.approvals.at(e.to_approval);
        if (from.firm == to.firm && from.period == to.period) return {};
        return within_cap(to.firm, to.period, m.exposure(to.firm, to.period) + count(e.units));
    }
    No operator()(const ShipmentDispatched& e) const
    {
        const auto found = m.shipments.find(e.shipment);
        std::int64_t total = count(e.units);
        if (found != m.shipments.end()) {
            if (found->second.approval != e.approval) return Code::duplicate_shipment;
            if (m.pending(e.shipment) == 0) return Code::bad_state;
            total += found->second.dispatched;
        }
        if (auto no = approval(e.approval)) return no;
        if (auto no = in_force(e.approval)) return no;
        if (auto no = conditions(e.approval, ConditionCode::max_units_per_shipment,
                                 [&](const Condition& c) { return total <= *c.max; }))
            return no;
        if (auto no = batches(e.units)) return no;
        if (auto no = held_by(e.approval, e.units)) return no;
        for (const UnitRange& range : e.units)
            if (!m.batches.at(range.batch).certified) return Code::not_certified;
        return in({registered}, e.units);
    }
    No operator()(const ShipmentArrived& e) const
    {
        return cargo(e.shipment, e.units, {in_transit});
    }
    No operator()(const ShipmentLost& e) const { return cargo(e.shipment, e.units, {in_transit}); }
    No operator()(const ShipmentFound& e) const
    {
        if (auto no = cargo(e.shipment, e.units, {lost})) return no;
        const auto free = m.available(m.shipments.at(e.shipment).approval);
        return count(e.units) <= free ? No{} : Code::insufficient_balance;
    }
    No operator()(const ShipmentInspected& e) const
    {
        if (auto no = shipment(e.shipment)) return no;
        std::int64_t number = 0;
        for (const Inspected* part : {&e.pass, &e.fail}) {
            if (const auto* units = std::get_if<Units>(part)) {
                if (auto no = cargo(e.shipment, *units, {arrived, held})) return no;
                number += count(*units);
            } else {
                number += std::get<Amount>(*part);
            }
        }
        const auto *pass = std::get_if<Units>(&e.pass), *fail = std::get_if<Units>(&e.fail);
        for (const UnitRange& passed : pass && fail ? *pass : Units{})
            for (const UnitRange& failed : *fail)
                if (passed.batch == failed.batch && passed.from <= failed.to &&
                    failed.from <= passed.to)
                    return Code::malformed;
        std::int64_t there = 0;
        for (const auto& [id, lot] : m.batches)
            for (const Unit& unit : lot.units)
                there += unit.shipment == e.shipment &&
                         (unit.state == arrived || unit.state == held);
        return number > 0 && number <= there ? No{} : Code::bad_state;
    }
    No operator()(const ShipmentHeld& e) const { return cargo(e.shipment, e.units, {arrived}); }
    No operator()(const ShipmentHoldLifted& e) const { return cargo(e.shipment, e.units, {held}); }
    No operator()(const ShipmentCleared& e) const
    {
        if (auto no = shipment(e.shipment)) return no;
        const Cargo& load = m.shipments.at(e.shipment);
        const Permit& permit = m.approvals.at(load.approval);
        if (auto no = in_force(load.approval)) return no;
        const Day day = std::chrono::floor<std::chrono::days>(at() + m.offset);
        if (day < permit.valid_from || day > permit.valid_to) return Code::outside_validity;
        if (auto no = conditions(load.approval, ConditionCode::ports, [&](const Condition& c) {
                return load.port && allows(c, load.port->value);
            }))
            return no;
        if (auto no = conditions(load.approval, ConditionCode::end_use,
                                 [&](const Condition& c) { return allows(c, permit.end_use); }))
            return no;
        std::set<DeclarationId> uses = permit.declarations;
        uses.insert(e.declaration);
        if (auto no = conditions(load.approval, ConditionCode::max_uses,
                                 [&](const Condition& c) {
                                     return permit.declarations.contains(e.declaration) ||
                                            std::ssize(uses) <= *c.max;
                                 }))
            return no;
        return cargo(e.shipment, e.units, {arrived});
    }
    No operator()(const ShipmentSeized& e) const
    {
        return cargo(e.shipment, e.units, {arrived, held});
    }
    No under(const ShipmentId& id, const CaseId& under, const Units& units) const
    {
        if (auto no = shipment(id)) return no;
        if (!m.shipments.at(id).cases.contains(under)) return Code::unknown_case;
        return cargo(id, units, {seized});
    }
    No operator()(const ShipmentSeizureLifted& e) const
    {
        return under(e.shipment, e.case_, e.units);
    }
    No operator()(const ShipmentConfiscated& e) const
    {
        return under(e.shipment, e.case_, e.units);
    }
    No operator()(const ShipmentReturned& e) const
    {
        return cargo(e.shipment, e.units, {arrived, held});
    }
    No operator()(const AllocationDelivered& e) const
    {
        if (auto no = approval(e.approval)) return no;
        if (auto no = in_force(e.approval)) return no;
        if (auto no = site(e.approval, e.site)) return no;
        return holding(e.approval, e.units, {UnitState::cleared});
    }
    No operator()(const AllocationDeployed& e) const
    {
        if (auto no = approval(e.approval)) return no;
        if (auto no = site(e.approval, e.site)) return no;
        if (auto no = conditions(e.approval, ConditionCode::end_use, [&](const Condition& c) {
                return !e.use || allows(c, e.use->value);
            }))
            return no;
        return holding(e.approval, e.units, {delivered});
    }
    No units_of(const ApprovalId& id, const Units& units,
                std::initializer_list<UnitState> states) const
    {
        if (auto no = approval(id)) return no;
        return holding(id, units, states);
    }
    No operator()(const AllocationUndeployed& e) const
    {
        return units_of(e.approval, e.units, {deployed});
    }
    No operator()(const AllocationRecalled& e) const
    {
        return units_of(e.approval, e.units, {UnitState::cleared, delivered, deployed});
    }
    No operator()(const AllocationRecallLifted& e) const
    {
        return units_of(e.approval, e.units, {recalled});
    }
    No operator()(const AllocationDecommissioned& e) const
    {
        return units_of(e.approval, e.units, {deployed, recalled});
    }
    No condition(const ApprovalId& id, const Text& named) const
    {
        if (auto no = approval(id)) return no;
        for (const Condition& condition : m.approvals.at(id).conditions)
            if (condition.code == ConditionCode::text ? condition.text == named
                                                      : named.value == code_name(condition.code))
                return {};
        return Code::unknown_condition;
    }
    static std::string code_name(ConditionCode code)
    {
        return boost::describe::enum_to_string(code, "");
    }
    No operator()(const ConditionEvidenced& e) const { return condition(e.approval, e.condition); }
    No operator()(const ConditionBreached& e) const { return condition(e.approval, e.condition); }
    No operator()(const ClaimsBlocked& e) const
    {
        if (m.blocks.contains(e.scope.value)) return Code::bad_state;
        return scope(e.scope.value) ? No{} : Code::unknown_scope;
    }
    No operator()(const ClaimsUnblocked& e) const
    {
        if (m.blocks.contains(e.scope.value)) return {};
        return scope(e.scope.value) ? Code::bad_state : Code::unknown_scope;
    }
    bool scope(const std::string& text) const
    {
        const std::string id = text.substr(text.find(':') + 1);
        if (text.starts_with("firm:")) return m.firms.contains(FirmId{id});
        if (text.starts_with("approval:")) return m.approvals.contains(ApprovalId{id});
        if (text.starts_with("batch:")) return m.batches.contains(BatchId{id});
        if (text.starts_with("period:")) return m.policies.contains(Period{id});
        if (text.starts_with("tier:"))
            for (const auto& [firm, tier] : m.firms)
                if (tier.value == id) return true;
        return text == "all";
    }
    No operator()(const EventCorrected&) const { return {}; }
    No operator()(const EventVoided&) const { return {}; }
    No operator()(const StatementIssued&) const { return {}; }
};

}  // namespace

std::optional<Code> Model::verdict(const Event& event) const
{
    return std::visit(Verdict{{*this, event}}, event.data);
}

}  // namespace chipledger::naive
