#include <rapidcheck.h>

#include <iostream>

#include "given.hpp"
#include "random_events.hpp"

// The rulebook against the naive model: same verdicts, same codes, same numbers, after every
// entry of random histories.
namespace chipledger {

namespace {

using namespace scenario;
using naive::Model;
using naive::Proposer;
using naive::small_world;

struct Tries {
    int accepted = 0;
    int refused = 0;
};
using Tally = std::map<std::string_view, Tries>;

std::string shown(const std::optional<Code>& code)
{
    return code ? std::string{kind_of(*code).slug} : "accepted";
}

/// Both books, side by side.
struct Books {
    State state{};
    Model model{};
    History accepted{};
    Tally tally{};

    Books()
    {
        for (const Event& event : small_world()) take(event);
    }

    void take(const Event& event)
    {
        accepted.push_back(event);
        record(state, event);
        model.apply(event);
    }

    /// What differs, or nothing.
    std::string offer(const Event& event)
    {
        const Result<void> yes = verdict(state, event);
        const std::optional<Code> real = yes ? std::nullopt : std::optional{yes.error().code};
        const std::optional<Code> expected = model.verdict(event);
        const std::string type{type_name(event.data)};
        ++(real ? tally[type_name(event.data)].refused : tally[type_name(event.data)].accepted);
        if (real != expected)
            return type + " is " + shown(real) + ", the model says " + shown(expected);
        if (real) return {};
        take(event);
        const std::string differs = difference();
        return differs.empty() ? differs : "after " + type + ": " + differs;
    }

    std::string difference() const
    {
        for (const auto& [id, permit] : model.approvals)
            if (model.balance(id) != Balance(state.approvals.at(id).balance)) return "balance " + id.value;
        for (const auto& [firm, tier] : model.firms)
            for (const Period& period : {y26, y27})
                if (model.exposure(firm, period) != exposure(state, firm, period))
                    return "exposure " + firm.value;
        for (const auto& [id, lot] : model.batches)
            for (std::int64_t n = 1; n <= std::ssize(lot.units); ++n)
                if (!same(lot.units[static_cast<std::size_t>(n - 1)],
                          *state.custody_of(id).at(n)))
                    return "unit " + id.value + '/' + std::to_string(n);
        return {};
    }

    static bool same(const naive::Unit& unit, const Run& run)
    {
        return unit.state == run.holding.state && unit.approval == run.holding.approval &&
               unit.shipment == run.holding.shipment;
    }
};

/// Plays one event for each seed, three a day; what differs, or nothing.
std::string play(Books& books, const std::vector<std::uint64_t>& seeds)
{
    int day = 0;
    for (const std::uint64_t seed : seeds) {
        const Day today = date(1, 10) + std::chrono::days{day++ / 3};
        const std::string differs = books.offer(Proposer{books.model, seed, today}.propose());
        if (!differs.empty()) return differs;
    }
    State again;
    for (const Event& event : books.accepted) record(again, event);
    return told(again) == told(books.state) ? "" : "a replay gives another state";
}

std::vector<std::uint64_t> seeds_from(std::uint64_t first, std::size_t count)
{
    std::vector<std::uint64_t> seeds(count);
    for (std::uint64_t& seed : seeds) seed = first++;
    return seeds;
}

}  // namespace

TEST_CASE("random histories: the rules and the naive model agree", "[model]")
{
    const bool held = rc::check("same verdicts, balances and custody", [] {
        const auto length = *rc::gen::inRange<std::size_t>(100, 800);
        const auto seeds = *rc::gen::container<std::vector<std::uint64_t>>(
            length, rc::gen::inRange<std::uint64_t>(0, 1'000'000'000));
        Books books;
        const std::string differs = play(books, seeds);
        if (!differs.empty()) RC_FAIL(differs);
    });
    CHECK(held);
}

TEST_CASE("random histories: every event is accepted and refused somewhere", "[model]")
{
    Tally tally;
    for (std::uint64_t run = 0; run < 60; ++run) {
        Books books;
        REQUIRE(play(books, seeds_from(run * 1'000'000, 500)) == "");
        for (const auto& [type, tries] : books.tally) {
            tally[type].accepted += tries.accepted;
            tally[type].refused += tries.refused;
        }
    }
    for (const std::string_view type : event_types()) {
        if (type == "LedgerOpened" || type == "StatementIssued" || type == "EventCorrected" ||
            type == "EventVoided")
            continue;
        INFO(type);
        CHECK(tally[type].accepted > 0);
        CHECK(tally[type].refused > 0);
        std::cout << type << ": " << tally[type].accepted << " accepted, " << tally[type].refused
                  << " refused\n";
    }
}

}  // namespace chipledger
