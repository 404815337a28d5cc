// What rests on what: how far a change of the past reaches.
#include <algorithm>

#include "ledger/retelling.hpp"

namespace chipledger {

template <class Kind>
void Retelling::reach_history(std::int64_t after, const Kind& kind,
                              const typename Kind::key_type& key)
{
    kind.history(key, [&](std::int64_t position, const auto*) { ahead_.insert(position); }, after);
}

void Retelling::reach_subject(std::int64_t after, const char* kind, const std::string& id)
{
    reach_history(after, head_.subjects, {kind, id});
}

void Retelling::reach_everything(std::int64_t after)
{
    for (std::int64_t position = after + 1; position <= head_.position.number; ++position)
        ahead_.insert(position);
}

void Retelling::reach_exposures(std::int64_t after, const FirmPeriod& key)
{
    head_.exposures.history(
        key, [&](std::int64_t position, const Exposure*) { lighter_[position].insert(key); },
        after);
}

// Who confirms is asked of every policy; caps are asked of every figure in the period; the rest by
// a few types.
void Retelling::reach(std::int64_t after, const Period& key, const Policy* was, const Policy* is)
{
    const auto confirmed = [](const Policy* policy) {
        return policy ? policy->published.dual_control : std::optional<std::vector<Text>>{};
    };
    if (confirmed(was) != confirmed(is)) return reach_everything(after);
    reach_history(after, head_.policies, key);
    reach_subject(after, "policy", key.value);
    for (const char* type : {"QuotaCarriedOver", "ShipmentConfiscated", "TierAssigned",
                             "ClaimsBlocked", "ClaimsUnblocked"})
        reach_subject(after, "type", type);
    for (const auto& item : head_.exposures)
        if (item.key.period == key) reach_exposures(after, item.key);
}

void Retelling::reach(std::int64_t after, const FirmId& key, const Firm* was, const Firm* is)
{
    reach_history(after, head_.firms, key);
    if (was && is && was->tier == is->tier) return;
    reach_subject(after, "firm", key.value);
    for (const char* type : {"ClaimsBlocked", "ClaimsUnblocked"})
        reach_subject(after, "type", type);
}

void Retelling::reach(std::int64_t after, const ApplicationId& key, const Application*,
                      const Application*)
{
    reach_history(after, head_.applications, key);
    reach_subject(after, "application", key.value);
}

void Retelling::reach(std::int64_t after, const ApprovalId& key, const Approval* was,
                      const Approval* is)
{
    reach_history(after, head_.approvals, key);
    reach_subject(after, "approval", key.value);
    if (was && is) return;
    for (const char* type : {"ClaimsBlocked", "ClaimsUnblocked"})
        reach_subject(after, "type", type);
}

void Retelling::reach(std::int64_t after, const FirmPeriod& key, const Exposure*, const Exposure*)
{
    reach_exposures(after, key);
}

void Retelling::reach(std::int64_t after, const Use& key, const Position*, const Position*)
{
    reach_history(after, head_.approvals, key.approval);
}

void Retelling::reach(std::int64_t after, const BatchId& key, const Batch*, const Batch*)
{
    reach_history(after, head_.moves, key);
    reach_subject(after, "batch", key.value);
}

void Retelling::reach(std::int64_t after, const BatchId& key, const std::int64_t*,
                      const std::int64_t*)
{
    reach_history(after, head_.unallocated, key);
}

void Retelling::reach(std::int64_t after, const BatchId& key, const Move*, const Move*)
{
    reach_history(after, head_.moves, key);
    reach_subject(after, "batch", key.value);
}

void Retelling::reach(std::int64_t after, const ShipmentId& key, const Shipment*, const Shipment*)
{
    reach_history(after, head_.shipments, key);
    reach_subject(after, "shipment", key.value);
}

void Retelling::reach(std::int64_t after, const SerialId&, const UnitRef*, const UnitRef*)
{
    reach_subject(after, "type", "SerialsRecorded");
}

// A scope names its kind and its thing; "all", tiers and periods stop reservations anywhere.
void Retelling::reach(std::int64_t after, const std::string& scope, const Position*,
                      const Position*)
{
    reach_history(after, head_.blocks, scope);
    const std::size_t colon = scope.find(':');
    const std::string kind = scope.substr(0, colon);
    if (kind == "approval" || kind == "firm" || kind == "batch")
        return reach_subject(after, kind.c_str(), scope.substr(colon + 1));
    reach_subject(after, "type", "AllocationReserved");
}

}  // namespace chipledger
