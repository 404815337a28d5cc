#pragma once
#include <random>

#include "given.hpp"
#include "ledger/history.hpp"
#include "random_events.hpp"

namespace chipledger {

/// How entries are read, the plain way: another event in their place, or none.
using Overrides = std::map<Position, std::optional<EventData>>;

/// The corrections and voids in force where the state stands.
Overrides overrides_of(const State& state);

/// What the plain way gives.
struct Plain {
    State state{};
    std::vector<std::int64_t> refused{};
};

/// What a state tells, but for what is kept only where the log ends.
std::string seen(State state);
/// The first lines in which two tellings differ, or nothing.
std::string differing(const std::string& told, const std::string& plain);

/// A log in memory, and what is known of it.
struct Book {
    std::vector<Event> events{};
    State state{};
    std::size_t durable = 0;  ///< The rest is recorded, and not settled yet.

    void take(const Event& event, bool settles)
    {
        events.push_back(event);
        if (!settles) return;
        state.settle();
        durable = events.size();
    }
    std::vector<Event> pending() const
    {
        return {events.begin() + static_cast<std::ptrdiff_t>(durable), events.end()};
    }

    Entries entries() const
    {
        Entries all;
        all.range = [this](Position after, Position upto, const Entries::Take& take) -> Result<void> {
            for (const Event& event : events)
                if (event.position > after && event.position <= upto)
                    if (auto yes = take(Event{event}); !yes) return yes;
            return {};
        };
        all.some = [this](const std::vector<Position>& positions,
                          const Entries::Take& take) -> Result<void> {
            for (const Position position : positions)
                if (auto yes = take(Event{events[static_cast<std::size_t>(position.number - 1)]});
                    !yes)
                    return yes;
            return {};
        };
        return all;
    }

    Event next(Event event) const
    {
        event.position = {std::ssize(events) + 1};
        event.recorded_at = std::max({state.recorded_at, event.recorded_at, event.occurred_at.at});
        event.subjects = is_correction(event.data) ? std::vector<Subject>{}
                                                   : subjects_of(state, event.data);
        return event;
    }

    /// Recorded, when the rulebook says yes.
    bool offer(const Event& proposed, bool settles = true)
    {
        const Event event = next(proposed);
        if (!scenario::verdict(state, event)) return false;
        apply(state, event);
        take(event, settles);
        return true;
    }

    /// The first entries folded from nothing as they are read under `overrides`.
    Plain fold_plainly(const Overrides& overrides, std::size_t upto, std::int64_t judged_after,
                       bool stops) const
    {
        Plain plain;
        for (std::size_t i = 0; i < upto; ++i) {
            Event event = events[i];
            const auto other = overrides.find(event.position);
            const bool voided = other != overrides.end() && !other->second;
            if (other != overrides.end() && other->second) event.data = *other->second;
            bool counts = !is_correction(event.data) && !voided;
            if (counts && event.position.number > judged_after && !admit(plain.state, event)) {
                plain.refused.push_back(event.position.number);
                if (stops) return plain;
                counts = false;
            }
            if (counts)
                apply(plain.state, event);
            else
                note(plain.state, event);
        }
        return plain;
    }

    naive::Model model() const
    {
        naive::Model model;
        const Overrides overrides = overrides_of(state);
        for (Event event : events) {
            if (is_correction(event.data)) continue;
            const auto other = overrides.find(event.position);
            if (other != overrides.end() && !other->second) continue;
            if (other != overrides.end()) event.data = *other->second;
            model.apply(event);
        }
        return model;
    }
};

struct Tally {
    int taken = 0, refused = 0, left_alone = 0;
};

/// The same event with other figures: fewer units, another amount, another day; or none.
std::optional<EventData> otherwise(EventData data, std::mt19937_64& dice);

/// A history at random with late entries, corrections and voids, each judged both ways.
Book random_book(std::uint64_t seed, int length, Tally& tally);

}  // namespace chipledger
