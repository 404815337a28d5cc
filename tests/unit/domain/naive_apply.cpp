#include "naive_model.hpp"

namespace chipledger::naive {

namespace {

struct Apply {
    Model& m;
    const Event& event;

    Time at() const { return event.occurred_at.at; }
    Permit& of(const ApprovalId& id) { return m.approvals.at(id); }

    /// Moves the units; what leaves Reserved while the approval is over is forfeited.
    void move(const Units& units, UnitState to)
    {
        for (Unit* unit : m.pick(units)) {
            unit->before = unit->state;
            unit->state = to;
        }
    }
    void give_back(const ApprovalId& id, const Units& units)
    {
        if (m.ended(id)) of(id).forfeited += count(units);
    }
    void status(const ApprovalId& id, ApprovalStatus status)
    {
        of(id).words.push_back({at(), status});
    }
    void end(const ApprovalId& id, ApprovalStatus how)
    {
        of(id).forfeited += m.available(id);
        status(id, how);
    }
    void progress(const ApplicationId& id, ApplicationStatus to)
    {
        m.applications.at(id).status = to;
    }

    void operator()(const LedgerOpened&) { m.offset = std::chrono::hours{8}; }
    void operator()(const PolicyPublished& e) { m.policies[e.period] = e; }
    void operator()(const FirmRegistered& e) { m.firms[e.firm] = e.tier; }
    void operator()(const FirmAmended& e)
    {
        if (e.tier) m.firms[e.firm] = *e.tier;
    }
    void operator()(const TierAssigned& e) { m.firms[e.firm] = e.tier; }
    void operator()(const ApplicationSubmitted& e)
    {
        m.applications[e.application] = {e.firm, e.sku, e.qty, e.end_use.value,
                                         ApplicationStatus::submitted};
    }
    void operator()(const ApplicationReviewStarted& e)
    {
        progress(e.application, ApplicationStatus::under_review);
    }
    void operator()(const ApplicationWithdrawn& e)
    {
        progress(e.application, ApplicationStatus::withdrawn);
    }
    void operator()(const ApplicationRefused& e)
    {
        progress(e.application, ApplicationStatus::refused);
    }
    void operator()(const ApprovalGranted& e)
    {
        progress(e.application, ApplicationStatus::granted);
        const Request& asked = m.applications.at(e.application);
        Permit& permit = m.approvals[e.approval];
        permit = {e.firm,       asked.sku,    asked.end_use, e.period, e.valid_from, e.valid_to,
                  e.conditions, e.granted, 0,         0,     {},        {}};
        status(e.approval, ApprovalStatus::in_force);
    }
    void operator()(const ApprovalAmended& e)
    {
        if (e.granted) of(e.approval).granted = *e.granted;
        if (e.valid_to) of(e.approval).valid_to = *e.valid_to;
        if (e.conditions) of(e.approval).conditions = *e.conditions;
    }
    void operator()(const ApprovalSuspended& e) { status(e.approval, ApprovalStatus::suspended); }
    void operator()(const ApprovalReinstated& e)
    {
        of(e.approval).forfeited -= e.restored_qty;
        status(e.approval, ApprovalStatus::in_force);
    }
    void operator()(const ApprovalRevoked& e) { end(e.approval, ApprovalStatus::revoked); }
    void operator()(const ApprovalSurrendered& e) { end(e.approval, ApprovalStatus::surrendered); }
    void operator()(const ApprovalExpired& e) { end(e.approval, ApprovalStatus::expired); }
    void operator()(const QuotaCarriedOver& e)
    {
        Permit& old = of(e.from_approval);
        old.forfeited -= e.qty;
        old.carried_out += e.qty;
        Permit fresh = old;
        fresh.period = e.period;
        fresh.valid_from = e.valid_from;
        fresh.valid_to = e.valid_to;
        fresh.granted = e.qty;
        fresh.forfeited = fresh.carried_out = 0;
        fresh.words.clear();
        fresh.declarations.clear();
        m.approvals[e.to_approval] = fresh;
        status(e.to_approval, ApprovalStatus::in_force);
    }
    void operator()(const BatchRegistered& e)
    {
        m.batches[e.batch] = {e.sku, false, std::vector<Unit>(static_cast<std::size_t>(e.qty))};
    }
    void operator()(const SerialsRecorded& e)
    {
        auto unit = static_cast<std::size_t>(e.from - 1);
        for (const SerialId& serial : e.serials)
            m.batches.at(e.batch).units.at(unit++).serial = serial.value;
    }
    void operator()(const BatchTestCertified& e) { m.batches.at(e.batch).certified = true; }
    void operator()(const AllocationReserved& e)
    {
        for (Unit* unit : m.pick(e.units)) unit->approval = e.approval;
    }
    void operator()(const AllocationReleased& e)
    {
        for (Unit* unit : m.pick(e.units)) unit->approval = {};
        give_back(e.approval, e.units);
    }
    void operator()(const AllocationTransferred& e)
    {
        for (Unit* unit : m.pick(e.units)) unit->approval = e.to_approval;
    }
    void operator()(const ShipmentDispatched& e)
    {
        Cargo& cargo = m.shipments[e.shipment];
        cargo.approval = e.approval;
        if (e.port) cargo.port = e.port;
        cargo.dispatched += count(e.units);
        for (Unit* unit : m.pick(e.units)) unit->shipment = e.shipment;
        move(e.units, UnitState::in_transit);
    }
    void operator()(const ShipmentArrived& e) { move(e.units, UnitState::arrived); }
    void operator()(const ShipmentLost& e)
    {
        move(e.units, UnitState::lost);
        give_back(m.shipments.at(e.shipment).approval, e.units);
    }
    void operator()(const ShipmentFound& e) { move(e.units, UnitState::in_transit); }
    void operator()(const ShipmentInspected&) {}
    void operator()(const ShipmentHeld& e) { move(e.units, UnitState::held); }
    void operator()(const ShipmentHoldLifted& e) { move(e.units, UnitState::arrived); }
    void operator()(const ShipmentCleared& e)
    {
        move(e.units, UnitState::cleared);
        of(m.shipments.at(e.shipment).approval).declarations.insert(e.declaration);
    }
    void operator()(const ShipmentSeized& e)
    {
        move(e.units, UnitState::seized);
        m.shipments.at(e.shipment).cases.insert(e.case_);
    }
    void operator()(const ShipmentSeizureLifted& e) { move(e.units, UnitState::arrived); }
    void operator()(const ShipmentConfiscated& e)
    {
        move(e.units, UnitState::confiscated);
        const ApprovalId id = m.shipments.at(e.shipment).approval;
        const PolicyPublished& policy = m.policies.at(of(id).period);
        if (policy.confiscation_effect == ConfiscationEffect::forfeit)
            of(id).forfeited += count(e.units);
        else
            give_back(id, e.units);
    }
    void operator()(const ShipmentReturned& e)
    {
        move(e.units, UnitState::returned);
        give_back(m.shipments.at(e.shipment).approval, e.units);
    }
    void operator()(const AllocationDelivered& e) { move(e.units, UnitState::delivered); }
    void operator()(const AllocationDeployed& e) { move(e.units, UnitState::deployed); }
    void operator()(const AllocationUndeployed& e) { move(e.units, UnitState::delivered); }
    void operator()(const AllocationRecalled& e) { move(e.units, UnitState::recalled); }
    void operator()(const AllocationRecallLifted& e)
    {
        for (Unit* unit : m.pick(e.units)) unit->state = unit->before;
    }
    void operator()(const AllocationDecommissioned& e) { move(e.units, UnitState::decommissioned); }
    void operator()(const ConditionEvidenced&) {}
    void operator()(const ConditionBreached&) {}
    void operator()(const ClaimsBlocked& e) { m.blocks.insert(e.scope.value); }
    void operator()(const ClaimsUnblocked& e) { m.blocks.erase(e.scope.value); }
    void operator()(const EventCorrected&) {}
    void operator()(const EventVoided&) {}
    void operator()(const StatementIssued&) {}
};

}  // namespace

void Model::apply(const Event& event) { std::visit(Apply{*this, event}, event.data); }

}  // namespace chipledger::naive
