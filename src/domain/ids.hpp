#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace chipledger {

/// True for `[A-Za-z0-9][A-Za-z0-9._-]{0,63}` (DESIGN §4): the callers' own numbers of things.
bool is_id(std::string_view text);

/// An id of one kind of thing; ids of two kinds never swap silently. Empty means none.
template <class Tag>
struct Id {
    std::string value{};

    Id() = default;
    explicit Id(std::string text) : value{std::move(text)} {}

    bool empty() const { return value.empty(); }
    friend bool operator==(const Id&, const Id&) = default;
    friend std::strong_ordering operator<=>(const Id&, const Id&) = default;
};

using ApplicationId = Id<struct ApplicationTag>;
using ApprovalId = Id<struct ApprovalTag>;
using BatchId = Id<struct BatchTag>;
using CaseId = Id<struct CaseTag>;
using CertificateId = Id<struct CertificateTag>;
using DeclarationId = Id<struct DeclarationTag>;
using FirmId = Id<struct FirmTag>;
using OfficeId = Id<struct OfficeTag>;
using Period = Id<struct PeriodTag>;
using PortId = Id<struct PortTag>;
using SerialId = Id<struct SerialTag>;
using ShipmentId = Id<struct ShipmentTag>;
using SiteId = Id<struct SiteTag>;
using Sku = Id<struct SkuTag>;
using Tier = Id<struct TierTag>;

/// Place of an entry in the log, from 1 without gaps; 0 is before the first entry.
struct Position {
    std::int64_t number = 0;
    friend auto operator<=>(const Position&, const Position&) = default;
};

/// An integer that the boundary holds within [Min, Max]; inside it is a plain number.
template <std::int64_t Min, std::int64_t Max>
struct Bounded {
    static constexpr std::int64_t min = Min;
    static constexpr std::int64_t max = Max;
    std::int64_t value = Min;

    constexpr Bounded() = default;
    constexpr Bounded(std::int64_t number) : value{number} {}
    constexpr operator std::int64_t() const { return value; }
};

inline constexpr std::int64_t units_max = 10'000'000;
using Quantity = Bounded<1, units_max>;      ///< Units, at least one.
using Amount = Bounded<0, units_max>;        ///< Units, possibly none.
using Percent = Bounded<0, 100>;             ///< Whole per cent.
using Version = Bounded<1, 1'000'000'000>;   ///< Counts from 1.
using EntryNumber = Bounded<1, 9'007'199'254'740'991>;  ///< A Position on the wire.

}  // namespace chipledger
