#pragma once
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/ids.hpp"
#include "domain/time.hpp"
#include "domain/units.hpp"

// The catalogue (DESIGN §5). Each event is described once, under its wire names: codec, schema
// and page read the description. The order of members is that of the catalogue's data column;
// the first id is the thing the event is about. A trailing underscore is dropped on the wire.
namespace chipledger {

/// Free text of 1 to 2,000 Unicode code points.
struct Text {
    static constexpr std::size_t length_max = 2000;
    std::string value{};
    friend bool operator==(const Text&, const Text&) = default;
};

enum class ClockMode { system, simulated };
BOOST_DESCRIBE_ENUM(ClockMode, system, simulated)

enum class ConfiscationEffect { forfeit, restore };
BOOST_DESCRIBE_ENUM(ConfiscationEffect, forfeit, restore)

enum class CorrectionReason { incorrect_data };
BOOST_DESCRIBE_ENUM(CorrectionReason, incorrect_data)

enum class VoidReason { did_not_occur };
BOOST_DESCRIBE_ENUM(VoidReason, did_not_occur)

enum class ConditionCode { ports, sites, end_use, max_units_per_shipment, max_uses, text };
BOOST_DESCRIBE_ENUM(ConditionCode, ports, sites, end_use, max_units_per_shipment, max_uses, text)

/// A condition of an approval. `allow` goes with ports, sites and end_use; `max` with
/// max_units_per_shipment and max_uses; `text` and perhaps `due` with text.
struct Condition {
    ConditionCode code{};
    std::optional<std::vector<Text>> allow{};
    std::optional<Amount> max{};
    std::optional<Text> text{};
    std::optional<Day> due{};
    friend bool operator==(const Condition&, const Condition&) = default;
};
BOOST_DESCRIBE_STRUCT(Condition, (), (code, allow, max, text, due))

/// What a tier may have in a period.
struct TierCap {
    Tier tier{};
    Amount units{};
    friend bool operator==(const TierCap&, const TierCap&) = default;
};
BOOST_DESCRIBE_STRUCT(TierCap, (), (tier, units))

/// What an inspection found: a number of units, or the units themselves.
using Inspected = std::variant<Amount, Units>;

/// One owner of a T, compared and copied by value: lets an event hold another event.
template <class T>
class Box {
public:
    Box() = default;
    explicit Box(T value) : value_{std::make_unique<T>(std::move(value))} {}
    Box(const Box& other) : value_{other.value_ ? std::make_unique<T>(*other.value_) : nullptr} {}
    Box(Box&&) noexcept = default;
    Box& operator=(Box other) noexcept
    {
        value_ = std::move(other.value_);
        return *this;
    }
    const T* get() const { return value_.get(); }
    const T& operator*() const { return *value_; }
    const T* operator->() const { return value_.get(); }
    explicit operator bool() const { return value_ != nullptr; }
    friend bool operator==(const Box& a, const Box& b)
    {
        return a.value_ && b.value_ ? *a.value_ == *b.value_ : !a.value_ && !b.value_;
    }

private:
    std::unique_ptr<T> value_{};
};

struct Replacement;

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
    friend bool operator==(const PolicyPublished&, const PolicyPublished&) = default;
};
BOOST_DESCRIBE_STRUCT(PolicyPublished, (),
                      (policy_version, period, caps, critical_pct, carry_over_max_pct, confiscation_effect))

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
    friend bool operator==(const ApplicationReviewStarted&, const ApplicationReviewStarted&) = default;
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
                      (approval, application, firm, granted, period, valid_from, valid_to, conditions))

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

/// Units 1 to qty come into the book.
struct BatchRegistered {
    BatchId batch{};
    Sku sku{};
    Quantity qty{};
    std::optional<Text> origin{};
    std::optional<Text> supplier{};
    std::optional<Text> export_licence{};
    friend bool operator==(const BatchRegistered&, const BatchRegistered&) = default;
};
BOOST_DESCRIBE_STRUCT(BatchRegistered, (), (batch, sku, qty, origin, supplier, export_licence))

/// Units `from` and on bear these serials.
struct SerialsRecorded {
    BatchId batch{};
    Quantity from{};
    std::vector<SerialId> serials{};
    friend bool operator==(const SerialsRecorded&, const SerialsRecorded&) = default;
};
BOOST_DESCRIBE_STRUCT(SerialsRecorded, (), (batch, from, serials))

struct BatchTestCertified {
    BatchId batch{};
    Text lab{};
    CertificateId certificate{};
    friend bool operator==(const BatchTestCertified&, const BatchTestCertified&) = default;
};
BOOST_DESCRIBE_STRUCT(BatchTestCertified, (), (batch, lab, certificate))

/// Free units are set aside for an approval: A to R.
struct AllocationReserved {
    ApprovalId approval{};
    Units units{};
    friend bool operator==(const AllocationReserved&, const AllocationReserved&) = default;
};
BOOST_DESCRIBE_STRUCT(AllocationReserved, (), (approval, units))

/// Reserved units become free again: R is given back.
struct AllocationReleased {
    ApprovalId approval{};
    Units units{};
    friend bool operator==(const AllocationReleased&, const AllocationReleased&) = default;
};
BOOST_DESCRIBE_STRUCT(AllocationReleased, (), (approval, units))

/// Drawn units pass to another approval: D to A there, A to D here.
struct AllocationTransferred {
    ApprovalId from_approval{};
    ApprovalId to_approval{};
    Units units{};
    friend bool operator==(const AllocationTransferred&, const AllocationTransferred&) = default;
};
BOOST_DESCRIBE_STRUCT(AllocationTransferred, (), (from_approval, to_approval, units))

/// Reserved units leave under a shipment.
struct ShipmentDispatched {
    ShipmentId shipment{};
    ApprovalId approval{};
    Units units{};
    std::optional<Text> carrier{};
    std::optional<PortId> port{};
    friend bool operator==(const ShipmentDispatched&, const ShipmentDispatched&) = default;
};
BOOST_DESCRIBE_STRUCT(ShipmentDispatched, (), (shipment, approval, units, carrier, port))

struct ShipmentArrived {
    ShipmentId shipment{};
    Units units{};
    std::optional<OfficeId> office{};
    friend bool operator==(const ShipmentArrived&, const ShipmentArrived&) = default;
};
BOOST_DESCRIBE_STRUCT(ShipmentArrived, (), (shipment, units, office))

/// Units in transit are lost: R is given back.
struct ShipmentLost {
    ShipmentId shipment{};
    Units units{};
    std::optional<Text> report{};
    friend bool operator==(const ShipmentLost&, const ShipmentLost&) = default;
};
BOOST_DESCRIBE_STRUCT(ShipmentLost, (), (shipment, units, report))

/// Lost units are in transit again: A to R.
struct ShipmentFound {
    ShipmentId shipment{};
    Units units{};
    std::optional<Text> report{};
    friend bool operator==(const ShipmentFound&, const ShipmentFound&) = default;
};
BOOST_DESCRIBE_STRUCT(ShipmentFound, (), (shipment, units, report))

/// Moves nothing.
struct ShipmentInspected {
    ShipmentId shipment{};
    Inspected pass{};
    Inspected fail{};
    std::optional<Text> findings{};
    friend bool operator==(const ShipmentInspected&, const ShipmentInspected&) = default;
};
BOOST_DESCRIBE_STRUCT(ShipmentInspected, (), (shipment, pass, fail, findings))

struct ShipmentHeld {
    ShipmentId shipment{};
    Units units{};
    Text reason{};
    friend bool operator==(const ShipmentHeld&, const ShipmentHeld&) = default;
};
BOOST_DESCRIBE_STRUCT(ShipmentHeld, (), (shipment, units, reason))

struct ShipmentHoldLifted {
    ShipmentId shipment{};
    Units units{};
    Text reason{};
    friend bool operator==(const ShipmentHoldLifted&, const ShipmentHoldLifted&) = default;
};
BOOST_DESCRIBE_STRUCT(ShipmentHoldLifted, (), (shipment, units, reason))

/// Customs releases arrived units to the firm: R to D, unit by unit.
struct ShipmentCleared {
    ShipmentId shipment{};
    DeclarationId declaration{};
    Units units{};
    friend bool operator==(const ShipmentCleared&, const ShipmentCleared&) = default;
};
BOOST_DESCRIBE_STRUCT(ShipmentCleared, (), (shipment, declaration, units))

struct ShipmentSeized {
    ShipmentId shipment{};
    CaseId case_{};
    Units units{};
    Text reason{};
    friend bool operator==(const ShipmentSeized&, const ShipmentSeized&) = default;
};
BOOST_DESCRIBE_STRUCT(ShipmentSeized, (), (shipment, case_, units, reason))

struct ShipmentSeizureLifted {
    ShipmentId shipment{};
    CaseId case_{};
    Units units{};
    Text reason{};
    friend bool operator==(const ShipmentSeizureLifted&, const ShipmentSeizureLifted&) = default;
};
BOOST_DESCRIBE_STRUCT(ShipmentSeizureLifted, (), (shipment, case_, units, reason))

/// Seized units are lost to the firm: R to X or A, as the policy says.
struct ShipmentConfiscated {
    ShipmentId shipment{};
    CaseId case_{};
    Units units{};
    friend bool operator==(const ShipmentConfiscated&, const ShipmentConfiscated&) = default;
};
BOOST_DESCRIBE_STRUCT(ShipmentConfiscated, (), (shipment, case_, units))

/// Units go back to where they came from: R is given back.
struct ShipmentReturned {
    ShipmentId shipment{};
    Units units{};
    Text reason{};
    friend bool operator==(const ShipmentReturned&, const ShipmentReturned&) = default;
};
BOOST_DESCRIBE_STRUCT(ShipmentReturned, (), (shipment, units, reason))

struct AllocationDelivered {
    ApprovalId approval{};
    SiteId site{};
    Units units{};
    friend bool operator==(const AllocationDelivered&, const AllocationDelivered&) = default;
};
BOOST_DESCRIBE_STRUCT(AllocationDelivered, (), (approval, site, units))

struct AllocationDeployed {
    ApprovalId approval{};
    SiteId site{};
    Units units{};
    std::optional<Text> use{};
    friend bool operator==(const AllocationDeployed&, const AllocationDeployed&) = default;
};
BOOST_DESCRIBE_STRUCT(AllocationDeployed, (), (approval, site, units, use))

struct AllocationUndeployed {
    ApprovalId approval{};
    SiteId site{};
    Units units{};
    std::optional<Text> use{};
    friend bool operator==(const AllocationUndeployed&, const AllocationUndeployed&) = default;
};
BOOST_DESCRIBE_STRUCT(AllocationUndeployed, (), (approval, site, units, use))

struct AllocationRecalled {
    ApprovalId approval{};
    Units units{};
    Text reason{};
    friend bool operator==(const AllocationRecalled&, const AllocationRecalled&) = default;
};
BOOST_DESCRIBE_STRUCT(AllocationRecalled, (), (approval, units, reason))

/// Recalled units are again what they were before.
struct AllocationRecallLifted {
    ApprovalId approval{};
    Units units{};
    Text reason{};
    friend bool operator==(const AllocationRecallLifted&, const AllocationRecallLifted&) = default;
};
BOOST_DESCRIBE_STRUCT(AllocationRecallLifted, (), (approval, units, reason))

struct AllocationDecommissioned {
    ApprovalId approval{};
    Units units{};
    std::optional<Text> method{};
    friend bool operator==(const AllocationDecommissioned&, const AllocationDecommissioned&) = default;
};
BOOST_DESCRIBE_STRUCT(AllocationDecommissioned, (), (approval, units, method))

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

/// The target is read as the replacement from here on.
struct EventCorrected {
    EntryNumber target{};
    CorrectionReason reason{};
    Box<Replacement> replacement{};
    friend bool operator==(const EventCorrected&, const EventCorrected&) = default;
};
BOOST_DESCRIBE_STRUCT(EventCorrected, (), (target, reason, replacement))

/// The target is read as never having been.
struct EventVoided {
    EntryNumber target{};
    VoidReason reason{};
    friend bool operator==(const EventVoided&, const EventVoided&) = default;
};
BOOST_DESCRIBE_STRUCT(EventVoided, (), (target, reason))

/// Every event of the catalogue, in its order.
using EventData = std::variant<
        LedgerOpened, PolicyPublished, FirmRegistered, FirmAmended, TierAssigned,
    ApplicationSubmitted, ApplicationReviewStarted, ApplicationWithdrawn, ApplicationRefused,
    ApprovalGranted, ApprovalAmended, ApprovalSuspended, ApprovalReinstated, ApprovalRevoked,
    ApprovalSurrendered, ApprovalExpired, QuotaCarriedOver, BatchRegistered, SerialsRecorded,
    BatchTestCertified, AllocationReserved, AllocationReleased, AllocationTransferred,
    ShipmentDispatched, ShipmentArrived, ShipmentLost, ShipmentFound, ShipmentInspected,
    ShipmentHeld, ShipmentHoldLifted, ShipmentCleared, ShipmentSeized, ShipmentSeizureLifted,
    ShipmentConfiscated, ShipmentReturned, AllocationDelivered, AllocationDeployed,
    AllocationUndeployed, AllocationRecalled, AllocationRecallLifted, AllocationDecommissioned,
    ConditionEvidenced, ConditionBreached, ClaimsBlocked, ClaimsUnblocked, EventCorrected,
    EventVoided>;

/// What a correction puts in the target's place: an event of the target's type.
struct Replacement {
    EventData data{};
    friend bool operator==(const Replacement&, const Replacement&) = default;
};

/// Who acts. `firm` is set for role firm alone; role system is the ledger itself.
enum class Role { regulator, customs, logistics, firm, auditor, admin, system };
BOOST_DESCRIBE_ENUM(Role, regulator, customs, logistics, firm, auditor, admin, system)

struct Actor {
    std::string principal{};
    Role role{};
    std::optional<FirmId> firm{};
    friend bool operator==(const Actor&, const Actor&) = default;
};
BOOST_DESCRIBE_STRUCT(Actor, (), (principal, role, firm))

/// A paper behind an entry; sha256 in lower-case hexadecimal.
struct Document {
    Text type{};
    Text ref{};
    std::optional<Text> sha256{};
    friend bool operator==(const Document&, const Document&) = default;
};
BOOST_DESCRIBE_STRUCT(Document, (), (type, ref, sha256))

inline constexpr std::size_t documents_max = 32;
inline constexpr std::size_t serials_max = 2000;
inline constexpr std::size_t events_max = 1000;  ///< Events in one atomic list.

/// Something an entry touches, and the how-manieth entry this is for it.
struct Subject {
    std::string kind{};  ///< firm, application, approval, batch, shipment, policy, scope, ledger
    std::string id{};
    std::int64_t version = 0;
    friend bool operator==(const Subject&, const Subject&) = default;
};
BOOST_DESCRIBE_STRUCT(Subject, (), (kind, id, version))

/// An event, proposed or recorded alike. Of a proposal the ledger gives position, id,
/// recorded_at and subjects.
struct Event {
    Position position{};
    std::string id{};  ///< UUID version 7 (RFC 9562)
    Timestamp occurred_at{};
    Time recorded_at{};
    Actor actor{};
    std::vector<Subject> subjects{};
    std::optional<Text> reason{};  ///< A free remark.
    std::vector<Document> documents{};
    EventData data{};
    friend bool operator==(const Event&, const Event&) = default;
};

/// The wire name of the event ("ShipmentCleared").
std::string_view type_name(const EventData& data);
/// All wire names, in the order of the catalogue.
const std::vector<std::string_view>& event_types();

/// The wire name of a role ("customs"), and back.
std::string_view name_of(Role role);
std::optional<Role> role_named(std::string_view name);

}  // namespace chipledger
