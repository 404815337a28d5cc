#include "domain/state.hpp"

#include <algorithm>

namespace chipledger {

Balance operator+(const Balance& a, const Balance& b)
{
    return {a.granted + b.granted, a.available + b.available, a.reserved + b.reserved,
            a.drawn + b.drawn,     a.forfeited + b.forfeited, a.carried_out + b.carried_out};
}

ApprovalStatus Approval::status_at(Time occurred_at) const
{
    for (auto change = statuses.rbegin(); change != statuses.rend(); ++change)
        if (change->occurred_at <= occurred_at) return change->status;
    return statuses.front().status;
}

std::int64_t State::version_of(const std::string& kind, const std::string& id) const
{
    const std::int64_t* version = versions.find({kind, id});
    return version ? *version : 0;
}

StatementIssued statement_of(const State& state, const FirmId& firm, Day day)
{
    StatementIssued statement{firm, day, state.version_of("firm", firm.value),
                              state.position.number, {}};
    for (const ApprovalId& id : state.firms.at(firm).approvals) {
        const Balance& b = state.approvals.at(id).balance;
        statement.balances.push_back(
            {id, b.granted, b.available, b.reserved, b.drawn, b.forfeited, b.carried_out});
    }
    return statement;
}

std::int64_t exposure(const State& state, const FirmId& firm, const Period& period)
{
    std::int64_t sum = 0;
    for (const ApprovalId& id : state.firms.at(firm).approvals) {
        const Approval& approval = state.approvals.at(id);
        if (approval.period == period) sum += approval.balance.reserved + approval.balance.drawn;
    }
    return sum;
}

std::optional<std::int64_t> cap(const State& state, const FirmId& firm, const Period& period)
{
    const Policy* policy = state.policies.find(period);
    if (!policy) return {};
    const auto& caps = policy->published.caps;
    const auto found = std::ranges::find(caps, state.firms.at(firm).tier, &TierCap::tier);
    return found == caps.end() ? 0 : found->units.value;
}

std::optional<Position> blocked(const State& state, const ApprovalId& id)
{
    if (state.blocks.empty()) return {};
    const Approval& approval = state.approvals.at(id);
    const std::string scopes[]{"all", "approval:" + id.value, "firm:" + approval.firm.value,
                               "tier:" + state.firms.at(approval.firm).tier.value,
                               "period:" + approval.period.value};
    for (const std::string& scope : scopes)
        if (const Position* entry = state.blocks.find(scope)) return *entry;
    return {};
}

bool critical(const State& state, const Approval& approval)
{
    const Policy* policy = state.policies.find(approval.period);
    const Balance& balance = approval.balance;
    return policy && 100 * (balance.reserved + balance.drawn) >=
                         policy->published.critical_pct * balance.granted;
}

std::string_view status_name(const State& state, const ApprovalId& id)
{
    const Approval& approval = state.approvals.at(id);
    if (approval.status() != ApprovalStatus::in_force)
        return boost::describe::enum_to_string(approval.status(), "");
    if (blocked(state, id)) return "blocked";
    if (approval.balance.available == 0) return "exhausted";
    return critical(state, approval) ? "critical" : "open";
}

}  // namespace chipledger
