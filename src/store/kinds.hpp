#pragma once
// Inside src/store alone: the column event.kinds (migration 0013).
#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "domain/refusal.hpp"

namespace chipledger {

/// The bit of a kind of subject; the order is the migration's.
inline std::int16_t bit_of_kind(std::string_view kind)
{
    constexpr std::array<std::string_view, 8> kinds{"firm",     "application", "approval", "batch",
                                                    "shipment", "policy",      "scope",    "ledger"};
    const auto found = std::ranges::find(kinds, kind);
    ensure(found != kinds.end(), "every kind of subject has its bit");
    return static_cast<std::int16_t>(1 << (found - kinds.begin()));
}

}  // namespace chipledger
