#pragma once
#include <memory>
#include <vector>

#include "domain/rulebook.hpp"
#include "ledger/entries.hpp"
#include "ledger/hypothesis.hpp"

// The past as a function of the log. A State shows every earlier one by itself (State::seen_from);
// what is here tells a past that has changed: corrections, hypotheses, the order of occurrence.
namespace chipledger {

/// Folds the log up to `head`, on from a settled state that nobody else looks at; the state there,
/// settled.
Result<State> fold(const Entries& entries, Position head, State from = {});

/// The next state after recorded `event`: what it corrects is told anew.
Result<State> advance(const Entries& entries, State state, const Event& event);

/// A correction told beside the writer, up to where the log ended then.
struct PreparedCorrection {
    explicit PreparedCorrection(Retelling begun) : retelling{std::move(begun)} {}
    Retelling retelling;
    Result<void> told = {};
};

/// Tells a correction on a settled state without holding up the writer, who then has only what
/// came since left to tell. Null where there is nothing to gain: it is refused at once.
std::shared_ptr<PreparedCorrection> prepare_correction(const Entries& entries, const State& state,
                                                       const Event& correction);

/// Judges an EventCorrected or EventVoided against `state`, which `pending`, not yet durable, have
/// led to; gives the state after it, its own note left out. Refused duplicate-correction,
/// has-dependents, or what the rulebook says of the replacement.
Result<State> judge_correction(const Entries& entries, const State& state,
                               const std::vector<Event>& pending, const Event& correction,
                               PreparedCorrection* prepared = nullptr);

/// What the log up to where `state` stands would be under a hypothesis, and what the rulebook
/// would have refused; approvals fall due up to `now`. Touches nothing.
Result<Hypothetical> imagine(const Entries& entries, const State& state,
                             const Hypothesis& hypothesis, Time now);

/// The state of what had occurred by `occurred`, as it is known where `state` stands.
Result<State> effective(const Entries& entries, const State& state, Time occurred);

/// The last entry up to where `state` stands that was recorded at or before `recorded`; 0 for none.
Position position_at(const State& state, Time recorded);

/// True for the two events that speak of another entry.
bool is_correction(const EventData& data);
/// The entry that a correction speaks of.
Position target_of(const EventData& data);

}  // namespace chipledger
