#pragma once
#include "domain/state.hpp"

// The two doors of the rulebook (DESIGN §2.2). Everything that changes or judges a State goes
// through them: API writes, imports, corrections, replay.
namespace chipledger {

/// Yes, or the first guard of the catalogue that says no (§5, in the stated order). Corrections
/// and voids are the ledger's to judge: it has the history. Last of all, it must be confirmed().
Result<void> admit(const State& state, const Event& event);

/// Confirmation-needed where a policy in any period puts the event under dual control and nobody
/// has confirmed it; forbidden-role where its own actor has, or one who could not record it.
Result<void> confirmed(const State& state, const Event& event);

/// The effect of an admitted event, and its note. Never refuses: what is recorded has happened.
void apply(State& state, const Event& event);

/// Position, recorded_at and versions alone: all that is left of a voided entry.
void note(State& state, const Event& event);

/// Forbidden-role unless the catalogue's "who" names the role; a firm acts for itself alone.
Result<void> permitted(const Actor& actor, const EventData& data);

/// The roles that may record an event of this type.
std::vector<Role> roles_of(std::string_view type);

/// Everything an admitted event touches, the thing it is about first, with the versions that this
/// entry gives them.
std::vector<Subject> subjects_of(const State& state, const EventData& data);

/// The thing an event is about: the first id of its data (§4).
SubjectKey first_subject(const EventData& data);

/// Replaces each `{"batch","count"}` by the lowest units that pass the guard's tests of state and
/// holder. Where there are too few, others fill up, so that `admit` says no with the numbers.
void resolve(const State& state, Event& event, const std::vector<Wanted>& wanted);

/// Every broken invariant of I1 to I5 and I7 in words; empty when all hold.
std::vector<std::string> broken_invariants(const State& state);

}  // namespace chipledger
