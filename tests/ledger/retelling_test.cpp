// A change of the past is told only as far as it reaches. Held to the plain way: the whole log
// folded again from nothing, on random histories with late entries, corrections and voids.
#include "ledger/retelling.hpp"

#include "book.hpp"

namespace chipledger {

TEST_CASE("a correction tells what a refold of everything would", "[retelling]")
{
    Tally tally;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        INFO("seed " << seed);
        random_book(seed, 400, tally);
    }
    CHECK(tally.taken > 100);
    CHECK(tally.refused > 100);
}

TEST_CASE("every entry is seen as it was known at every entry", "[retelling]")
{
    Tally tally;
    for (std::uint64_t seed = 101; seed <= 104; ++seed) {
        const Book book = random_book(seed, 300, tally);
        const auto size = std::ssize(book.events);
        State then;
        for (std::int64_t known = 1; known <= size; known += 7) {
            const State standing = book.state.seen_from({known}, {known});
            const Overrides overrides = overrides_of(standing);
            for (const std::int64_t upto : {known, known - known / 3, known / 2 + 1}) {
                INFO("seed " << seed << ", known at " << known << ", up to " << upto);
                const Plain plain =
                    book.fold_plainly(overrides, static_cast<std::size_t>(upto), size, false);
                REQUIRE(differing(seen(book.state.seen_from({known}, {upto})), seen(plain.state)) ==
                        "");
            }
        }
    }
    CHECK(tally.taken > 10);
}

TEST_CASE("what might have been is what a refold would give", "[retelling]")
{
    Tally tally;
    int with_consequences = 0;
    for (std::uint64_t seed = 201; seed <= 215; ++seed) {
        const Book book = random_book(seed, 300, tally);
        std::mt19937_64 dice{seed};
        for (int i = 0; i < 12; ++i) {
            const auto known = static_cast<std::int64_t>(
                book.events.size() - dice() % (book.events.size() / 2));
            const State standing = book.state.seen_from({known}, {known});
            Tale tale{{}, {}, Doubt::all, {}, {}};
            Overrides after = overrides_of(standing);
            for (std::uint64_t n = 0; n <= dice() % 3; ++n) {
                const Position position{
                    static_cast<std::int64_t>(2 + dice() % static_cast<std::uint64_t>(known - 1))};
                const Event& event = book.events[static_cast<std::size_t>(position.number - 1)];
                after[position] = std::nullopt;
                if (const auto other = otherwise(event.data, dice); other && dice() % 2)
                    after[position] = *other;
                tale.otherwise[position] =
                    Reading{after[position] ? std::make_shared<const EventData>(*after[position])
                                            : nullptr,
                            {}};
            }
            INFO("seed " << seed << ", try " << i << ", known at " << known << ", from "
                         << after.begin()->first.number);
            Retelling retelling{standing, std::move(tale)};
            REQUIRE(bool(retelling.run(book.entries())));
            const Plain plain =
                book.fold_plainly(after, static_cast<std::size_t>(known), 1, false);
            std::vector<std::int64_t> refused;
            for (const Refused& one : retelling.refused()) refused.push_back(one.entry.number);
            REQUIRE(refused == plain.refused);
            REQUIRE(differing(seen(retelling.finish({known})), seen(plain.state)) == "");
            with_consequences += !refused.empty();
        }
    }
    CHECK(with_consequences > 20);
}

}  // namespace chipledger
