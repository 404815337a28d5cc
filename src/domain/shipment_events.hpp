#pragma once
#include "domain/event_parts.hpp"

// What happens to units between dispatch and clearance.
namespace chipledger {

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

}  // namespace chipledger
