// The catalogue's "who".
#include <algorithm>
#include <map>

#include "domain/rulebook.hpp"

namespace chipledger {

namespace {

using enum Role;

const std::map<std::string_view, std::vector<Role>>& who()
{
    static const std::map<std::string_view, std::vector<Role>> table{
        {"LedgerOpened", {Role::system}},
        {"PolicyPublished", {regulator}},
        {"FirmRegistered", {regulator}},
        {"FirmAmended", {regulator}},
        {"TierAssigned", {regulator}},
        {"ApplicationSubmitted", {firm, regulator}},
        {"ApplicationReviewStarted", {regulator}},
        {"ApplicationWithdrawn", {firm}},
        {"ApplicationRefused", {regulator}},
        {"ApprovalGranted", {regulator}},
        {"ApprovalAmended", {regulator}},
        {"ApprovalSuspended", {regulator}},
        {"ApprovalReinstated", {regulator}},
        {"ApprovalRevoked", {regulator}},
        {"ApprovalSurrendered", {firm}},
        {"ApprovalExpired", {Role::system}},
        {"StatementIssued", {Role::system}},
        {"QuotaCarriedOver", {regulator}},
        {"BatchRegistered", {logistics}},
        {"SerialsRecorded", {logistics}},
        {"BatchTestCertified", {logistics}},
        {"AllocationReserved", {regulator}},
        {"AllocationReleased", {regulator}},
        {"AllocationTransferred", {regulator}},
        {"ShipmentDispatched", {logistics}},
        {"ShipmentArrived", {customs}},
        {"ShipmentLost", {customs, logistics}},
        {"ShipmentFound", {customs, logistics}},
        {"ShipmentInspected", {customs}},
        {"ShipmentHeld", {customs}},
        {"ShipmentHoldLifted", {customs}},
        {"ShipmentCleared", {customs}},
        {"ShipmentSeized", {customs}},
        {"ShipmentSeizureLifted", {customs}},
        {"ShipmentConfiscated", {customs}},
        {"ShipmentReturned", {customs}},
        {"AllocationDelivered", {firm}},
        {"AllocationDeployed", {firm}},
        {"AllocationUndeployed", {firm}},
        {"AllocationRecalled", {regulator}},
        {"AllocationRecallLifted", {regulator}},
        {"AllocationDecommissioned", {firm}},
        {"ConditionEvidenced", {firm}},
        {"ConditionBreached", {regulator}},
        {"ClaimsBlocked", {regulator}},
        {"ClaimsUnblocked", {regulator}},
        // Of these the ledger asks again, for the type of the target.
        {"EventCorrected", {regulator, customs, logistics, firm}},
        {"EventVoided", {regulator, customs, logistics, firm}},
    };
    return table;
}

}  // namespace

std::vector<Role> roles_of(std::string_view type) { return who().at(type); }

Result<void> permitted(const Actor& actor, const EventData& data)
{
    const std::vector<Role>& roles = who().at(type_name(data));
    if (std::ranges::find(roles, actor.role) == roles.end()) {
        std::string names;
        for (const Role role : roles)
            names += (names.empty() ? "" : " or ") +
                     std::string{boost::describe::enum_to_string(role, "")};
        return Refusal{Code::forbidden_role, "/type",
                       std::string{type_name(data)} + " is for " + names + "."};
    }
    const auto* submitted = std::get_if<ApplicationSubmitted>(&data);
    if (submitted && actor.role == Role::firm && actor.firm != submitted->firm)
        return Refusal{Code::forbidden_role, "/data/firm", "A firm applies for itself alone."};
    return {};
}

}  // namespace chipledger
