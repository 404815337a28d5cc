#pragma once
#include "domain/event_parts.hpp"

// Batches, and what firms and the regulator do with their units outside shipments.
namespace chipledger {

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
    friend bool operator==(const AllocationDecommissioned&,
                           const AllocationDecommissioned&) = default;
};
BOOST_DESCRIBE_STRUCT(AllocationDecommissioned, (), (approval, units, method))

}  // namespace chipledger
