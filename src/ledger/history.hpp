#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "domain/rulebook.hpp"
#include "ledger/hypothesis.hpp"
#include "store/event_store.hpp"

namespace chipledger {

/// What the corrections known at an entry make of their targets: another event, or none.
using Overrides = std::map<Position, std::optional<EventData>>;

/// The past as a function of the log: states as of any entry, and what a correction would make of
/// it. Snapshots on the way are a cache. Thread-safe; the caller lends the store.
class History {
public:
    /// Feeds `entry` with each entry in (after, upto], ascending.
    using Entries =
        std::function<Result<void>(Position after, Position upto,
                                   const std::function<Result<void>(Event&&)>& entry)>;

    /// Folds the whole log up to `head`; the state there.
    Result<State> open(const Entries& entries, Position head);

    /// The next state after recorded `event`, and its snapshot where one is due. A correction
    /// refolds from before its target.
    Result<State> advance(const Entries& entries, State state, const Event& event);

    /// Keeps what `state`, durable now, adds: the snapshot that is due, the corrections in
    /// `events`.
    void publish(const State& state, const std::vector<Event>& events);

    /// The state as of the first `position` entries, as it was known then.
    Result<std::shared_ptr<const State>> at(const Entries& entries, Position position);

    /// Judges an EventCorrected or EventVoided against `state` (which `pending`, not yet durable,
    /// have led to); gives the state after it, its own note left out.
    Result<State> judge(const Entries& entries, const State& state,
                        const std::vector<Event>& pending, const Event& correction);

    /// What the log up to `head` would be under a hypothesis, and what the rulebook would have
    /// refused; approvals fall due up to `now`. Touches nothing.
    Result<Hypothetical> imagine(const Entries& entries, Position head,
                                 const Hypothesis& hypothesis, Time now);

    /// The state of what had occurred by `occurred`, as it is known at entry `position`.
    Result<State> effective(const Entries& entries, Position position, Time occurred);

private:
    using Snapshot = std::shared_ptr<const State>;

    Overrides known_at(Position position, const std::vector<Event>& more = {},
                       const std::set<Position>& without = {}) const;
    Snapshot before(Position limit, const Overrides& overrides) const;
    Result<State> refold(const Entries& entries, const Overrides& overrides, Position upto,
                         Position checked_after);
    void keep(const State& state);

    mutable std::mutex mutex_{};
    std::vector<Snapshot> snapshots_{};     ///< Ascending; the first is the empty state.
    std::int64_t interval_ = 256;           ///< Entries between two snapshots.
    std::vector<Event> corrections_{};      ///< Every EventCorrected and EventVoided, ascending.
    std::map<Position, Snapshot> recent_{}; ///< States asked for lately.
};

/// True for the two events that speak of another entry.
bool is_correction(const EventData& data);
/// The entry that a correction speaks of.
Position target_of(const EventData& data);

}  // namespace chipledger
