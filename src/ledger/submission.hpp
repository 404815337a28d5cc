#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codec/event_json.hpp"
#include "domain/events.hpp"
#include "domain/refusal.hpp"

namespace chipledger {

struct PreparedCorrection;

enum class Decision { none, confirm, decline };

/// One write request: one event, or a list that is recorded whole or not at all.
struct Submission {
    Actor actor{};
    std::vector<std::string> offices{};  ///< A customs officer is bound to these; empty: to none.
    std::string key{};        ///< Idempotency-Key; may be empty for a dry run only.
    std::string body_hash{};  ///< SHA-256 of what came with the key, 32 bytes.
    /// The first subject must have one of these versions; empty: whatever was sent is none.
    std::optional<std::vector<std::int64_t>> if_match{};
    bool if_match_any = false;               ///< If-Match: *, or none where none is needed.
    bool dry_run = false;
    bool list = false;  ///< Came as {"events":[…]}: pointers begin with /events/N.
    std::string traceparent{};  ///< W3C Trace Context of the request, or empty.
    std::vector<Proposal> proposals{};
    bool may_propose = false;               ///< What needs confirmation becomes a proposal.
    std::optional<Actor> confirmed_by{};
    std::string decides{};                  ///< Not of its own: confirms or declines this proposal.
    Decision decision = Decision::none;
    std::string decision_reason{};
    std::shared_ptr<PreparedCorrection> prepared{};  ///< A single correction, told beforehand.
};

/// What was recorded (of a dry run: what would be).
struct Recorded {
    Position first{};
    std::int64_t version = 0;  ///< Of the first event's first subject after it: its ETag.
    std::vector<std::string> entries{};  ///< Canonical bytes, ascending.
    bool needs_confirmation = false;     ///< Nothing was recorded: it waits for a second principal.
    std::string proposal{};              ///< Its number then; "" of a dry run.
};

struct Answer {
    Result<Recorded> outcome = Refusal{};
    bool replayed = false;  ///< The first answer to this key, given again.
};

}  // namespace chipledger
