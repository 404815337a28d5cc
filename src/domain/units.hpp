#pragma once
#include <boost/describe.hpp>
#include <cstdint>
#include <vector>

#include "domain/ids.hpp"

namespace chipledger {

/// Units `from` to `to` of a batch, both included; units of a batch are 1 to its qty.
struct UnitRange {
    BatchId batch{};
    Quantity from{};
    Quantity to{};
    friend bool operator==(const UnitRange&, const UnitRange&) = default;
};
BOOST_DESCRIBE_STRUCT(UnitRange, (), (batch, from, to))

using Units = std::vector<UnitRange>;

inline constexpr std::size_t ranges_max = 1000;  ///< Ranges in one event.

inline std::int64_t count(const UnitRange& range) { return range.to - range.from + 1; }
std::int64_t count(const Units& units);

/// Sorted by batch and first unit, neighbours joined.
Units normalised(Units units);

/// Index of the first range that is reversed or overlaps another, or -1.
std::ptrdiff_t first_conflict(const Units& units);

/// A client's `{"batch","count"}`: the ledger picks the lowest eligible units (DESIGN §2.3).
struct Wanted {
    BatchId batch{};
    std::int64_t count = 0;
    friend bool operator==(const Wanted&, const Wanted&) = default;
};

}  // namespace chipledger
