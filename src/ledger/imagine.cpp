// What-if: the log folded anew on a copy, through the same two doors.
#include <algorithm>
#include <limits>

#include "ledger/entry.hpp"
#include "ledger/history.hpp"

namespace chipledger {

namespace {

/// Folds what might have been, and notes what the rulebook would have refused.
class Imagination {
public:
    Imagination(State state, const Hypothesis& hypothesis, const Overrides& overrides)
        : hypothesis_{hypothesis}, overrides_{overrides}
    {
        result_.state = std::move(state);
        add_after(result_.state.position);
    }

    void take(Event&& recorded)
    {
        const Position here = recorded.position;
        const Time recorded_at = recorded.recorded_at;
        expire(recorded_at);
        // What the ledger did by itself, it would do by itself again, in its time.
        const bool own = std::holds_alternative<ApprovalExpired>(recorded.data) ||
                         std::holds_alternative<StatementIssued>(recorded.data);
        if (const auto replaced = hypothesis_.replaced.find(here);
            replaced != hypothesis_.replaced.end())
            recorded.data = replaced->second;
        else if (const auto other = overrides_.find(here); other != overrides_.end()) {
            if (!other->second) return pass(recorded);
            recorded.data = *other->second;
        }
        if (own || is_correction(recorded.data) || hypothesis_.removed.contains(here))
            return pass(recorded);
        judge(recorded, here);
        pass(recorded);
    }

    Position position() const { return result_.state.position; }

    Hypothetical finish(Time now) &&
    {
        expire(now);
        return std::move(result_);
    }

private:
    /// Position and time go on, whatever has become of the entry.
    void pass(const Event& recorded)
    {
        result_.state.position = recorded.position;
        result_.state.recorded_at = recorded.recorded_at;
        add_after(recorded.position);
    }

    void judge(const Event& event, Position shown)
    {
        State& state = result_.state;
        Result<void> yes = admit(state, event);
        if (yes)
            apply(state, event);
        else
            result_.refused.push_back({shown, std::string{type_name(event.data)}, yes.error()});
    }

    void add_after(Position position)
    {
        const auto [begin, end] = hypothesis_.added.equal_range(position);
        for (auto at = begin; at != end; ++at) {
            const State& state = result_.state;
            Event event = event_of(at->second, {"what-if", Role::system, {}},
                                   Timestamp{state.recorded_at, state.utc_offset});
            event.position = position;
            event.recorded_at = state.recorded_at;
            resolve(state, event, at->second.wanted);
            judge(event, position);
        }
    }

    void expire(Time upto)
    {
        State& state = result_.state;
        while (!state.expiries.empty()) {
            const Expiry expiry = state.expiries.begin()->key;
            const Time due = end_of(expiry.valid_to, state.utc_offset);
            if (due > upto) return;
            Event event = system_event(ApprovalExpired{expiry.approval, Text{"valid_to has passed"}},
                                       Timestamp{due, state.utc_offset});
            event.position = state.position;
            event.recorded_at = std::max(due, state.recorded_at);
            const Position position = state.position;
            const Time recorded_at = state.recorded_at;
            apply(state, event);
            state.position = position;
            state.recorded_at = recorded_at;
        }
    }

    const Hypothesis& hypothesis_;
    const Overrides& overrides_;
    Hypothetical result_{};
};

}  // namespace

Position Hypothesis::first() const
{
    Position first{std::numeric_limits<std::int64_t>::max()};
    if (!removed.empty()) first = std::min(first, *removed.begin());
    if (!replaced.empty()) first = std::min(first, replaced.begin()->first);
    if (!added.empty()) first = std::min(first, Position{added.begin()->first.number + 1});
    return first;
}

Result<Hypothetical> History::imagine(const Entries& entries, Position head,
                                      const Hypothesis& hypothesis, Time now)
{
    const Overrides known = known_at(head);
    const Overrides overrides = known_at(head, {}, hypothesis.removed);
    // A correction that is removed changes its target, which lies before it.
    Position first = hypothesis.first();
    for (const auto& [target, data] : known)
        if (!overrides.contains(target)) first = std::min(first, target);
    State start = *before(std::min(first, Position{head.number + 1}), overrides);
    Imagination imagination{std::move(start), hypothesis, overrides};
    const Position from = imagination.position();
    auto step = [&](Event&& recorded) -> Result<void> {
        imagination.take(std::move(recorded));
        return {};
    };
    if (auto read = entries(from, head, step); !read) return read.error();
    return std::move(imagination).finish(now);
}

// The fold of what had occurred by then, as it is known at `position`; an entry that makes no sense
// without one that occurred later is left out, as that one is.
Result<State> History::effective(const Entries& entries, Position position, Time occurred)
{
    const Overrides overrides = known_at(position);
    State state;
    {
        const std::scoped_lock lock{mutex_};
        for (const Snapshot& snapshot : snapshots_)
            if (snapshot->position <= position && snapshot->occurred_latest <= occurred &&
                snapshot->position > state.position && overrides.empty())
                state = *snapshot;
    }
    auto step = [&](Event&& recorded) -> Result<void> {
        const auto other = overrides.find(recorded.position);
        const bool voided = other != overrides.end() && !other->second;
        if (other != overrides.end() && other->second) recorded.data = *other->second;
        const bool counts = !is_correction(recorded.data) && !voided &&
                            recorded.occurred_at.at <= occurred;
        if (counts && (recorded.position == Position{1} || admit(state, recorded)))
            apply(state, recorded);
        else
            note(state, recorded);
        return {};
    };
    if (auto read = entries(state.position, position, step); !read) return read.error();
    return state;
}

}  // namespace chipledger
