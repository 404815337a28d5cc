#pragma once
#include <functional>
#include <vector>

#include "domain/events.hpp"
#include "domain/refusal.hpp"

namespace chipledger {

/// Where recorded events are read from. Either feed may stop with a refusal of its receiver.
struct Entries {
    using Take = std::function<Result<void>(Event&&)>;
    /// Feeds each entry in (after, upto], ascending.
    std::function<Result<void>(Position after, Position upto, const Take&)> range{};
    /// Feeds these entries, ascending.
    std::function<Result<void>(const std::vector<Position>&, const Take&)> some{};
};

}  // namespace chipledger
