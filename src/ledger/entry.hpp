#pragma once
#include <optional>
#include <vector>

#include "domain/rulebook.hpp"
#include "ledger/history.hpp"
#include "ledger/submission.hpp"
#include "ledger/verifier.hpp"
#include "store/event_store.hpp"

// From a proposal to an entry, and back from a stored answer: what the writer needs beside its
// loop.
namespace chipledger {

/// UUID version 7 (RFC 9562 §5.7) for an entry recorded then.
std::string new_event_id(Time recorded_at);
/// The proposal as an event, without what the ledger gives; occurs now unless it says when.
Event event_of(const Proposal& proposal, const Actor& actor, Timestamp now);
/// An event of the ledger's own.
Event system_event(EventData data, Timestamp occurred_at);
/// Gives what the ledger gives: position, id, recorded_at, subjects.
void complete(Event& event, const State& before, Time recorded_at);
EventRow row_of(const Event& event);

/// Malformed where it says to have occurred more than a day after it is recorded.
std::optional<Refusal> from_the_future(const Event& event);
/// version-conflict unless If-Match names this version.
std::optional<Refusal> stale(const Submission& submission, std::int64_t version);
/// The same for a correction: the version of the target's first subject before this entry.
std::optional<Refusal> stale(const Submission& submission, const Event& correction);

/// The entry that a correction speaks of, recorded or pending; unknown-entry where there is none.
Result<Event> find_entry(EventStore& store, const std::vector<Event>& pending, Position head,
                         Position target);
/// Role family of the target, or regulator; a firm its own entries alone.
std::optional<Refusal> may_not_correct(const Actor& actor, const Event& target);
/// What an officer of these offices may not touch: a shipment at another office is unknown, and
/// nothing arrives there. Empty offices: every office.
std::optional<Refusal> beyond_office(const std::vector<std::string>& offices, const State& state,
                                     const EventData& data);
/// The target's subjects and those of the replacement, the target's first one first.
std::vector<Subject> correction_subjects(const State& state, const Event& target,
                                         const EventData& correction);

/// What its checkpoints call this ledger: its name, with /simulated where its clock is.
std::string checkpoint_origin(const State& state);

/// The row that remembers this answer.
CommandRow command_of(const Submission& submission, const Result<Recorded>& outcome, Time now);
/// The first answer again.
Answer replay(EventStore& store, const CommandRow& command);

/// Stored entries from anywhere, decoded.
Entries decoded(StoredEntries stored);
/// The store's entries, decoded.
Entries entries_of(EventStore& store);
/// The same, read and decoded ahead on a thread of their own through `ahead`; `seen` gets each as
/// it is stored, on that thread.
Entries entries_ahead(EventStore& store, EventStore& ahead,
                      std::function<void(const StoredEntry&)> seen);

}  // namespace chipledger
