// The ledger itself, policies, firms and tiers.
#include <algorithm>

#include "domain/rules.hpp"

namespace chipledger {

namespace {

Result<void> known_firm(const State& state, const FirmId& firm)
{
    if (state.firms.contains(firm)) return {};
    return Refusal{Code::unknown_firm, "/data/firm", "There is no such firm. Register it first."};
}

// The ledger's own events have nobody to confirm them.
std::optional<Refusal> not_events(const std::vector<Text>& types)
{
    for (std::size_t i = 0; i < types.size(); ++i) {
        const auto& known = event_types();
        const std::string& type = types[i].value;
        if (std::ranges::find(known, type) != known.end() && type != "LedgerOpened" &&
            type != "ApprovalExpired" && type != "StatementIssued")
            continue;
        return Refusal{Code::malformed, "/data/dual_control/" + std::to_string(i),
                       "There is no such event to confirm. GET /v1/event-types names them all."};
    }
    return {};
}

bool in_a_policy(const State& state, const Tier& tier)
{
    return std::ranges::any_of(state.policies, [&](const auto& item) {
        const auto& caps = item.value.published.caps;
        return std::ranges::find(caps, tier, &TierCap::tier) != caps.end();
    });
}

}  // namespace

Result<void> admit(const State& state, const Event&, const LedgerOpened&)
{
    if (state.position == Position{}) return {};
    return Refusal{Code::bad_state, "/type", "The ledger is open: this is its first entry only."};
}

void apply(State& state, const Event& event, const LedgerOpened& opened)
{
    state.origin = opened.origin.value;
    state.utc_offset = parse_offset(opened.utc_offset.value).value_or(UtcOffset{0});
    state.clock = opened.clock;
    state.stated.insert({}, state.day_of(event.recorded_at) - std::chrono::days{1});
}

Result<void> admit(const State& state, const Event&, const PolicyPublished& published)
{
    if (published.dual_control)
        if (auto no = not_events(*published.dual_control)) return *no;
    const Policy* latest = state.policies.find(published.period);
    const std::int64_t next = latest ? latest->published.policy_version + 1 : 1;
    if (published.policy_version == next) return {};
    return Refusal{published.policy_version < next ? Code::duplicate_policy : Code::bad_state,
                   "/data/policy_version",
                   "The next version in period " + published.period.value + " is " +
                       std::to_string(next) + "."};
}

void apply(State& state, const Event& event, const PolicyPublished& published)
{
    state.policies.insert(published.period, Policy{published, event.position});
}

// A statement says what was known when it was made, whatever corrections say later: it stays.
Result<void> admit(const State&, const Event&, const StatementIssued&) { return {}; }

void apply(State& state, const Event&, const StatementIssued& statement)
{
    if (statement.day > state.last_stated()) state.stated.insert({}, statement.day);
}

Result<void> admit(const State& state, const Event&, const FirmRegistered& registered)
{
    if (!state.firms.contains(registered.firm)) return {};
    return Refusal{Code::duplicate_firm, "/data/firm", "This firm is registered. Amend it."};
}

void apply(State& state, const Event& event, const FirmRegistered& registered)
{
    Firm& firm = state.firms.edit(registered.firm);
    firm.name = registered.name;
    firm.tier = registered.tier;
    firm.sector = registered.sector;
    firm.registered = event.position;
}

Result<void> admit(const State& state, const Event&, const FirmAmended& amended)
{
    return known_firm(state, amended.firm);
}

void apply(State& state, const Event&, const FirmAmended& amended)
{
    Firm& firm = state.firms.edit(amended.firm);
    if (amended.name) firm.name = *amended.name;
    if (amended.tier) firm.tier = *amended.tier;
    if (amended.sector) firm.sector = amended.sector;
}

Result<void> admit(const State& state, const Event&, const TierAssigned& assigned)
{
    if (auto known = known_firm(state, assigned.firm); !known) return known;
    if (in_a_policy(state, assigned.tier)) return {};
    return Refusal{Code::unknown_tier, "/data/tier",
                   "No policy names this tier. Publish one that does first."};
}

void apply(State& state, const Event&, const TierAssigned& assigned)
{
    state.firms.edit(assigned.firm).tier = assigned.tier;
}

}  // namespace chipledger
