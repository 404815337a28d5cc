#include "domain/events.hpp"

namespace chipledger {

const std::vector<std::string_view>& event_types()
{
    static const std::vector<std::string_view> names{
        "LedgerOpened", "PolicyPublished", "FirmRegistered", "FirmAmended",
        "TierAssigned", "ApplicationSubmitted", "ApplicationReviewStarted",
        "ApplicationWithdrawn", "ApplicationRefused", "ApprovalGranted",
        "ApprovalAmended", "ApprovalSuspended", "ApprovalReinstated", "ApprovalRevoked",
        "ApprovalSurrendered", "ApprovalExpired", "QuotaCarriedOver", "BatchRegistered",
        "SerialsRecorded", "BatchTestCertified", "AllocationReserved",
        "AllocationReleased", "AllocationTransferred", "ShipmentDispatched",
        "ShipmentArrived", "ShipmentLost", "ShipmentFound", "ShipmentInspected",
        "ShipmentHeld", "ShipmentHoldLifted", "ShipmentCleared", "ShipmentSeized",
        "ShipmentSeizureLifted", "ShipmentConfiscated", "ShipmentReturned",
        "AllocationDelivered", "AllocationDeployed", "AllocationUndeployed",
        "AllocationRecalled", "AllocationRecallLifted", "AllocationDecommissioned",
        "ConditionEvidenced", "ConditionBreached", "ClaimsBlocked", "ClaimsUnblocked",
        "EventCorrected", "EventVoided", "StatementIssued"};
    static_assert(std::variant_size_v<EventData> == 48, "a name for each event");
    return names;
}

std::string_view type_name(const EventData& data) { return event_types()[data.index()]; }

std::string_view name_of(Role role) { return boost::describe::enum_to_string(role, ""); }

std::optional<Role> role_named(std::string_view name)
{
    Role role{};
    if (boost::describe::enum_from_string(std::string{name}.c_str(), role)) return role;
    return {};
}

}  // namespace chipledger
