// Tables that grew step by step are those that a fold from zero gives, at any entry.
#include <random>

#include "catch.hpp"
#include "ledger/entry.hpp"
#include "ledger/history.hpp"
#include "ledger/projection_fold.hpp"
#include "sql/demo_ledger.hpp"
#include "store/projection_store.hpp"

namespace chipledger
{

using sql_test::DemoLedger;

namespace
{

/// The demo's log, folded as the ledger folds it.
struct Walk {
    explicit Walk(const DemoLedger& demo) : store{demo.runtime()} {}

    ProjectionFold::Step step()
    {
        return [this](State state, const Event& event) -> Result<State> {
            Result<State> next = advance(entries_of(store), std::move(state), event);
            if (next) next->settle();
            return next;
        };
    }
    EventStore store;
};

std::map<std::string, std::vector<std::int64_t>> sums(const std::vector<ProjectedRow>& movements)
{
    std::map<std::string, std::vector<std::int64_t>> sums;
    for (const ProjectedRow& row : movements) {
        auto& sum = sums[*row[1]];
        sum.resize(6);
        for (std::size_t i = 0; i < 6; ++i) sum[i] += std::stoll(*row[6 + i]);
    }
    return sums;
}

std::map<std::string, std::vector<std::int64_t>> balances(const State& state)
{
    std::map<std::string, std::vector<std::int64_t>> all;
    for (const auto& item : state.approvals) {
        const Balance& b = item.value.balance;
        all[item.key.value] = {b.granted, b.available, b.reserved,
                               b.drawn,   b.forfeited, b.carried_out};
    }
    return all;
}

}  // namespace

TEST_CASE("rows written in steps of any size are the rows of the whole", "[fold]")
{
    const DemoLedger demo;
    Walk walk{demo};
    ProjectionStore store{demo.runtime()};
    constexpr std::int64_t beside = 77;
    std::mt19937 random{20260105};
    std::uniform_int_distribution<int> size{1, 400};
    ProjectionFold fold{State{}, walk.step()};
    int left = size(random), steps = 0;
    std::vector<ProjectedRow> moved;
    const Position head = walk.store.head().value().size;
    const auto take = [&](Event&& event) -> Result<void> {
        if (auto taken = fold.take(event); !taken) return taken;
        if (--left > 0 && event.position < head) return {};
        left = size(random);
        ++steps;
        ProjectedChange change = fold.take_change();
        for (const ProjectedRow& row : change.come.of(Projected::movement)) moved.push_back(row);
        REQUIRE(sums(moved) == balances(fold.state()));
        return store.write_beside(beside, change);
    };
    REQUIRE(bool(entries_of(walk.store).range({}, head, take)));
    CHECK(steps > 10);
    ProjectedRows rows;
    std::vector<ProjectedRow> movements;
    REQUIRE(bool(store.read_generation(
        beside, ProjectionStore::into(rows),
        [&](ProjectedRow&& row) { movements.push_back(std::move(row)); })));
    CHECK(difference(projection_rows(fold.state()), rows).empty());
    CHECK(difference(Projected::movement, moved, movements).empty());
    CHECK(movements.size() > 1'000);
}

TEST_CASE("a state that is not what the log says is found at the things just touched", "[fold]")
{
    const DemoLedger demo;
    Walk walk{demo};
    ProjectionFold fold{State{}, walk.step()};
    const auto take = [&](Event&& event) { return fold.take(event); };
    REQUIRE(bool(entries_of(walk.store).range({}, {500}, take)));
    (void)fold.take_change();
    CHECK(fold.differs_from(fold.state()).empty());
    State other = fold.state();
    const ApprovalId id = other.approvals.begin()->key;
    KeptBalance& balance = other.approvals.edit(id).balance;
    --balance.available;
    ++balance.drawn;
    CHECK(fold.differs_from(other).starts_with("approval " + id.value + ": available is "));
}

}  // namespace chipledger
