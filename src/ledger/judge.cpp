#include "ledger/judge.hpp"

#include "ledger/entry.hpp"

namespace chipledger {

namespace {

constexpr std::size_t stored_bytes_max = 60'000;  // DESIGN §4; the table `event` holds no more.

std::string pointer_of(const Submission& submission, std::size_t index)
{
    return submission.list ? "/events/" + std::to_string(index) : std::string{};
}

Refusal at(Refusal refusal, const std::string& pointer)
{
    refusal.param = pointer + refusal.param;
    return refusal;
}

// The store would refuse it, and with it all who wait in the same group.
std::optional<Refusal> too_long(std::string_view bytes)
{
    if (bytes.size() <= stored_bytes_max) return {};
    return Refusal{.code = Code::too_large,
                   .param = "/data",
                   .detail = "The entry would have " + std::to_string(bytes.size()) +
                             " bytes. Record it in parts.",
                   .available = static_cast<std::int64_t>(stored_bytes_max),
                   .requested = static_cast<std::int64_t>(bytes.size())};
}

/// The entry that a correction may speak of.
Result<Event> target_for(EventStore& store, const State& state, const std::vector<Event>& pending,
                         const Submission& submission, const Event& correction)
{
    Result<Event> target =
        find_entry(store, pending, state.position, target_of(correction.data));
    if (!target) return target;
    if (beyond_office(submission.offices, state, target->data))
        return Refusal{Code::unknown_entry, "/data/target",
                       "There is no such entry. Check its position."};
    if (auto no = may_not_correct(correction.actor, *target)) return *no;
    return target;
}

}  // namespace

std::shared_ptr<PreparedCorrection> prepare(EventStore& store, const State& state,
                                            const Submission& submission)
{
    if (submission.proposals.size() != 1 || !submission.decides.empty()) return {};
    const Proposal& proposal = submission.proposals.front();
    if (!is_correction(proposal.data) || !permitted(submission.actor, proposal.data)) return {};
    Event event = event_of(proposal, submission.actor, Timestamp{});
    event.position = {state.position.number + 1};
    if (!target_for(store, state, {}, submission, event)) return {};
    return prepare_correction(entries_of(store), state, event);
}

Time Judge::recorded_at(const State& state) const { return std::max(now_(), state.recorded_at); }

Result<Recorded> Judge::judge(Group& group, const Submission& submission)
{
    for (std::size_t i = 0; i < submission.proposals.size(); ++i)
        if (auto yes = permitted(submission.actor, submission.proposals[i].data); !yes)
            return at(yes.error(), pointer_of(submission, i));
    State trial = group.state;
    std::vector<Event> events;
    bool needs_confirmation = false;
    for (std::size_t i = 0; i < submission.proposals.size(); ++i) {
        Result<State> next = admit_one(group, trial, events, submission, i, needs_confirmation);
        if (!next) return at(next.error(), pointer_of(submission, i));
        trial = std::move(*next);
    }
    Recorded recorded{events.front().position, events.front().subjects.front().version,
                      {},                      needs_confirmation,
                      {}};
    std::vector<EventRow> rows;
    for (std::size_t i = 0; i < events.size(); ++i) {
        rows.push_back(row_of(events[i]));
        if (auto no = too_long(rows.back().bytes)) return at(*no, pointer_of(submission, i));
        recorded.entries.push_back(rows.back().bytes);
    }
    if (needs_confirmation) return recorded;
    std::ranges::move(rows, std::back_inserter(group.rows));
    std::ranges::move(events, std::back_inserter(group.events));
    group.state = std::move(trial);
    return recorded;
}

Result<State> Judge::admit_one(Group& group, const State& trial, std::vector<Event>& events,
                               const Submission& submission, std::size_t index,
                               bool& needs_confirmation)
{
    const Proposal& proposal = submission.proposals[index];
    Event event =
        event_of(proposal, submission.actor, Timestamp{recorded_at(trial), trial.utc_offset});
    event.confirmed_by = submission.confirmed_by;
    event.position = {trial.position.number + 1};
    event.recorded_at = recorded_at(trial);
    if (trial.clock == ClockMode::system)
        if (auto no = from_the_future(event)) return *no;
    if (auto no = beyond_office(submission.offices, trial, event.data)) return *no;
    // It is the last guard, so whatever waits for a confirmation is good but for that.
    const auto proposes = [&](const Refusal& refusal) {
        const bool yes = submission.may_propose && refusal.code == Code::confirmation_needed;
        needs_confirmation |= yes;
        return yes;
    };
    if (is_correction(event.data)) {
        Result<State> next = admit_correction(group, trial, events, submission, event);
        if (!next) return next;
        if (auto yes = confirmed(trial, event); !yes && !proposes(yes.error()))
            return yes.error();
        if (index == 0)
            if (auto no = stale(submission, event)) return *no;
        note(*next, event);
        events.push_back(std::move(event));
        return next;
    }
    if (index == 0) {
        const SubjectKey first = first_subject(event.data);
        if (auto no = stale(submission, trial.version_of(first.kind, first.id))) return *no;
    }
    State next = trial;
    resolve(next, event, proposal.wanted);
    if (auto yes = admit(next, event); !yes && !proposes(yes.error())) return yes.error();
    complete(event, next, event.recorded_at);
    apply(next, event);
    events.push_back(std::move(event));
    return next;
}

// Judged with the history, so what waits in this group is made durable first where it can be.
Result<State> Judge::admit_correction(Group& group, const State& trial, std::vector<Event>& events,
                                      const Submission& submission, Event& event)
{
    std::vector<Event> pending = group.events;
    pending.insert(pending.end(), events.begin(), events.end());
    const Result<Event> target = target_for(store_, trial, pending, submission, event);
    if (!target) return target.error();
    Result<State> next = judge_correction(entries_of(store_), trial, pending, event,
                                          submission.prepared.get());
    if (!next) return next;
    event.id = new_event_id(event.recorded_at);
    event.subjects = correction_subjects(trial, *target, event.data);
    return next;
}

// A simulated clock passes through every instant that something falls due at.
void Judge::expire(Group& group, Time upto)
{
    while (!group.state.expiries.empty()) {
        const Expiry expiry = group.state.expiries.begin()->key;
        const Time due = end_of(expiry.valid_to, group.state.utc_offset);
        if (due > upto) return;
        Event event = system_event(ApprovalExpired{expiry.approval, Text{"valid_to has passed"}},
                                   Timestamp{due, group.state.utc_offset});
        const bool simulated = group.state.clock == ClockMode::simulated;
        event.position = {group.state.position.number + 1};
        complete(event, group.state,
                 std::max(simulated ? due : upto, group.state.recorded_at));
        ensure(bool(admit(group.state, event)), "what falls due has not ended before");
        apply(group.state, event);
        group.rows.push_back(row_of(event));
        group.events.push_back(std::move(event));
    }
}

void Judge::state_balances(Group& group, Time upto)
{
    const Day day = group.state.day_of(upto) - std::chrono::days{1};
    if (day <= group.state.last_stated()) return;
    std::vector<FirmId> firms;
    for (const auto& item : group.state.firms) firms.push_back(item.key);
    const Time end = end_of(day, group.state.utc_offset);
    for (const FirmId& firm : firms) {
        const std::size_t approvals = approvals_of(group.state, firm).size();
        std::size_t stated = 0;
        do {
            Event event = system_event(statement_of(group.state, firm, day, stated),
                                       Timestamp{end, group.state.utc_offset});
            complete(event, group.state, std::max(now_(), group.state.recorded_at));
            apply(group.state, event);
            group.rows.push_back(row_of(event));
            group.events.push_back(std::move(event));
            stated += stated_max;
        } while (stated < approvals);
    }
}

}  // namespace chipledger
