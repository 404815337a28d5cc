// Approvals: what a firm may have, and every way it changes or ends.
#include <algorithm>

#include "domain/rules.hpp"

namespace chipledger {

namespace {

/// Σ(G−X) of a firm's approvals in a period: what has been promised to it.
std::int64_t promised(const State& state, const FirmId& firm, const Period& period)
{
    const Exposure* figures = state.exposures.find({firm, period});
    return figures ? figures->promised : 0;
}

No no_promise(const State& state, const FirmId& firm, const Period& period, std::int64_t more,
              std::string_view param)
{
    return over_cap(state, firm, period, promised(state, firm, period), more, param);
}

No duplicate_approval(const State& state, const ApprovalId& id, std::string_view param)
{
    if (!state.approvals.contains(id)) return {};
    return Refusal{Code::duplicate_approval, std::string{param},
                   "This approval exists. Take another number."};
}

std::string status_text(const Approval& approval)
{
    return std::string{"The approval is "} +
           boost::describe::enum_to_string(approval.status(), "") + ".";
}

/// Known, and neither revoked, surrendered nor expired.
Result<void> not_ended(const State& state, const Event& event, const ApprovalId& id)
{
    const Approval* approval = find_approval(state, event, id);
    if (!approval) return *unknown_approval("/data/approval");
    if (!approval->ended()) return {};
    return Refusal{.code = Code::approval_not_in_force,
                   .param = "/data/approval",
                   .detail = status_text(*approval),
                   .entries = {approval->terms->statuses.back().entry}};
}

/// A → X, ended.
void end(State& state, const Event& event, const ApprovalId& id, ApprovalStatus status)
{
    const std::int64_t rest = state.approvals.at(id).balance.available;
    set_status(state, event, id, status);
    post(state, id, {.available = -rest, .forfeited = rest});
}

}  // namespace

Result<void> admit(const State& state, const Event&, const ApprovalGranted& granted)
{
    if (auto no = duplicate_approval(state, granted.approval, "/data/approval")) return *no;
    const Application* application = state.applications.find(granted.application);
    if (!application)
        return Refusal{Code::unknown_application, "/data/application",
                       "There is no such application. Check its number."};
    if (!state.firms.contains(granted.firm))
        return Refusal{Code::unknown_firm, "/data/firm", "There is no such firm."};
    if (application->firm != granted.firm)
        return Refusal{Code::bad_state, "/data/firm", "The application is another firm's."};
    if (application->status != ApplicationStatus::under_review)
        return Refusal{Code::bad_state, "/data/application",
                       std::string{"The application is "} +
                           boost::describe::enum_to_string(application->status, "") +
                           ", not under_review."};
    if (granted.granted > application->qty)
        return Refusal{.code = Code::insufficient_balance,
                       .param = "/data/granted",
                       .detail = "The firm asked for fewer. Grant at most what it asked for.",
                       .available = application->qty,
                       .requested = granted.granted};
    if (auto no = no_promise(state, granted.firm, granted.period, granted.granted, "/data/granted"))
        return *no;
    return {};
}

void apply(State& state, const Event& event, const ApprovalGranted& granted)
{
    Application& application = state.applications.edit(granted.application);
    application.status = ApplicationStatus::granted;
    application.approval = granted.approval;
    ApprovalTerms approval;
    approval.firm = granted.firm;
    approval.application = granted.application;
    approval.sku = application.sku;
    approval.end_use = application.end_use;
    approval.period = granted.period;
    approval.valid_from = granted.valid_from;
    approval.valid_to = granted.valid_to;
    approval.conditions = granted.conditions;
    open_approval(state, event, granted.approval, std::move(approval), granted.granted);
}

Result<void> admit(const State& state, const Event& event, const ApprovalAmended& amended)
{
    if (auto known = not_ended(state, event, amended.approval); !known) return known;
    const Approval& approval = state.approvals.at(amended.approval);
    if (amended.valid_to && *amended.valid_to < approval.terms->valid_from)
        return Refusal{Code::bad_state, "/data/valid_to",
                       "The approval is valid from " + to_string(approval.terms->valid_from) + "."};
    if (!amended.granted) return {};
    const Balance& balance = approval.balance;
    const std::int64_t committed =
        balance.reserved + balance.drawn + balance.forfeited + balance.carried_out;
    if (*amended.granted < committed)
        return Refusal{.code = Code::below_committed,
                       .param = "/data/granted",
                       .detail = "Grant at least what is reserved, drawn, forfeited and carried "
                                 "out.",
                       .available = committed,
                       .requested = amended.granted->value};
    const std::int64_t more = *amended.granted - balance.granted;
    if (more <= 0) return {};
    if (auto no = no_promise(state, approval.terms->firm, approval.terms->period, more,
                             "/data/granted"))
        return *no;
    return {};
}

void apply(State& state, const Event&, const ApprovalAmended& amended)
{
    Approval& approval = state.approvals.edit(amended.approval);
    if (amended.conditions) approval.terms.edit().conditions = *amended.conditions;
    if (amended.valid_to) {
        state.expiries.erase({approval.terms->valid_to, amended.approval});
        approval.terms.edit().valid_to = *amended.valid_to;
        state.expiries.insert({*amended.valid_to, amended.approval}, There{});
    }
    const std::int64_t change =
        amended.granted ? *amended.granted - approval.balance.granted : std::int64_t{0};
    post(state, amended.approval, {.granted = change, .available = change});
}

Result<void> admit(const State& state, const Event& event, const ApprovalSuspended& suspended)
{
    if (auto known = not_ended(state, event, suspended.approval); !known) return known;
    const Approval& approval = state.approvals.at(suspended.approval);
    if (approval.status() == ApprovalStatus::in_force) return {};
    return Refusal{.code = Code::approval_not_in_force,
                   .param = "/data/approval",
                   .detail = status_text(approval),
                   .entries = {approval.terms->statuses.back().entry}};
}

void apply(State& state, const Event& event, const ApprovalSuspended& suspended)
{
    set_status(state, event, suspended.approval, ApprovalStatus::suspended);
}

Result<void> admit(const State& state, const Event& event, const ApprovalReinstated& reinstated)
{
    const Approval* approval = find_approval(state, event, reinstated.approval);
    if (!approval) return *unknown_approval("/data/approval");
    const ApprovalStatus status = approval->status();
    if (status != ApprovalStatus::suspended && status != ApprovalStatus::revoked)
        return Refusal{.code = Code::bad_state,
                       .param = "/data/approval",
                       .detail = status_text(*approval),
                       .entries = {approval->terms->statuses.back().entry}};
    if (auto no = not_covered(state, reinstated.approval, approval->balance.forfeited,
                              reinstated.restored_qty, "/data/restored_qty"))
        return *no;
    if (reinstated.restored_qty == 0) return {};  // Promises nothing more: no policy is asked.
    if (auto no = no_promise(state, approval->terms->firm, approval->terms->period,
                             reinstated.restored_qty, "/data/restored_qty"))
        return *no;
    return {};
}

void apply(State& state, const Event& event, const ApprovalReinstated& reinstated)
{
    set_status(state, event, reinstated.approval, ApprovalStatus::in_force);
    const std::int64_t back = reinstated.restored_qty;
    post(state, reinstated.approval, {.available = back, .forfeited = -back});
}

Result<void> admit(const State& state, const Event& event, const ApprovalRevoked& revoked)
{
    return not_ended(state, event, revoked.approval);
}

void apply(State& state, const Event& event, const ApprovalRevoked& revoked)
{
    end(state, event, revoked.approval, ApprovalStatus::revoked);
}

Result<void> admit(const State& state, const Event& event, const ApprovalSurrendered& surrendered)
{
    return not_ended(state, event, surrendered.approval);
}

void apply(State& state, const Event& event, const ApprovalSurrendered& surrendered)
{
    end(state, event, surrendered.approval, ApprovalStatus::surrendered);
}

Result<void> admit(const State& state, const Event& event, const ApprovalExpired& expired)
{
    return not_ended(state, event, expired.approval);
}

void apply(State& state, const Event& event, const ApprovalExpired& expired)
{
    end(state, event, expired.approval, ApprovalStatus::expired);
}

Result<void> admit(const State& state, const Event& event, const QuotaCarriedOver& carried)
{
    const Approval* from = find_approval(state, event, carried.from_approval);
    if (!from) return *unknown_approval("/data/from_approval");
    if (auto no = duplicate_approval(state, carried.to_approval, "/data/to_approval")) return *no;
    if (from->status() != ApprovalStatus::expired)
        return Refusal{Code::bad_state, "/data/from_approval",
                       status_text(*from) + " Only what has expired is carried over."};
    if (auto no = not_covered(state, carried.from_approval, from->balance.forfeited, carried.qty,
                              "/data/qty"))
        return *no;
    const Policy* policy = state.policies.find(from->terms->period);
    if (!policy)  // It was itself carried over, into a period that has none.
        return Refusal{Code::unknown_policy, "/data/from_approval",
                       "Period " + from->terms->period.value + " has no policy. Publish one first."};
    const std::int64_t percent = policy->published.carry_over_max_pct;
    const std::int64_t limit = percent * from->balance.granted / 100;
    if (from->balance.carried_out + carried.qty <= limit) return {};
    return Refusal{.code = Code::carry_over_limit,
                   .param = "/data/qty",
                   .detail = "The policy carries over " + std::to_string(percent) +
                             " per cent of what was granted.",
                   .available = limit - from->balance.carried_out,
                   .requested = carried.qty.value,
                   .entries = {policy->entry}};
}

void apply(State& state, const Event& event, const QuotaCarriedOver& carried)
{
    const std::int64_t qty = carried.qty;
    post(state, carried.from_approval, {.forfeited = -qty, .carried_out = qty});
    ApprovalTerms approval = *state.approvals.at(carried.from_approval).terms;
    approval.period = carried.period;
    approval.valid_from = carried.valid_from;
    approval.valid_to = carried.valid_to;
    approval.statuses.clear();
    approval.evidence.clear();
    approval.carried_from = carried.from_approval;
    open_approval(state, event, carried.to_approval, std::move(approval), qty);
}

}  // namespace chipledger
