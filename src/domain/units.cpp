#include "domain/units.hpp"

#include <algorithm>
#include <numeric>

namespace chipledger {

namespace {
bool before(const UnitRange& a, const UnitRange& b)
{
    return a.batch != b.batch ? a.batch < b.batch : a.from.value < b.from.value;
}
}  // namespace

std::int64_t count(const Units& units)
{
    return std::accumulate(units.begin(), units.end(), std::int64_t{0},
                           [](std::int64_t sum, const UnitRange& r) { return sum + count(r); });
}

Units normalised(Units units)
{
    std::ranges::sort(units, before);
    Units joined;
    for (UnitRange& range : units) {
        if (!joined.empty() && joined.back().batch == range.batch &&
            joined.back().to + 1 == range.from)
            joined.back().to = range.to;
        else
            joined.push_back(std::move(range));
    }
    return joined;
}

std::ptrdiff_t first_conflict(const Units& units)
{
    std::vector<std::size_t> order(units.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](auto a, auto b) { return before(units[a], units[b]); });
    std::ptrdiff_t worst = -1;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const UnitRange& range = units[order[i]];
        const bool reversed = range.from > range.to;
        const bool overlaps = i > 0 && units[order[i - 1]].batch == range.batch &&
                              units[order[i - 1]].to >= range.from;
        if (reversed || overlaps) {
            const auto index = static_cast<std::ptrdiff_t>(
                overlaps ? std::max(order[i], order[i - 1]) : order[i]);
            worst = worst < 0 ? index : std::min(worst, index);
        }
    }
    return worst;
}

}  // namespace chipledger
