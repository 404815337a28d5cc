#include "domain/guards.hpp"

#include <algorithm>

namespace chipledger {

namespace {

constexpr std::size_t entries_max = 100;  // Positions named in one refusal.

/// How many of the units pass, and the entries that hold the others.
struct Tally {
    std::int64_t good = 0;
    std::int64_t beyond = 0;  ///< Units that the batch does not have.
    std::vector<Position> entries{};
};

template <class Test>
Tally tally(const State& state, const Units& units, Test&& passes)
{
    Tally sum;
    for (const UnitRange& range : units) {
        std::int64_t seen = 0;
        const Batch& batch = state.batches.at(range.batch);
        const Custody custody = state.custody_of(range.batch);
        custody.visit(range.from, range.to, [&](auto from, auto to, const Run& run) {
            seen += to - from + 1;
            if (passes(run.holding))
                sum.good += to - from + 1;
            else
                sum.entries.push_back(run.entry);
        });
        if (seen < count(range)) sum.entries.push_back(batch.registered);
        sum.beyond += count(range) - seen;
    }
    std::ranges::sort(sum.entries);
    sum.entries.erase(std::unique(sum.entries.begin(), sum.entries.end()), sum.entries.end());
    if (sum.entries.size() > entries_max) sum.entries.resize(entries_max);
    return sum;
}

template <class Test>
No unless_all(Code code, std::string_view what, const State& state, const Units& units, Test&& test)
{
    Tally sum = tally(state, units, test);
    const std::int64_t asked = count(units);
    if (sum.good == asked) return {};
    std::string detail = std::to_string(asked - sum.good) + " of " + std::to_string(asked) +
                         " units are not " + std::string{what};
    if (sum.beyond > 0)
        detail += "; " + std::to_string(sum.beyond) + " are beyond the end of the batch";
    return Refusal{code,     "/data/units", detail + ". Name other units, or read the batch again.",
                   sum.good, asked,         std::move(sum.entries)};
}

std::string states_text(const Needed& needed)
{
    std::string text;
    for (const UnitState state : needed.states)
        text += (text.empty() ? "" : " or ") + std::string{name_of(state)};
    return text;
}

/// The first entries that moved the balance.
std::vector<Position> movements_of(const State& state, const ApprovalId& id)
{
    std::vector<Position> entries;
    Balance before;
    state.approvals.history(id, [&](std::int64_t position, const Approval* approval) {
        if (!approval || Balance(approval->balance) == before) return;
        before = approval->balance;
        if (entries.size() < entries_max) entries.push_back(Position{position});
    });
    return entries;
}

const Condition* find_condition(const Approval& approval, ConditionCode code)
{
    const auto found = std::ranges::find(approval.terms->conditions, code, &Condition::code);
    return found == approval.terms->conditions.end() ? nullptr : &*found;
}

}  // namespace

bool Needed::held_by(const Holding& holding) const
{
    if (free) return holding.approval.empty();
    return holding.approval == approval && (shipment.empty() || holding.shipment == shipment);
}

bool Needed::in_state(const Holding& holding) const
{
    return std::ranges::find(states, holding.state) != states.end();
}

const Approval* find_approval(const State& state, const Event& event, const ApprovalId& id)
{
    const Approval* approval = state.approvals.find(id);
    if (approval && event.actor.role == Role::firm && event.actor.firm != approval->terms->firm)
        return nullptr;
    return approval;
}

No unknown_approval(std::string_view param)
{
    return Refusal{Code::unknown_approval, std::string{param},
                   "There is no such approval. Check its number."};
}

No not_in_force(const Approval& approval, const Event& event, std::string_view param)
{
    const ApprovalStatus status = approval.status_at(event.occurred_at.at);
    if (status == ApprovalStatus::in_force) return {};
    return Refusal{.code = Code::approval_not_in_force,
                   .param = std::string{param},
                   .detail = std::string{"The approval is "} +
                             boost::describe::enum_to_string(status, "") +
                             " when this occurred. Ask the regulator.",
                   .entries = {approval.terms->statuses.back().entry}};
}

No unknown_batch(const State& state, const Units& units)
{
    for (std::size_t i = 0; i < units.size(); ++i)
        if (!state.batches.contains(units[i].batch))
            return Refusal{Code::unknown_batch, "/data/units/" + std::to_string(i) + "/batch",
                           "There is no such batch. Check its number."};
    return {};
}

No not_held(const State& state, const Units& units, const Needed& needed)
{
    const std::string what =
        needed.shipment.empty() ? "held by the approval" : "in the shipment for its approval";
    return unless_all(Code::no_reservation, what, state, units,
                      [&](const Holding& holding) { return needed.held_by(holding); });
}

No not_in_state(const State& state, const Units& units, const Needed& needed)
{
    return unless_all(Code::bad_state, states_text(needed), state, units,
                      [&](const Holding& holding) { return needed.in_state(holding); });
}

No not_all(const State& state, const Units& units, const Needed& needed)
{
    if (auto no = unknown_batch(state, units)) return no;
    if (auto no = not_held(state, units, needed)) return no;
    return not_in_state(state, units, needed);
}

No not_covered(const State& state, const ApprovalId& id, std::int64_t available,
               std::int64_t requested, std::string_view param)
{
    if (requested <= available) return {};
    return Refusal{Code::insufficient_balance,
                   std::string{param},
                   "The balance covers " + std::to_string(available) + " of " +
                       std::to_string(requested) + " units. Ask for fewer.",
                   available,
                   requested,
                   movements_of(state, id)};
}

No over_cap(const State& state, const FirmId& firm, const Period& period, std::int64_t exposed,
            std::int64_t more, std::string_view param)
{
    const Policy* policy = state.policies.find(period);
    if (!policy)
        return Refusal{Code::unknown_policy, std::string{param},
                       "Period " + period.value + " has no policy. Publish one first."};
    const std::int64_t room = *cap(state, firm, period) - exposed;
    if (more <= 0 || more <= room) return {};
    return Refusal{Code::tier_cap_exceeded,
                   std::string{param},
                   "The tier's cap leaves room for " +
                       std::to_string(std::max<std::int64_t>(room, 0)) + " units in period " +
                       period.value + ". Ask for fewer, or for another tier.",
                   room,
                   more,
                   {policy->entry}};
}

No not_allowed(const Approval& approval, ConditionCode code,
               const std::optional<std::string>& value, std::string_view param)
{
    const Condition* condition = find_condition(approval, code);
    if (!condition) return {};
    if (value && std::ranges::find(*condition->allow, *value, &Text::value) !=
                     condition->allow->end())
        return {};
    return Refusal{Code::condition_not_met, std::string{param},
                   std::string{"The approval's condition "} +
                       boost::describe::enum_to_string(code, "") + " does not allow " +
                       (value ? *value : std::string{"an undeclared one"}) + "."};
}

std::optional<std::int64_t> limit_of(const Approval& approval, ConditionCode code)
{
    const Condition* condition = find_condition(approval, code);
    if (!condition) return {};
    return *condition->max;
}

namespace {

/// Remembers the move beside what the entry has moved in the batch before.
void remember(State& state, const UnitRange& range, const Change& change)
{
    Move move{static_cast<std::int32_t>(range.from.value),
              static_cast<std::int32_t>(range.to.value), change, {}};
    const bool more = state.moves.edited(range.batch);
    Move& last = state.moves.edit(range.batch);
    if (more) move.others = Box<Move>{std::move(last)};
    last = std::move(move);
}

}  // namespace

void move(State& state, const Event& event, const Units& units, const Change& change)
{
    // Counts of whatever a holding names follow the units, so that no view has to count.
    const auto counted = [](auto& things, const auto& was, const auto& is, const Holding& from,
                            const Holding& to, std::int32_t n) {
        if (was == is && !is.empty()) {  // Most often: looked up once.
            UnitCounts& counts = things.edit(is).units;
            counts[from.state] -= n;
            counts[to.state] += n;
            return;
        }
        if (!was.empty()) things.edit(was).units[from.state] -= n;
        if (!is.empty()) things.edit(is).units[to.state] += n;
    };
    const auto is_free = [](const Holding& holding) {
        return holding.state == UnitState::registered && holding.approval.empty();
    };
    for (const UnitRange& range : units) {
        std::int64_t freed = 0;
        const auto moved = [&](const Holding& from, const Holding& to, std::int64_t n) {
            freed += (is_free(to) ? n : 0) - (is_free(from) ? n : 0);
            const auto few = static_cast<std::int32_t>(n);
            counted(state.shipments, from.shipment, to.shipment, from, to, few);
            counted(state.approvals, from.approval, to.approval, from, to, few);
        };
        if (!state.custodies.contains(range.batch))
            state.custodies.insert(range.batch, state.custody_of(range.batch));
        state.custodies.edit(range.batch)
            .move(range.from, range.to, event.position, change, moved);
        if (freed != 0) state.unallocated.edit(range.batch) += freed;
        remember(state, range, change);
    }
}

void post(State& state, const ApprovalId& id, const Balance& change)
{
    Approval& approval = state.approvals.edit(id);
    approval.balance = approval.balance + change;
    const std::int64_t exposed = change.reserved + change.drawn;
    const std::int64_t promised = change.granted - change.forfeited;
    if (exposed == 0 && promised == 0) return;
    Exposure& figures = state.exposures.edit({approval.terms->firm, approval.terms->period});
    figures.exposed += exposed;
    figures.promised += promised;
}

Balance give_back(const Approval& approval, std::int64_t units)
{
    Balance change{.reserved = -units};
    (approval.ended() ? change.forfeited : change.available) = units;
    return change;
}

void set_status(State& state, const Event& event, const ApprovalId& id, ApprovalStatus status)
{
    Approval& approval = state.approvals.edit(id);
    approval.terms.edit().statuses.push_back({event.occurred_at.at, status, event.position});
    const Expiry expiry{approval.terms->valid_to, id};
    if (approval.ended())
        state.expiries.erase(expiry);
    else
        state.expiries.insert(expiry, There{});
}

void open_approval(State& state, const Event& event, const ApprovalId& id, ApprovalTerms terms,
                   std::int64_t granted)
{
    state.approvals_of.insert({terms.firm, id}, There{});
    Approval& approval = state.approvals.edit(id);
    approval = {};
    approval.terms.edit() = std::move(terms);
    set_status(state, event, id, ApprovalStatus::in_force);
    post(state, id, {.granted = granted, .available = granted});
}

}  // namespace chipledger
