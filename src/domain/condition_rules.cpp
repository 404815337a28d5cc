// Evidence for conditions, and blocks on new reservations.
#include <algorithm>

#include "domain/rules.hpp"

namespace chipledger {

namespace {

template <class Shown>
Result<void> known_condition(const State& state, const Event& event, const Shown& shown)
{
    const Approval* approval = find_approval(state, event, shown.approval);
    if (!approval) return *unknown_approval("/data/approval");
    const std::string& name = shown.condition.value;
    const bool known = std::ranges::any_of(approval->terms->conditions, [&](const Condition& condition) {
        return name == boost::describe::enum_to_string(condition.code, "") ||
               (condition.text && condition.text->value == name);
    });
    if (known) return {};
    return Refusal{Code::unknown_condition, "/data/condition",
                   "The approval has no such condition. Name its code, or the text of a text "
                   "condition."};
}

template <class Shown>
void note_evidence(State& state, const Event& event, const Shown& shown, bool breach)
{
    state.approvals.edit(shown.approval)
        .terms.edit()
        .evidence.push_back({shown.condition, shown.evidence, breach, event.position});
}

bool known_scope(const State& state, const std::string& scope)
{
    if (scope == "all") return true;
    const std::size_t colon = scope.find(':');
    if (colon == std::string::npos) return false;
    const std::string kind = scope.substr(0, colon), id = scope.substr(colon + 1);
    if (kind == "firm") return state.firms.contains(FirmId{id});
    if (kind == "approval") return state.approvals.contains(ApprovalId{id});
    if (kind == "batch") return state.batches.contains(BatchId{id});
    if (kind == "period") return state.policies.contains(Period{id});
    if (kind != "tier") return false;
    return std::ranges::any_of(state.firms, [&](const auto& item) {
        return item.value.tier.value == id;
    });
}

/// A scope that exists and is (or is not) blocked. One that is blocked may be opened even when
/// nothing bears its name any more: a tier that no firm has.
Result<void> scope_is(const State& state, const Text& scope, bool blocked)
{
    if (!state.blocks.contains(scope.value) && !known_scope(state, scope.value))
        return Refusal{Code::unknown_scope, "/data/scope",
                       "Name all, firm:ID, approval:ID, tier:ID, period:ID or batch:ID of "
                       "something that exists."};
    if (state.blocks.contains(scope.value) == blocked) return {};
    return Refusal{Code::bad_state, "/data/scope",
                   blocked ? "The scope is not blocked." : "The scope is blocked already."};
}

}  // namespace

Result<void> admit(const State& state, const Event& event, const ConditionEvidenced& shown)
{
    return known_condition(state, event, shown);
}

void apply(State& state, const Event& event, const ConditionEvidenced& shown)
{
    note_evidence(state, event, shown, false);
}

Result<void> admit(const State& state, const Event& event, const ConditionBreached& shown)
{
    return known_condition(state, event, shown);
}

void apply(State& state, const Event& event, const ConditionBreached& shown)
{
    note_evidence(state, event, shown, true);
}

Result<void> admit(const State& state, const Event&, const ClaimsBlocked& blocked)
{
    return scope_is(state, blocked.scope, false);
}

void apply(State& state, const Event& event, const ClaimsBlocked& blocked)
{
    state.blocks.insert(blocked.scope.value, event.position);
}

Result<void> admit(const State& state, const Event&, const ClaimsUnblocked& unblocked)
{
    return scope_is(state, unblocked.scope, true);
}

void apply(State& state, const Event&, const ClaimsUnblocked& unblocked)
{
    state.blocks.erase(unblocked.scope.value);
}

}  // namespace chipledger
