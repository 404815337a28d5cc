#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/events.hpp"
#include "domain/ids.hpp"
#include "domain/time.hpp"

namespace chipledger {

/// One entry as it goes into the log. `bytes` is the record; the rest only finds it.
struct EventRow {
    Position position{};
    std::string id{};  ///< UUID in its text form (RFC 9562).
    std::string type{};
    Time occurred_at{};
    Time recorded_at{};
    std::string salt{};   ///< 32 bytes.
    std::string bytes{};  ///< Canonical JSON, as hashed.
    std::vector<Subject> subjects{};
    std::string principal{};
};

/// The first answer to an idempotency key, kept for ever.
struct CommandRow {
    std::string principal{};
    std::string key{};
    std::string body_hash{};  ///< SHA-256 of the body, 32 bytes.
    int status = 0;           ///< HTTP status of the first answer.
    Position first{};         ///< First entry that was recorded; 0 for a refusal.
    std::int64_t count = 0;   ///< Entries that were recorded; 0 for a refusal.
    std::string answer{};     ///< Problem JSON of a refusal; empty for 201.
    std::string traceparent{};  ///< W3C Trace Context of the request; empty where it had none.
    friend bool operator==(const CommandRow&, const CommandRow&) = default;
};

/// What one principal has proposed, and how it ended.
struct ProposalRow {
    std::string text{};      ///< JSON, as the ledger wrote it.
    std::string decision{};  ///< JSON; empty while it is open.
    Position first{};        ///< What was recorded; 0 for nothing.
    std::int64_t count = 0;
};

/// Who writes, and how long the log is. The pair is the fence: see EventStore::append.
struct Head {
    std::int64_t epoch = 0;
    Position size{};  ///< The last position; 0 for an empty log.
    friend bool operator==(const Head&, const Head&) = default;
};

struct StoredEntry {
    Position position{};
    std::string bytes{};
    std::string salt{};  ///< 32 bytes; for those alone who may read the entry.
    std::string traceparent{};  ///< Of the request that recorded it; in lists only. May be empty.
    friend bool operator==(const StoredEntry&, const StoredEntry&) = default;
};

struct SubjectFilter {
    std::string kind{};
    std::string id{};
};

/// What EventStore::list looks for; every member given narrows the answer. Both ends of a range of
/// times are inclusive.
struct EventFilter {
    std::vector<std::string> types{};  ///< Any of these; empty: every type.
    std::optional<SubjectFilter> subject{};
    std::optional<std::string> actor_principal{};
    std::optional<Time> recorded_from{};
    std::optional<Time> recorded_to{};
    std::optional<Time> occurred_from{};
    std::optional<Time> occurred_to{};
    Position upto{};    ///< As of: no entry beyond this one.
    Position after{};   ///< Cursor, exclusive; 0 begins at the first (descending: the last) entry.
    bool descending = false;
    std::size_t limit = 100;
    std::optional<std::string> visible_firm{};  ///< Only entries with the subject (firm, this).
    std::vector<std::string> hidden_shipments{};  ///< No entries with one of these as a subject.
    std::vector<std::string> visible_kinds{};   ///< Only entries with a subject of these kinds.
};

}  // namespace chipledger
