#pragma once
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/batch_events.hpp"
#include "domain/entitlement_events.hpp"
#include "domain/shipment_events.hpp"

// The catalogue (DESIGN §5). Each event is described once, under its wire names: codec, schema
// and page read the description. The order of members is that of the catalogue's data column;
// the first id is the thing the event is about. A trailing underscore is dropped on the wire.
namespace chipledger {

struct Replacement;

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
    EventVoided, StatementIssued>;

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
    std::optional<Actor> confirmed_by{};  ///< The second principal, under dual control.
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
