#pragma once
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "domain/custody.hpp"
#include "domain/events.hpp"
#include "domain/shared.hpp"
#include "domain/things.hpp"
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
Balance operator-(const Balance& a, const Balance& b);

/// The same as it is kept, in half the room: no bucket of one approval is above units_max.
struct KeptBalance {
    std::int32_t granted = 0;
    std::int32_t available = 0;
    std::int32_t reserved = 0;
    std::int32_t drawn = 0;
    std::int32_t forfeited = 0;
    std::int32_t carried_out = 0;

    KeptBalance() = default;
    KeptBalance(const Balance& balance);
    operator Balance() const;
    friend bool operator==(const KeptBalance&, const KeptBalance&) = default;
};
BOOST_DESCRIBE_STRUCT(KeptBalance, (),
                      (granted, available, reserved, drawn, forfeited, carried_out))

enum class ApprovalStatus { in_force, suspended, revoked, surrendered, expired };
BOOST_DESCRIBE_ENUM(ApprovalStatus, in_force, suspended, revoked, surrendered, expired)

enum class ApplicationStatus { submitted, under_review, withdrawn, refused, granted };
BOOST_DESCRIBE_ENUM(ApplicationStatus, submitted, under_review, withdrawn, refused, granted)

struct Policy {
    PolicyPublished published{};
    Position entry{};
    friend bool operator==(const Policy&, const Policy&) = default;
};
BOOST_DESCRIBE_STRUCT(Policy, (), (published, entry))

struct Firm {
    Text name{};
    Tier tier{};
    std::optional<Text> sector{};
    Position registered{};  ///< The entry.
    friend bool operator==(const Firm&, const Firm&) = default;
};
BOOST_DESCRIBE_STRUCT(Firm, (), (name, tier, sector, registered))

struct Application {
    FirmId firm{};
    Sku sku{};
    std::int64_t qty = 0;
    Text end_use{};
    ApplicationStatus status{};
    Timestamp submitted_at{};
    ApprovalId approval{};  ///< Once granted.
    friend bool operator==(const Application&, const Application&) = default;
};
BOOST_DESCRIBE_STRUCT(Application, (), (firm, sku, qty, end_use, status, submitted_at, approval))

struct StatusChange {
    Time occurred_at{};
    ApprovalStatus status{};
    Position entry{};
    friend bool operator==(const StatusChange&, const StatusChange&) = default;
};
BOOST_DESCRIBE_STRUCT(StatusChange, (), (occurred_at, status, entry))

/// What was shown for, or against, a condition.
struct Evidence {
    Text condition{};
    Text evidence{};
    bool breach = false;
    Position entry{};
    friend bool operator==(const Evidence&, const Evidence&) = default;
};
BOOST_DESCRIBE_STRUCT(Evidence, (), (condition, evidence, breach, entry))

/// What changes seldom about an approval.
struct ApprovalTerms {
    FirmId firm{};
    ApplicationId application{};
    Sku sku{};
    Text end_use{};
    Period period{};
    Day valid_from{};
    Day valid_to{};
    std::vector<Condition> conditions{};
    std::vector<StatusChange> statuses{};  ///< In the order of the log.
    std::vector<Evidence> evidence{};
    ApprovalId carried_from{};
    friend bool operator==(const ApprovalTerms&, const ApprovalTerms&) = default;
};
BOOST_DESCRIBE_STRUCT(ApprovalTerms, (), (firm, application, sku, end_use, period, valid_from,
                              valid_to, conditions, statuses, evidence, carried_from))

struct Approval {
    Shared<ApprovalTerms> terms{};
    KeptBalance balance{};
    UnitCounts units{};     ///< Of the units that name this approval; reserved() = R, drawn() = D.
    std::int32_t uses = 0;  ///< Declarations cleared (max_uses).

    ApprovalStatus status() const { return terms->statuses.back().status; }
    /// The status at an instant, as the ledger knows it now: the latest word on it counts.
    ApprovalStatus status_at(Time occurred_at) const;
    bool ended() const { return status() > ApprovalStatus::suspended; }
    friend bool operator==(const Approval&, const Approval&) = default;
};
BOOST_DESCRIBE_STRUCT(Approval, (), (terms, balance, units, uses))

struct Batch {
    Sku sku{};
    std::int64_t qty = 0;
    std::optional<Text> origin{};
    std::optional<Text> supplier{};
    std::optional<Text> export_licence{};
    std::optional<CertificateId> certificate{};
    Position registered{};  ///< The entry.
    PersistentMap<std::int64_t, std::vector<SerialId>> serials{};  ///< By the first unit of each list.

    /// The serial of a unit, or null.
    const SerialId* serial_of(std::int64_t unit) const;
    friend bool operator==(const Batch&, const Batch&) = default;
};
BOOST_DESCRIBE_STRUCT(Batch, (), (sku, qty, origin, supplier, export_licence, certificate,
                              registered, serials))

/// What changes seldom about a shipment.
struct ShipmentTerms {
    ApprovalId approval{};
    std::optional<Text> carrier{};
    std::optional<PortId> port{};
    Timestamp dispatched_at{};
    std::vector<BatchId> batches{};
    std::vector<CaseId> cases{};
    friend bool operator==(const ShipmentTerms&, const ShipmentTerms&) = default;
};
BOOST_DESCRIBE_STRUCT(ShipmentTerms, (), (approval, carrier, port, dispatched_at, batches, cases))

struct Shipment {
    Shared<ShipmentTerms> terms{};
    Shared<std::optional<OfficeId>> office{};  ///< Where it arrived last.
    std::int64_t dispatched = 0;  ///< Units, over all dispatches.
    UnitCounts units{};

    /// Something is still to be done with a unit of it.
    bool open() const { return units.sum(UnitState::in_transit, UnitState::seized) > 0; }
    friend bool operator==(const Shipment&, const Shipment&) = default;
};
BOOST_DESCRIBE_STRUCT(Shipment, (), (terms, office, dispatched, units))

struct UnitRef {
    BatchId batch{};
    std::int64_t number = 0;
    friend bool operator==(const UnitRef&, const UnitRef&) = default;
};
BOOST_DESCRIBE_STRUCT(UnitRef, (), (batch, number))

struct SubjectKey {
    std::string kind{};
    std::string id{};
    friend bool operator==(const SubjectKey&, const SubjectKey&) = default;
    friend auto operator<=>(const SubjectKey& a, const SubjectKey& b)
    {
        return std::tie(a.id, a.kind) <=> std::tie(b.id, b.kind);  // Ids tell apart sooner.
    }
};
BOOST_DESCRIBE_STRUCT(SubjectKey, (), (kind, id))

struct Expiry {
    Day valid_to{};
    ApprovalId approval{};
    friend auto operator<=>(const Expiry&, const Expiry&) = default;
};
BOOST_DESCRIBE_STRUCT(Expiry, (), (valid_to, approval))

/// An approval of a firm.
struct FirmApproval {
    FirmId firm{};
    ApprovalId approval{};
    friend auto operator<=>(const FirmApproval&, const FirmApproval&) = default;
};
BOOST_DESCRIBE_STRUCT(FirmApproval, (), (firm, approval))

struct FirmPeriod {
    FirmId firm{};
    Period period{};
    friend auto operator<=>(const FirmPeriod&, const FirmPeriod&) = default;
};
BOOST_DESCRIBE_STRUCT(FirmPeriod, (), (firm, period))

/// What a cap limits, over a firm's approvals in a period.
struct Exposure {
    std::int64_t exposed = 0;   ///< R + D
    std::int64_t promised = 0;  ///< G - X
    friend bool operator==(const Exposure&, const Exposure&) = default;
};
BOOST_DESCRIBE_STRUCT(Exposure, (), (exposed, promised))

/// A declaration cleared under an approval.
struct Use {
    ApprovalId approval{};
    DeclarationId declaration{};
    friend auto operator<=>(const Use&, const Use&) = default;
};
BOOST_DESCRIBE_STRUCT(Use, (), (approval, declaration))

/// That there is one, and nothing more to say of it.
struct There {
    friend bool operator==(const There&, const There&) = default;
};
BOOST_DESCRIBE_STRUCT(There, (), ())

/// How a corrected or voided entry is read.
struct Reading {
    std::shared_ptr<const EventData> data{};  ///< Null: as never having been.
    Position by{};                            ///< The correction.
    friend bool operator==(const Reading&, const Reading&) = default;
};
BOOST_DESCRIBE_STRUCT(Reading, (), (data, by))

/// The key of what there is one of.
struct Sole {
    friend auto operator<=>(const Sole&, const Sole&) = default;
};
BOOST_DESCRIBE_STRUCT(Sole, (), ())

/// The times of an entry.
struct Instants {
    Time recorded_at{};
    Time occurred_at{};
    friend bool operator==(const Instants&, const Instants&) = default;
};
BOOST_DESCRIBE_STRUCT(Instants, (), (recorded_at, occurred_at))

/// The ledger as of an entry. A value: a copy costs little and is nobody's business. What is
/// settled may be seen as it was at any earlier entry, at no cost either.
struct State {
    std::string origin{};
    UtcOffset utc_offset{};
    ClockMode clock{};
    Position position{};
    Time recorded_at{};

    Things<Period, Policy> policies{};
    Things<FirmId, Firm> firms{};
    Things<ApplicationId, Application> applications{};
    Things<ApprovalId, Approval> approvals{};
    Things<FirmApproval, There> approvals_of{};
    Things<FirmPeriod, Exposure> exposures{};
    Things<Use, Position> uses{};
    Things<BatchId, Batch> batches{};
    Things<BatchId, Move> moves{};  ///< Each version is what an entry moved.
    Things<ShipmentId, Shipment> shipments{};
    Things<SerialId, UnitRef> serials{};
    Things<std::string, Position> blocks{};      ///< By scope.
    Things<Position, Reading> readings{};        ///< By the entry that is read otherwise.
    Things<SubjectKey, There> subjects{};        ///< Each version is an entry that touched it.
    Things<BatchId, std::int64_t> unallocated{}; ///< Units registered and set aside for nobody.
    Things<Sole, Instants> instants{};
    Things<Sole, Day> stated{};                  ///< The last day that statements were issued for.

    // Where the log ends, for those who go on from there; standing elsewhere, they are empty.
    PersistentMap<BatchId, Custody> custodies{};
    PersistentMap<Expiry, There> expiries{};  ///< Approvals that have not ended.

    Day day_of(Time time) const { return chipledger::day_of(time, utc_offset); }
    std::int64_t version_of(const std::string& kind, const std::string& id) const;
    /// Custody of a batch that is there; painted anew from its moves where it is not at hand.
    Custody custody_of(const BatchId& id) const;
    Day last_stated() const;

    /// The same ledger as it was at entry `upto`, as it was known at entry `known` (not before
    /// it). Nothing may have been changed here that is not settled.
    State seen_from(Position known, Position upto) const;
    /// Makes what was changed here part of what every copy can see. Only who writes the log may.
    void settle();
    /// Goes on over what has been settled since by `earlier`, which this came from.
    void go_on_from(const State& earlier);
    /// Nobody else looks yet: what is changed is settled at once, until settle() ends this.
    void be_alone();
    /// Others look from here on.
    void be_seen();
};

/// Every kind of things of a State.
template <class AState>
auto kinds(AState& s)
{
    return std::tie(s.policies, s.firms, s.applications, s.approvals, s.approvals_of, s.exposures,
                    s.uses, s.batches, s.moves, s.shipments, s.serials, s.blocks, s.unallocated,
                    s.readings, s.subjects, s.instants, s.stated);
}

/// Calls `visit` with each kind of things.
template <class AState, class Visit>
void each_kind(AState& state, Visit&& visit)
{
    std::apply([&](auto&... kind) { (visit(kind), ...); }, kinds(state));
}

/// The times of an entry up to here.
Instants instants_of(const State& state, Position entry);
/// Approvals of a firm, ascending.
std::vector<ApprovalId> approvals_of(const State& state, const FirmId& firm);
/// Units that name an approval of the firm.
UnitCounts units_of(const State& state, const FirmId& firm);

/// A statement says no more balances, so that its entry keeps within DESIGN §4: the next of them are
/// said by another one.
inline constexpr std::size_t stated_max = 200;
/// What a statement of this day would say now, of the firm's approvals from the `first` on.
StatementIssued statement_of(const State& state, const FirmId& firm, Day day,
                             std::size_t first = 0, std::size_t most = stated_max);
/// Whether it says what the state has, leaving nothing out between its first and its last balance.
bool is_true(const StatementIssued& statement, const State& state);
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
