#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/custody.hpp"
#include "domain/events.hpp"
#include "domain/refusal.hpp"
#include "domain/state.hpp"

// A second reading of the catalogue, as plain as can be: one struct for each unit, every number
// counted anew. Of src/domain it uses ids, events, the names of states and days, and no rule.
namespace chipledger::naive {

struct Unit {
    UnitState state = UnitState::registered;
    ApprovalId approval{};
    ShipmentId shipment{};
    UnitState before = UnitState::registered;
    std::string serial{};
};

struct Lot {
    Sku sku{};
    bool certified = false;
    std::vector<Unit> units{};
};

struct Word {
    Time at{};
    ApprovalStatus status{};
};

struct Permit {
    FirmId firm{};
    Sku sku{};
    std::string end_use{};
    Period period{};
    Day valid_from{};
    Day valid_to{};
    std::vector<Condition> conditions{};
    std::int64_t granted = 0;
    std::int64_t forfeited = 0;
    std::int64_t carried_out = 0;
    std::vector<Word> words{};
    std::set<DeclarationId> declarations{};
};

struct Cargo {
    ApprovalId approval{};
    std::optional<PortId> port{};
    std::int64_t dispatched = 0;
    std::set<CaseId> cases{};
};

struct Request {
    FirmId firm{};
    Sku sku{};
    std::int64_t qty = 0;
    std::string end_use{};
    ApplicationStatus status{};
};

struct Model {
    std::map<Period, PolicyPublished> policies{};
    std::map<FirmId, Tier> firms{};
    std::map<ApplicationId, Request> applications{};
    std::map<ApprovalId, Permit> approvals{};
    std::map<BatchId, Lot> batches{};
    std::map<ShipmentId, Cargo> shipments{};
    std::set<std::string> blocks{};
    UtcOffset offset{};

    /// Nothing, or the code of the first guard that says no. Roles are not asked.
    std::optional<Code> verdict(const Event& event) const;
    void apply(const Event& event);

    std::int64_t counted(const ApprovalId& id, UnitState first, UnitState last) const;
    std::int64_t reserved(const ApprovalId& id) const;
    std::int64_t drawn(const ApprovalId& id) const;
    std::int64_t available(const ApprovalId& id) const;
    Balance balance(const ApprovalId& id) const;
    std::int64_t exposure(const FirmId& firm, const Period& period) const;
    /// Σ(G − X) of the firm in the period.
    std::int64_t entitled(const FirmId& firm, const Period& period) const;
    /// The latest word at that instant.
    std::optional<ApprovalStatus> status_at(const ApprovalId& id, Time at) const;
    bool ended(const ApprovalId& id) const;
    std::int64_t pending(const ShipmentId& id) const;
    std::vector<const Unit*> pick(const Units& units) const;
    std::vector<Unit*> pick(const Units& units);
};

}  // namespace chipledger::naive
