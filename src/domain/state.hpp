#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/custody.hpp"
#include "domain/events.hpp"
#include "domain/persistent_map.hpp"
#include "domain/refusal.hpp"

namespace chipledger {

/// Balance buckets of an approval: granted = the sum of the other five, all ≥ 0 (I1).
struct Balance {
    std::int64_t granted = 0;
    std::int64_t available = 0;
    std::int64_t reserved = 0;
    std::int64_t drawn = 0;
    std::int64_t forfeited = 0;
    std::int64_t carried_out = 0;
    friend bool operator==(const Balance&, const Balance&) = default;
};
BOOST_DESCRIBE_STRUCT(Balance, (), (granted, available, reserved, drawn, forfeited, carried_out))

Balance operator+(const Balance& a, const Balance& b);

enum class ApprovalStatus { in_force, suspended, revoked, surrendered, expired };
BOOST_DESCRIBE_ENUM(ApprovalStatus, in_force, suspended, revoked, surrendered, expired)

enum class ApplicationStatus { submitted, under_review, withdrawn, refused, granted };
BOOST_DESCRIBE_ENUM(ApplicationStatus, submitted, under_review, withdrawn, refused, granted)

struct Policy {
    PolicyPublished published{};
    Position entry{};
};

/// A firm's units after an entry, for charts.
struct TimelinePoint {
    Timestamp occurred_at{};
    Time recorded_at{};
    UnitCounts units{};
};

struct Firm {
    Text name{};
    Tier tier{};
    std::optional<Text> sector{};
    Position registered{};  ///< The entry.
    std::vector<ApprovalId> approvals{};
    std::vector<ApplicationId> applications{};
    UnitCounts units{};  ///< Of the units that name an approval of the firm.
    PersistentMap<std::int64_t, TimelinePoint> timeline{};  ///< By position, where units moved.
};

struct Application {
    FirmId firm{};
    Sku sku{};
    std::int64_t qty = 0;
    Text end_use{};
    ApplicationStatus status{};
    Timestamp submitted_at{};
    ApprovalId approval{};  ///< Once granted.
};

struct StatusChange {
    Time occurred_at{};
    ApprovalStatus status{};
    Position entry{};
};

/// What was shown for, or against, a condition.
struct Evidence {
    Text condition{};
    Text evidence{};
    bool breach = false;
    Position entry{};
};

struct Approval {
    FirmId firm{};
    ApplicationId application{};
    Sku sku{};
    Text end_use{};
    Period period{};
    Day valid_from{};
    Day valid_to{};
    std::vector<Condition> conditions{};
    Balance balance{};
    UnitCounts units{};  ///< Of the units that name this approval; reserved() = R, drawn() = D.
    std::vector<StatusChange> statuses{};  ///< In the order of the log.
    std::vector<Evidence> evidence{};
    ApprovalId carried_from{};
    PersistentMap<DeclarationId, Position> uses{};        ///< Declarations cleared (max_uses).
    PersistentMap<std::int64_t, Balance> movements{};     ///< What each entry added to the balance.

    ApprovalStatus status() const { return statuses.back().status; }
    /// The status at an instant, as the ledger knows it now: the latest word on it counts.
    ApprovalStatus status_at(Time occurred_at) const;
    bool ended() const { return status() > ApprovalStatus::suspended; }
};

struct Batch {
    Sku sku{};
    std::int64_t qty = 0;
    std::optional<Text> origin{};
    std::optional<Text> supplier{};
    std::optional<Text> export_licence{};
    std::optional<CertificateId> certificate{};
    Position registered{};  ///< The entry.
    UnitCounts units{};
    std::int64_t unallocated = 0;  ///< Registered and not set aside for an approval.
    Custody custody{};
    PersistentMap<std::int64_t, SerialId> serials{};
};

struct Shipment {
    ApprovalId approval{};
    std::optional<Text> carrier{};
    std::optional<PortId> port{};
    std::optional<OfficeId> office{};
    Timestamp dispatched_at{};
    std::int64_t dispatched = 0;  ///< Units, over all dispatches.
    UnitCounts units{};
    std::vector<BatchId> batches{};
    std::vector<CaseId> cases{};

    /// Something is still to be done with a unit of it.
    bool open() const { return units.sum(UnitState::in_transit, UnitState::seized) > 0; }
};

struct UnitRef {
    BatchId batch{};
    std::int64_t number = 0;
};

struct SubjectKey {
    std::string kind{};
    std::string id{};
    friend auto operator<=>(const SubjectKey&, const SubjectKey&) = default;
};

struct Expiry {
    Day valid_to{};
    ApprovalId approval{};
    friend auto operator<=>(const Expiry&, const Expiry&) = default;
};

/// The ledger as of an entry. A value: a copy costs little and is nobody's business.
struct State {
    std::string origin{};
    UtcOffset utc_offset{};
    ClockMode clock{};
    Position position{};
    Time recorded_at{};
    Time occurred_latest{};  ///< The latest occurred_at of all entries.
    Day stated{};  ///< The last day that statements were issued for.

    PersistentMap<Period, Policy> policies{};
    PersistentMap<FirmId, Firm> firms{};
    PersistentMap<ApplicationId, Application> applications{};
    PersistentMap<ApprovalId, Approval> approvals{};
    PersistentMap<BatchId, Batch> batches{};
    PersistentMap<ShipmentId, Shipment> shipments{};
    PersistentMap<SerialId, UnitRef> serials{};
    PersistentMap<std::string, Position> blocks{};       ///< By scope.
    PersistentMap<Expiry, Position> expiries{};          ///< Approvals that have not ended.
    PersistentMap<SubjectKey, std::int64_t> versions{};  ///< Entries so far, by subject.

    Day day_of(Time time) const { return chipledger::day_of(time, utc_offset); }
    std::int64_t version_of(const std::string& kind, const std::string& id) const;
};

/// What a statement of this day would say now.
StatementIssued statement_of(const State& state, const FirmId& firm, Day day);
/// Units in R + D of a firm in a period (DESIGN §5, exposure).
std::int64_t exposure(const State& state, const FirmId& firm, const Period& period);
/// What the firm's tier may have in a period under its latest policy; none without a policy, 0
/// for a tier that the policy does not name.
std::optional<std::int64_t> cap(const State& state, const FirmId& firm, const Period& period);
/// A block that covers the approval, if any.
std::optional<Position> blocked(const State& state, const ApprovalId& id);
/// 100·(R+D) ≥ critical_pct·G under the period's latest policy.
bool critical(const State& state, const Approval& approval);
/// revoked, expired, surrendered, suspended, blocked, exhausted, critical or open, in that order.
std::string_view status_name(const State& state, const ApprovalId& id);

}  // namespace chipledger
