#pragma once
#include "domain/event_parts.hpp"

// Who may have how many: ledger, policies, firms, applications, approvals, conditions, blocks.
namespace chipledger {

/// The first entry of every ledger, by the system: what never changes.
struct LedgerOpened {
    Text origin{};
    Text utc_offset{};
    ClockMode clock{};
    friend bool operator==(const LedgerOpened&, const LedgerOpened&) = default;
};
BOOST_DESCRIBE_STRUCT(LedgerOpened, (), (origin, utc_offset, clock))

/// Caps and percentages of a period, from here on; what is exposed already stays.
struct PolicyPublished {
    Version policy_version{};
    Period period{};
    std::vector<TierCap> caps{};
    Percent critical_pct{};
    Percent carry_over_max_pct{};
    ConfiscationEffect confiscation_effect{};
    std::optional<std::vector<Text>> dual_control{};  ///< Types that need a second principal.
    friend bool operator==(const PolicyPublished&, const PolicyPublished&) = default;
};
BOOST_DESCRIBE_STRUCT(PolicyPublished, (),
                      (policy_version, period, caps, critical_pct, carry_over_max_pct,
                       confiscation_effect, dual_control))

struct FirmRegistered {
    FirmId firm{};
    Text name{};
    Tier tier{};
    std::optional<Text> sector{};
    friend bool operator==(const FirmRegistered&, const FirmRegistered&) = default;
};
BOOST_DESCRIBE_STRUCT(FirmRegistered, (), (firm, name, tier, sector))

/// Changes the members it has.
struct FirmAmended {
    FirmId firm{};
    std::optional<Text> name{};
    std::optional<Tier> tier{};
    std::optional<Text> sector{};
    friend bool operator==(const FirmAmended&, const FirmAmended&) = default;
};
BOOST_DESCRIBE_STRUCT(FirmAmended, (), (firm, name, tier, sector))

/// Later caps are those of the new tier.
struct TierAssigned {
    FirmId firm{};
    Tier tier{};
    Text reason{};
    friend bool operator==(const TierAssigned&, const TierAssigned&) = default;
};
BOOST_DESCRIBE_STRUCT(TierAssigned, (), (firm, tier, reason))

struct ApplicationSubmitted {
    ApplicationId application{};
    FirmId firm{};
    Sku sku{};
    Quantity qty{};
    Text end_use{};
    friend bool operator==(const ApplicationSubmitted&, const ApplicationSubmitted&) = default;
};
BOOST_DESCRIBE_STRUCT(ApplicationSubmitted, (), (application, firm, sku, qty, end_use))

struct ApplicationReviewStarted {
    ApplicationId application{};
    std::optional<Text> reason{};
    friend bool operator==(const ApplicationReviewStarted&,
                           const ApplicationReviewStarted&) = default;
};
BOOST_DESCRIBE_STRUCT(ApplicationReviewStarted, (), (application, reason))

struct ApplicationWithdrawn {
    ApplicationId application{};
    std::optional<Text> reason{};
    friend bool operator==(const ApplicationWithdrawn&, const ApplicationWithdrawn&) = default;
};
BOOST_DESCRIBE_STRUCT(ApplicationWithdrawn, (), (application, reason))

struct ApplicationRefused {
    ApplicationId application{};
    std::optional<Text> reason{};
    friend bool operator==(const ApplicationRefused&, const ApplicationRefused&) = default;
};
BOOST_DESCRIBE_STRUCT(ApplicationRefused, (), (application, reason))

/// Entitles a firm to `granted` units of a period: G = A = granted.
struct ApprovalGranted {
    ApprovalId approval{};
    ApplicationId application{};
    FirmId firm{};
    Quantity granted{};
    Period period{};
    Day valid_from{};
    Day valid_to{};
    std::vector<Condition> conditions{};
    friend bool operator==(const ApprovalGranted&, const ApprovalGranted&) = default;
};
BOOST_DESCRIBE_STRUCT(ApprovalGranted, (),
                      (approval, application, firm, granted, period, valid_from, valid_to,
                       conditions))

/// Changes the members it has; A moves with G.
struct ApprovalAmended {
    ApprovalId approval{};
    std::optional<Quantity> granted{};
    std::optional<Day> valid_to{};
    std::optional<std::vector<Condition>> conditions{};
    friend bool operator==(const ApprovalAmended&, const ApprovalAmended&) = default;
};
BOOST_DESCRIBE_STRUCT(ApprovalAmended, (), (approval, granted, valid_to, conditions))

/// Freezes an approval; nothing moves between buckets.
struct ApprovalSuspended {
    ApprovalId approval{};
    Text reason{};
    friend bool operator==(const ApprovalSuspended&, const ApprovalSuspended&) = default;
};
BOOST_DESCRIBE_STRUCT(ApprovalSuspended, (), (approval, reason))

/// Puts an approval in force again; restored_qty goes from X to A.
struct ApprovalReinstated {
    ApprovalId approval{};
    Text reason{};
    Amount restored_qty{};
    friend bool operator==(const ApprovalReinstated&, const ApprovalReinstated&) = default;
};
BOOST_DESCRIBE_STRUCT(ApprovalReinstated, (), (approval, reason, restored_qty))

/// Ends an approval; A goes to X.
struct ApprovalRevoked {
    ApprovalId approval{};
    Text reason{};
    friend bool operator==(const ApprovalRevoked&, const ApprovalRevoked&) = default;
};
BOOST_DESCRIBE_STRUCT(ApprovalRevoked, (), (approval, reason))

/// The firm gives an approval up; A goes to X.
struct ApprovalSurrendered {
    ApprovalId approval{};
    Text reason{};
    friend bool operator==(const ApprovalSurrendered&, const ApprovalSurrendered&) = default;
};
BOOST_DESCRIBE_STRUCT(ApprovalSurrendered, (), (approval, reason))

/// valid_to has passed, says the system; A goes to X.
struct ApprovalExpired {
    ApprovalId approval{};
    Text reason{};
    friend bool operator==(const ApprovalExpired&, const ApprovalExpired&) = default;
};
BOOST_DESCRIBE_STRUCT(ApprovalExpired, (), (approval, reason))

/// X of an expired approval becomes a new approval: X to O, there G = A = qty.
struct QuotaCarriedOver {
    ApprovalId from_approval{};
    ApprovalId to_approval{};
    Period period{};
    Day valid_from{};
    Day valid_to{};
    Quantity qty{};
    friend bool operator==(const QuotaCarriedOver&, const QuotaCarriedOver&) = default;
};
BOOST_DESCRIBE_STRUCT(QuotaCarriedOver, (),
                      (from_approval, to_approval, period, valid_from, valid_to, qty))

/// `condition` is a condition's code, or the text of a text condition.
struct ConditionEvidenced {
    ApprovalId approval{};
    Text condition{};
    Text evidence{};
    friend bool operator==(const ConditionEvidenced&, const ConditionEvidenced&) = default;
};
BOOST_DESCRIBE_STRUCT(ConditionEvidenced, (), (approval, condition, evidence))

struct ConditionBreached {
    ApprovalId approval{};
    Text condition{};
    Text evidence{};
    friend bool operator==(const ConditionBreached&, const ConditionBreached&) = default;
};
BOOST_DESCRIBE_STRUCT(ConditionBreached, (), (approval, condition, evidence))

/// No reservations in `scope`: all, firm:ID, approval:ID, tier:ID, period:ID or batch:ID.
struct ClaimsBlocked {
    Text scope{};
    Text reason{};
    friend bool operator==(const ClaimsBlocked&, const ClaimsBlocked&) = default;
};
BOOST_DESCRIBE_STRUCT(ClaimsBlocked, (), (scope, reason))

struct ClaimsUnblocked {
    Text scope{};
    Text reason{};
    friend bool operator==(const ClaimsUnblocked&, const ClaimsUnblocked&) = default;
};
BOOST_DESCRIBE_STRUCT(ClaimsUnblocked, (), (scope, reason))

/// What the ledger tells a firm at the end of a day: its balances, the version of its last entry
/// and the size of the log, so that a withheld tail shows.
struct StatementIssued {
    FirmId firm{};
    Day day{};
    Amount firm_version{};
    EntryNumber log_size{};
    std::vector<StatedBalance> balances{};
    friend bool operator==(const StatementIssued&, const StatementIssued&) = default;
};
BOOST_DESCRIBE_STRUCT(StatementIssued, (), (firm, day, firm_version, log_size, balances))

}  // namespace chipledger
