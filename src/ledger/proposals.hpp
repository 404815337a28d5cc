#pragma once
#include <optional>
#include <string>

#include "ledger/submission.hpp"
#include "store/event_store.hpp"

// Dual control: what one principal has proposed and another is to confirm. A proposal is kept as
// the 202 answer to its idempotency key, its decision as an answer to its id.
namespace chipledger {

/// Whom decisions are kept under; no principal has such a name.
inline constexpr const char* decisions = "proposal/";

/// The proposal's number: from principal and key, so that a repeated request makes no second one.
std::string proposal_id(const Submission& submission);
/// What is kept of it.
std::string proposal_text(const Submission& submission, Time now);
/// The submission again, as it was proposed.
Submission submission_of(const std::string& proposal_text);

/// Remembers how a proposal ended: `first` and `count` of what was recorded.
CommandRow decision_of(const Submission& deciding, const Result<Recorded>& outcome);

/// Forbidden-role for one's own proposal, and for who could not record its events.
std::optional<Refusal> may_not_decide(const Actor& actor, const Submission& proposed);

}  // namespace chipledger
