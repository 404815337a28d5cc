#include "ledger/holding_counts.hpp"

namespace chipledger
{

namespace
{

std::array<std::string, 4> key_of(const Holding& held)
{
    return {std::string{name_of(held.state)}, held.approval.value, held.shipment.value,
            held.site.value};
}

void add(HoldingCounts& counts, const Holding& held, std::int64_t units)
{
    const auto at = counts.try_emplace(key_of(held)).first;
    at->second += units;
    if (at->second == 0) counts.erase(at);
}

}  // namespace

HoldingCounts count_holdings(const Custody& custody)
{
    HoldingCounts counts;
    const Holding* before = nullptr;
    std::int64_t* count = nullptr;
    for (const auto& run : custody.runs()) {
        const Holding& held = run.value.holding;
        // A batch of thousands of runs has few holders, one beside itself.
        if (!before || !(*before == held)) count = &counts[key_of(held)];
        *count += run.value.to - run.key + 1;
        before = &held;
    }
    return counts;
}

// What has moved is done once more to the custody as it was.
void KeptCounts::go_on(Kept& kept, const State& state, const BatchId& id)
{
    const auto moved = [&](const Holding& from, const Holding& to, std::int64_t units) {
        add(kept.counts, from, -units);
        add(kept.counts, to, units);
    };
    const auto paint_one = [&](std::int64_t entry, const Move* move) {
        if (move) paint(kept.custody, *move, {entry}, moved);
    };
    state.moves.history(id, paint_one, kept.position.number);
}

HoldingCounts KeptCounts::of(const State& state, const BatchId& id)
{
    const Custody now = state.custody_of(id);
    if (now.runs().size() <= few_) return count_holdings(now);
    const auto [at, first] = kept_.try_emplace(id);
    Kept& kept = at->second;
    if (!first && kept.position < state.position) go_on(kept, state, id);
    // Only what leads to the custody of now counts: a correction may have retold what was before.
    if (!(kept.custody == now)) kept.counts = count_holdings(now);
    kept.custody = now;
    kept.position = state.position;
    return kept.counts;
}

}  // namespace chipledger
