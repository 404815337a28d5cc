// The model checker's short run, and that it would find what it looks for.
#include <sstream>

#include "catch.hpp"
#include "played.hpp"

namespace chipledger::model {

namespace {

std::string told(const Mismatch& mismatch)
{
    std::ostringstream text;
    print(text, mismatch);
    return text.str();
}

/// The first mismatch of a rulebook that overlooks refusals with this code.
Mismatch found(Code overlooked, Judge& judge)
{
    judge = [overlooked](const State& state, const Event& event) -> Result<void> {
        Result<void> said = by_the_rulebook(state, event);
        if (!said && said.error().code == overlooked) return {};
        return said;
    };
    Tallies tallies;
    for (std::uint64_t number = 0; number < 100; ++number)
        if (auto mismatch = play(seed_of(7, number), 400, judge, tallies)) return *mismatch;
    FAIL("a rulebook without " << kind_of(overlooked).slug << " passes");
    return {};
}

}  // namespace

TEST_CASE("random histories with corrections: the rulebook and the naive model agree", "[model]")
{
    Tallies tallies;
    for (std::uint64_t number = 0; number < 40; ++number) {
        const auto mismatch = play(seed_of(1, number), 400, by_the_rulebook, tallies);
        if (mismatch)
            FAIL("model_check --seed 1 --history " << number << '\n'
                                                   << told(shrunk(*mismatch, by_the_rulebook)));
    }
    for (const char* type : {"EventCorrected", "EventVoided", "PolicyPublished"}) {
        INFO(type);
        CHECK(tallies[type].accepted > 20);
        CHECK(tallies[type].refused > 20);
    }
}

TEST_CASE("a history is a function of its seed", "[model]")
{
    Tallies first, again;
    CHECK_FALSE(play(seed_of(3, 5), 200, by_the_rulebook, first));
    CHECK_FALSE(play(seed_of(3, 5), 200, by_the_rulebook, again));
    CHECK(first.size() == again.size());
    for (const auto& [type, tally] : first) {
        CHECK(tally.accepted == again[type].accepted);
        CHECK(tally.refused == again[type].refused);
    }
    CHECK(seed_of(3, 5) != seed_of(3, 6));
    CHECK(seed_of(3, 5) != seed_of(4, 5));
}

TEST_CASE("a guard that is left out is found, with a history that cannot be shorter", "[model]")
{
    const Code code = GENERATE(Code::tier_cap_exceeded, Code::not_certified,
                               Code::insufficient_balance, Code::outside_validity);
    INFO(kind_of(code).slug);
    Judge judge;
    const Mismatch mismatch = shrunk(found(code, judge), judge);
    INFO(told(mismatch));
    CHECK(mismatch.what.find(std::string{kind_of(code).slug}) != std::string::npos);
    CHECK(mismatch.commands.size() < 20);
    const auto again = replay(mismatch.commands, judge);
    REQUIRE(again);
    CHECK(again->what == mismatch.what);
    CHECK_FALSE(replay(mismatch.commands, by_the_rulebook));
}

}  // namespace chipledger::model
