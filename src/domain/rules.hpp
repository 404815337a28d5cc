#pragma once
#include "domain/guards.hpp"

// One ladder of guards and one effect for each event; the rulebook's doors visit them.
namespace chipledger {

Result<void> admit(const State& state, const Event& event, const LedgerOpened& data);
Result<void> admit(const State& state, const Event& event, const PolicyPublished& data);
Result<void> admit(const State& state, const Event& event, const FirmRegistered& data);
Result<void> admit(const State& state, const Event& event, const FirmAmended& data);
Result<void> admit(const State& state, const Event& event, const TierAssigned& data);
Result<void> admit(const State& state, const Event& event, const ApplicationSubmitted& data);
Result<void> admit(const State& state, const Event& event, const ApplicationReviewStarted& data);
Result<void> admit(const State& state, const Event& event, const ApplicationWithdrawn& data);
Result<void> admit(const State& state, const Event& event, const ApplicationRefused& data);
Result<void> admit(const State& state, const Event& event, const ApprovalGranted& data);
Result<void> admit(const State& state, const Event& event, const ApprovalAmended& data);
Result<void> admit(const State& state, const Event& event, const ApprovalSuspended& data);
Result<void> admit(const State& state, const Event& event, const ApprovalReinstated& data);
Result<void> admit(const State& state, const Event& event, const ApprovalRevoked& data);
Result<void> admit(const State& state, const Event& event, const ApprovalSurrendered& data);
Result<void> admit(const State& state, const Event& event, const ApprovalExpired& data);
Result<void> admit(const State& state, const Event& event, const QuotaCarriedOver& data);
Result<void> admit(const State& state, const Event& event, const BatchRegistered& data);
Result<void> admit(const State& state, const Event& event, const SerialsRecorded& data);
Result<void> admit(const State& state, const Event& event, const BatchTestCertified& data);
Result<void> admit(const State& state, const Event& event, const AllocationReserved& data);
Result<void> admit(const State& state, const Event& event, const AllocationReleased& data);
Result<void> admit(const State& state, const Event& event, const AllocationTransferred& data);
Result<void> admit(const State& state, const Event& event, const ShipmentDispatched& data);
Result<void> admit(const State& state, const Event& event, const ShipmentArrived& data);
Result<void> admit(const State& state, const Event& event, const ShipmentLost& data);
Result<void> admit(const State& state, const Event& event, const ShipmentFound& data);
Result<void> admit(const State& state, const Event& event, const ShipmentInspected& data);
Result<void> admit(const State& state, const Event& event, const ShipmentHeld& data);
Result<void> admit(const State& state, const Event& event, const ShipmentHoldLifted& data);
Result<void> admit(const State& state, const Event& event, const ShipmentCleared& data);
Result<void> admit(const State& state, const Event& event, const ShipmentSeized& data);
Result<void> admit(const State& state, const Event& event, const ShipmentSeizureLifted& data);
Result<void> admit(const State& state, const Event& event, const ShipmentConfiscated& data);
Result<void> admit(const State& state, const Event& event, const ShipmentReturned& data);
Result<void> admit(const State& state, const Event& event, const AllocationDelivered& data);
Result<void> admit(const State& state, const Event& event, const AllocationDeployed& data);
Result<void> admit(const State& state, const Event& event, const AllocationUndeployed& data);
Result<void> admit(const State& state, const Event& event, const AllocationRecalled& data);
Result<void> admit(const State& state, const Event& event, const AllocationRecallLifted& data);
Result<void> admit(const State& state, const Event& event, const AllocationDecommissioned& data);
Result<void> admit(const State& state, const Event& event, const ConditionEvidenced& data);
Result<void> admit(const State& state, const Event& event, const ConditionBreached& data);
Result<void> admit(const State& state, const Event& event, const ClaimsBlocked& data);
Result<void> admit(const State& state, const Event& event, const ClaimsUnblocked& data);

void apply(State& state, const Event& event, const LedgerOpened& data);
void apply(State& state, const Event& event, const PolicyPublished& data);
void apply(State& state, const Event& event, const FirmRegistered& data);
void apply(State& state, const Event& event, const FirmAmended& data);
void apply(State& state, const Event& event, const TierAssigned& data);
void apply(State& state, const Event& event, const ApplicationSubmitted& data);
void apply(State& state, const Event& event, const ApplicationReviewStarted& data);
void apply(State& state, const Event& event, const ApplicationWithdrawn& data);
void apply(State& state, const Event& event, const ApplicationRefused& data);
void apply(State& state, const Event& event, const ApprovalGranted& data);
void apply(State& state, const Event& event, const ApprovalAmended& data);
void apply(State& state, const Event& event, const ApprovalSuspended& data);
void apply(State& state, const Event& event, const ApprovalReinstated& data);
void apply(State& state, const Event& event, const ApprovalRevoked& data);
void apply(State& state, const Event& event, const ApprovalSurrendered& data);
void apply(State& state, const Event& event, const ApprovalExpired& data);
void apply(State& state, const Event& event, const QuotaCarriedOver& data);
void apply(State& state, const Event& event, const BatchRegistered& data);
void apply(State& state, const Event& event, const SerialsRecorded& data);
void apply(State& state, const Event& event, const BatchTestCertified& data);
void apply(State& state, const Event& event, const AllocationReserved& data);
void apply(State& state, const Event& event, const AllocationReleased& data);
void apply(State& state, const Event& event, const AllocationTransferred& data);
void apply(State& state, const Event& event, const ShipmentDispatched& data);
void apply(State& state, const Event& event, const ShipmentArrived& data);
void apply(State& state, const Event& event, const ShipmentLost& data);
void apply(State& state, const Event& event, const ShipmentFound& data);
void apply(State& state, const Event& event, const ShipmentInspected& data);
void apply(State& state, const Event& event, const ShipmentHeld& data);
void apply(State& state, const Event& event, const ShipmentHoldLifted& data);
void apply(State& state, const Event& event, const ShipmentCleared& data);
void apply(State& state, const Event& event, const ShipmentSeized& data);
void apply(State& state, const Event& event, const ShipmentSeizureLifted& data);
void apply(State& state, const Event& event, const ShipmentConfiscated& data);
void apply(State& state, const Event& event, const ShipmentReturned& data);
void apply(State& state, const Event& event, const AllocationDelivered& data);
void apply(State& state, const Event& event, const AllocationDeployed& data);
void apply(State& state, const Event& event, const AllocationUndeployed& data);
void apply(State& state, const Event& event, const AllocationRecalled& data);
void apply(State& state, const Event& event, const AllocationRecallLifted& data);
void apply(State& state, const Event& event, const AllocationDecommissioned& data);
void apply(State& state, const Event& event, const ConditionEvidenced& data);
void apply(State& state, const Event& event, const ConditionBreached& data);
void apply(State& state, const Event& event, const ClaimsBlocked& data);
void apply(State& state, const Event& event, const ClaimsUnblocked& data);

}  // namespace chipledger
