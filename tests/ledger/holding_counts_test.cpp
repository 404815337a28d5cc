#include "ledger/holding_counts.hpp"

#include "book.hpp"
#include "catch.hpp"

namespace chipledger {

TEST_CASE("counts that go on from step to step are those of a count anew", "[counts]")
{
    Tally tally;
    int kept = 0;
    for (std::uint64_t seed = 501; seed <= 520; ++seed) {
        INFO("seed " << seed);
        const Book log = random_book(seed, 300, tally);
        std::mt19937_64 dice{seed};
        KeptCounts counts{0};
        State state;
        for (const Event& event : log.events) {
            state = advance(log.entries(), std::move(state), event).value();
            state.settle();
            if (dice() % 5 != 0) continue;
            for (const auto& batch : state.batches) {
                INFO("entry " << event.position.number << ", batch " << batch.key.value);
                const HoldingCounts counted = count_holdings(state.custody_of(batch.key));
                REQUIRE(counts.of(state, batch.key) == counted);
                REQUIRE(counts.of(state, batch.key) == counted);
                ++kept;
            }
        }
    }
    CHECK(kept > 1'000);
    CHECK(tally.taken > 100);
}

TEST_CASE("counts of a state that has other units than its log moved are its own", "[counts]")
{
    Tally tally;
    const Book log = random_book(501, 300, tally);
    State state = log.state;
    KeptCounts counts{0};
    const BatchId batch = state.custodies.begin()->key;
    const HoldingCounts before = counts.of(state, batch);
    state.custodies.edit(batch).move(1, 1, {7}, {.kind = Change::Kind::place, .id = "ELSEWHERE"}, {});
    CHECK(counts.of(state, batch) != before);
    CHECK(counts.of(state, batch) == count_holdings(state.custody_of(batch)));
}

}  // namespace chipledger
