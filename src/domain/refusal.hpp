#pragma once
#include <boost/system/result.hpp>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ids.hpp"

namespace chipledger {

/// Every way in which the ledger says no. The order is that of `refusal_table`.
enum class Code {
    malformed,
    unauthenticated,
    forbidden_role,
    not_found,
    method_not_allowed,
    too_large,
    unsupported_media_type,
    not_acceptable,
    if_match_required,
    idempotency_key_required,
    idempotency_key_reused,
    idempotency_key_in_use,
    version_conflict,
    unknown_policy,
    unknown_tier,
    unknown_firm,
    unknown_application,
    unknown_approval,
    unknown_batch,
    unknown_unit,
    unknown_shipment,
    unknown_case,
    unknown_condition,
    unknown_scope,
    unknown_entry,
    unknown_proposal,
    duplicate_policy,
    duplicate_firm,
    duplicate_application,
    duplicate_approval,
    duplicate_batch,
    duplicate_shipment,
    duplicate_serial,
    duplicate_correction,
    has_dependents,
    confirmation_needed,
    bad_state,
    unit_not_available,
    approval_not_in_force,
    outside_validity,
    no_reservation,
    not_certified,
    insufficient_balance,
    tier_cap_exceeded,
    below_committed,
    carry_over_limit,
    condition_not_met,
    claims_blocked,
    rate_limited,
    store_unavailable,
    outcome_unknown,
    fenced,
    overloaded,
    lagging,
    internal,
};

struct RefusalKind {
    Code code;
    int status;              ///< HTTP status, with the id in the body (unknown_*: 404 in a path).
    std::string_view slug;   ///< Wire name: `code` of a problem and `/problems/{slug}`.
    std::string_view title;
};

/// One row for each Code, in its order; nobody writes a status number anywhere else.
const RefusalKind& kind_of(Code code);

/// All rows, for the problem pages and the documentation test.
std::vector<RefusalKind> all_refusals();

/// A no, with the member that earned it and the numbers that decided.
struct Refusal {
    Code code{};
    std::string param{};   ///< JSON pointer (RFC 6901) into the request, or empty.
    std::string detail{};  ///< One sentence with the remedy, for people.
    std::optional<std::int64_t> available{};
    std::optional<std::int64_t> requested{};
    std::vector<Position> entries{};  ///< The entries that decided, ascending.
};

/// What was sent cannot be read: at `param`, as above, a column of a table, or "?name".
inline Refusal malformed(std::string param, std::string detail)
{
    return {Code::malformed, std::move(param), std::move(detail)};
}
/// The same of a parameter of the query.
inline Refusal malformed_parameter(std::string_view name, std::string detail)
{
    return malformed('?' + std::string{name}, std::move(detail));
}

/// For boost::system::result: a Refusal read as a value where there is none is a bug.
[[noreturn]] void throw_exception_from_error(const Refusal& refusal, const boost::source_location&);

template <class T>
using Result = boost::system::result<T, Refusal>;

/// A promise of ours that did not hold. Only the session loop catches it.
struct BrokenPromise : std::exception {
    explicit BrokenPromise(std::string text) : what_{std::move(text)} {}
    const char* what() const noexcept override { return what_.c_str(); }

private:
    std::string what_;
};

/// Throws BrokenPromise unless `holds`.
inline void ensure(bool holds, const char* promise)
{
    if (!holds) throw BrokenPromise{promise};
}

}  // namespace chipledger
