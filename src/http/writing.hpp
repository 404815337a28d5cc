#pragma once
#include <nlohmann/json.hpp>
#include <span>

#include "http/router.hpp"
#include "ledger/ledger.hpp"

// What the routes that record have in common.
namespace chipledger {

/// A write of the caller's: who, at which offices, in which trace.
Submission submission_by(const Context& context);

/// Forbidden-role for those who record nothing at all.
Result<void> may_record(const Context& context);

/// 1 to 255 visible ASCII characters, or malformed at `param`.
Result<std::string> read_key(std::string_view text, const std::string& param);

/// Reads each of `events`, `list` deciding where its pointers begin. Corrections that leave their
/// type out take it from the target, where the caller may see that one.
boost::asio::awaitable<Result<std::vector<Proposal>>> read_proposals(
    Ledger& ledger, const Context& context, std::span<const nlohmann::json> events, bool list);

/// The refusal without what the caller may not know: entries of others, and what they say.
boost::asio::awaitable<Refusal> redacted(Ledger& ledger, const Context& context, Refusal refusal);

/// What the writer has answered: recorded, proposed, declined, or a problem.
Response answer_reply(const Context& context, const Answer& answer, bool dry_run);

/// /v1/proposals, and POST of their decisions.
std::vector<Route> proposal_routes(Ledger& ledger);
/// POST /v1/events.
std::vector<Route> event_write_routes(Ledger& ledger);
/// POST /v1/imports.
std::vector<Route> import_routes(Ledger& ledger);
/// GET and POST /v1/clock.
std::vector<Route> clock_routes(Ledger& ledger);

}  // namespace chipledger
