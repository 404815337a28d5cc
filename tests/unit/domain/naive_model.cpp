#include "naive_model.hpp"

namespace chipledger::naive {

std::int64_t Model::counted(const ApprovalId& id, UnitState first, UnitState last) const
{
    std::int64_t n = 0;
    for (const auto& [batch, lot] : batches)
        for (const Unit& unit : lot.units)
            if (unit.approval == id && unit.state >= first && unit.state <= last) ++n;
    return n;
}

std::int64_t Model::reserved(const ApprovalId& id) const
{
    return counted(id, UnitState::registered, UnitState::seized);
}

std::int64_t Model::drawn(const ApprovalId& id) const
{
    return counted(id, UnitState::cleared, UnitState::decommissioned);
}

std::int64_t Model::available(const ApprovalId& id) const
{
    const Permit& permit = approvals.at(id);
    return permit.granted - reserved(id) - drawn(id) - permit.forfeited - permit.carried_out;
}

Balance Model::balance(const ApprovalId& id) const
{
    const Permit& permit = approvals.at(id);
    return {permit.granted, available(id),    reserved(id),
            drawn(id),      permit.forfeited, permit.carried_out};
}

std::int64_t Model::exposure(const FirmId& firm, const Period& period) const
{
    std::int64_t n = 0;
    for (const auto& [id, permit] : approvals)
        if (permit.firm == firm && permit.period == period) n += reserved(id) + drawn(id);
    return n;
}

std::int64_t Model::entitled(const FirmId& firm, const Period& period) const
{
    std::int64_t n = 0;
    for (const auto& [id, permit] : approvals)
        if (permit.firm == firm && permit.period == period) n += permit.granted - permit.forfeited;
    return n;
}

std::optional<ApprovalStatus> Model::status_at(const ApprovalId& id, Time at) const
{
    // Before its grant an approval counts as in force, say the rules; the design is silent.
    std::optional<ApprovalStatus> status = ApprovalStatus::in_force;
    Time latest = Time::min();
    for (const Word& word : approvals.at(id).words) {
        if (word.at > at || word.at < latest) continue;
        status = word.status;
        latest = word.at;
    }
    return status;
}

bool Model::ended(const ApprovalId& id) const
{
    return *status_at(id, Time::max()) > ApprovalStatus::suspended;
}

std::int64_t Model::pending(const ShipmentId& id) const
{
    std::int64_t n = 0;
    for (const auto& [batch, lot] : batches)
        for (const Unit& unit : lot.units)
            if (unit.shipment == id && unit.state >= UnitState::in_transit &&
                unit.state <= UnitState::seized)
                ++n;
    return n;
}

std::vector<const Unit*> Model::pick(const Units& units) const
{
    std::vector<const Unit*> picked;
    for (const UnitRange& range : units)
        for (std::int64_t i = range.from; i <= range.to; ++i)
            picked.push_back(&batches.at(range.batch).units.at(static_cast<std::size_t>(i - 1)));
    return picked;
}

std::vector<Unit*> Model::pick(const Units& units)
{
    std::vector<Unit*> picked;
    for (const UnitRange& range : units)
        for (std::int64_t i = range.from; i <= range.to; ++i)
            picked.push_back(&batches.at(range.batch).units.at(static_cast<std::size_t>(i - 1)));
    return picked;
}

}  // namespace chipledger::naive
