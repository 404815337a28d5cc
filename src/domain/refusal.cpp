#include "domain/refusal.hpp"

#include <iterator>

namespace chipledger {

namespace {

constexpr RefusalKind refusal_table[]{
    {Code::malformed, 400, "malformed", "The request is not well formed"},
    {Code::unauthenticated, 401, "unauthenticated", "A valid token is needed"},
    {Code::forbidden_role, 403, "forbidden-role", "This role may not do this"},
    {Code::not_found, 404, "not-found", "There is no such thing here"},
    {Code::method_not_allowed, 405, "method-not-allowed", "This route has no such method"},
    {Code::too_large, 413, "too-large", "The request is too large"},
    {Code::unsupported_media_type, 415, "unsupported-media-type", "This media type is not taken"},
    {Code::not_acceptable, 406, "not-acceptable", "No acceptable representation"},
    {Code::if_match_required, 428, "if-match-required", "If-Match is needed here"},
    {Code::idempotency_key_required, 400, "idempotency-key-required",
     "Idempotency-Key is needed here"},
    {Code::idempotency_key_reused, 422, "idempotency-key-reused",
     "This Idempotency-Key came with another body"},
    {Code::idempotency_key_in_use, 409, "idempotency-key-in-use",
     "The first request with this Idempotency-Key is still running"},
    {Code::version_conflict, 412, "version-conflict", "The thing has changed since you read it"},
    {Code::unknown_policy, 422, "unknown-policy", "The period has no policy"},
    {Code::unknown_tier, 422, "unknown-tier", "No policy knows this tier"},
    {Code::unknown_firm, 422, "unknown-firm", "There is no such firm"},
    {Code::unknown_application, 422, "unknown-application", "There is no such application"},
    {Code::unknown_approval, 422, "unknown-approval", "There is no such approval"},
    {Code::unknown_batch, 422, "unknown-batch", "There is no such batch"},
    {Code::unknown_unit, 422, "unknown-unit", "The batch has no such unit"},
    {Code::unknown_shipment, 422, "unknown-shipment", "There is no such shipment"},
    {Code::unknown_case, 422, "unknown-case", "The shipment has no such case"},
    {Code::unknown_condition, 422, "unknown-condition", "The approval has no such condition"},
    {Code::unknown_scope, 422, "unknown-scope", "There is no such scope"},
    {Code::unknown_entry, 422, "unknown-entry", "There is no such entry"},
    {Code::unknown_proposal, 422, "unknown-proposal", "There is no such proposal"},
    {Code::duplicate_policy, 409, "duplicate-policy", "This policy version exists"},
    {Code::duplicate_firm, 409, "duplicate-firm", "This firm exists"},
    {Code::duplicate_application, 409, "duplicate-application", "This application exists"},
    {Code::duplicate_approval, 409, "duplicate-approval", "This approval exists"},
    {Code::duplicate_batch, 409, "duplicate-batch", "This batch exists"},
    {Code::duplicate_shipment, 409, "duplicate-shipment",
     "This shipment exists under another approval"},
    {Code::duplicate_serial, 409, "duplicate-serial", "A serial or its unit is recorded already"},
    {Code::duplicate_correction, 409, "duplicate-correction", "The entry is corrected already"},
    {Code::has_dependents, 409, "has-dependents", "Later entries rest on this one"},
    {Code::confirmation_needed, 422, "confirmation-needed",
     "A second principal must confirm this"},
    {Code::bad_state, 422, "bad-state", "Something is not in the state that this needs"},
    {Code::unit_not_available, 422, "unit-not-available", "Some units are not free"},
    {Code::approval_not_in_force, 422, "approval-not-in-force", "The approval is not in force"},
    {Code::outside_validity, 422, "outside-validity", "The day is outside the approval's validity"},
    {Code::no_reservation, 422, "no-reservation", "Some units are not reserved for this"},
    {Code::not_certified, 422, "not-certified", "The batch has no test certificate"},
    {Code::insufficient_balance, 422, "insufficient-balance", "The balance does not cover this"},
    {Code::tier_cap_exceeded, 422, "tier-cap-exceeded", "The cap of the firm's tier is exceeded"},
    {Code::below_committed, 422, "below-committed", "More is committed than this would grant"},
    {Code::carry_over_limit, 422, "carry-over-limit", "The policy does not carry over as much"},
    {Code::condition_not_met, 422, "condition-not-met", "A condition of the approval is not met"},
    {Code::claims_blocked, 422, "claims-blocked", "Claims are blocked"},
    {Code::rate_limited, 429, "rate-limited", "Too many requests"},
    {Code::store_unavailable, 503, "store-unavailable", "The store cannot be reached"},
    {Code::outcome_unknown, 503, "outcome-unknown", "The commit may have happened"},
    {Code::fenced, 503, "fenced", "Another writer has taken over"},
    {Code::overloaded, 503, "overloaded", "Too much is waiting"},
    {Code::lagging, 503, "lagging", "The position asked for is not here yet"},
    {Code::internal, 500, "internal", "A promise of ours did not hold"},
};

constexpr bool in_order()
{
    int at = 0;
    for (const RefusalKind& kind : refusal_table)
        if (static_cast<int>(kind.code) != at++) return false;
    return at == static_cast<int>(Code::internal) + 1;
}
static_assert(in_order(), "refusal_table has one row for each Code, in its order");

}  // namespace

const RefusalKind& kind_of(Code code)
{
    return refusal_table[static_cast<std::size_t>(code)];
}

std::vector<RefusalKind> all_refusals()
{
    return {std::begin(refusal_table), std::end(refusal_table)};
}

void throw_exception_from_error(const Refusal& refusal, const boost::source_location&)
{
    throw BrokenPromise{"unhandled refusal " + std::string{kind_of(refusal.code).slug} + ": " +
                        refusal.detail};
}

}  // namespace chipledger
