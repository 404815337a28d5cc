// The tables for SQL users: written by generation, behind a mark that is compared and set.
#include "catch.hpp"
#include "sample.hpp"
#include "store/projection_store.hpp"

namespace chipledger
{

using namespace store_test;

namespace
{

using Rows = std::vector<ProjectedRow>;

ProjectedRow firm(const char* id, const char* name)
{
    return {id, name, "T1", std::nullopt, "2"};
}

ProjectedRow holding(const char* batch, const char* state, const char* units)
{
    return {batch, state, "A", "", "", "F", "sku", units};
}

ProjectedRow movement(const char* position, const char* approval)
{
    return {position,
            approval,
            "F",
            "AllocationReserved",
            "2026-01-05 00:00:00+00",
            "2026-01-05 00:00:00.12+00",
            "0",
            "-1",
            "1",
            "0",
            "0",
            "0"};
}

ProjectedRows rows_of(std::vector<ProjectedRow> firms, std::vector<ProjectedRow> holdings = {},
                      std::vector<ProjectedRow> movements = {})
{
    ProjectedRows rows;
    rows.of(Projected::firm) = std::move(firms);
    rows.of(Projected::holding) = std::move(holdings);
    rows.of(Projected::movement) = std::move(movements);
    rows.sort();
    return rows;
}

struct Seen {
    ProjectedRows rows{};
    std::vector<ProjectedRow> movements{};
};

Seen seen(ProjectionStore& store, Position after = {}, Position upto = {1'000'000})
{
    Seen found;
    REQUIRE(bool(store.read(ProjectionStore::into(found.rows), after, upto, [&](ProjectedRow&& row) {
        found.movements.push_back(std::move(row));
    })));
    return found;
}

const Day day = std::chrono::sys_days{std::chrono::year{2026} / 1 / 5};

}  // namespace

TEST_CASE("the tables change thing by thing, and only from where they are", "[store][projection]")
{
    const Database database;
    ProjectionStore store{database.runtime()};
    const ProjectedRows first =
        rows_of({firm("F-1", "One"), firm("F-2", "Two")},
                {holding("B", "registered", "10"), holding("C", "held", "1")},
                {movement("4", "A"), movement("5", "A")});
    CHECK(store.mark().value() == ProjectionMark{{0}, 1});
    REQUIRE(store.write({{0}, 1}, {{5}, 1}, day, change_between({}, first)).value());
    const ProjectedRows second =
        rows_of({firm("F-1", "One"), firm("F-3", "Three")},
                {holding("B", "in_transit", "3"), holding("B", "registered", "7"),
                 holding("C", "held", "1")},
                {movement("10", "A")});
    const ProjectedChange change = change_between(first, second);
    CHECK(change.gone[static_cast<std::size_t>(Projected::firm)] == std::set<std::string>{"F-2"});
    CHECK(change.come.of(Projected::holding).size() == 2);  // Batch C is as it was.
    REQUIRE(store.write({{5}, 1}, {{10}, 1}, day, change).value());
    CHECK(store.mark().value() == ProjectionMark{{10}, 1});
    const Seen now = seen(store);
    CHECK(now.rows.of(Projected::firm) == second.of(Projected::firm));
    CHECK(now.rows.of(Projected::holding) == second.of(Projected::holding));
    CHECK(now.movements == Rows{movement("4", "A"), movement("5", "A"), movement("10", "A")});
    CHECK(seen(store, {4}, {5}).movements == Rows{movement("5", "A")});
    // Who believes them elsewhere writes nothing.
    CHECK_FALSE(store.write({{5}, 1}, {{11}, 1}, day, change_between({}, first)).value());
    CHECK_FALSE(store.write({{10}, 2}, {{11}, 2}, day, change_between({}, first)).value());
    CHECK(store.mark().value() == ProjectionMark{{10}, 1});
    CHECK(seen(store).rows.of(Projected::firm) == second.of(Projected::firm));
}

TEST_CASE("a generation beside counts once the mark names it", "[store][projection]")
{
    const Database database;
    ProjectionStore store{database.runtime()};
    const ProjectedRows old = rows_of({firm("F-1", "Old")}), fresh = rows_of({firm("F-1", "New")});
    REQUIRE(store.write({{0}, 1}, {{5}, 1}, day, change_between({}, old)).value());
    REQUIRE(bool(store.write_beside(2, change_between({}, fresh))));
    CHECK(seen(store).rows.of(Projected::firm) == old.of(Projected::firm));
    CHECK(database.sql("SELECT name FROM firm") == "Old");
    REQUIRE(store.write({{5}, 1}, {{5}, 2}, day, {}).value());
    CHECK(seen(store).rows.of(Projected::firm) == fresh.of(Projected::firm));
    CHECK(database.sql("SELECT string_agg(name, ' ') FROM firm") == "New");
    REQUIRE(bool(store.keep_only(2)));
    CHECK(database.sql("SELECT count(*) FROM projected.firm") == "1");
}

TEST_CASE("text comes back as it went in", "[store][projection]")
{
    const Database database;
    ProjectionStore store{database.runtime()};
    const ProjectedRows rows = rows_of(
        {firm("F-1", "a\tb\nc\\d\"e'{,}NULL \xe7\x94\xb2"), firm("F-2", "NULL"), firm("F-3", "")});
    REQUIRE(store.write({{0}, 1}, {{1}, 1}, day, change_between({}, rows)).value());
    CHECK(seen(store).rows.of(Projected::firm) == rows.of(Projected::firm));
}

TEST_CASE("two who rebuild: one is told to wait", "[store][projection]")
{
    const Database database;
    ProjectionStore one{database.runtime()}, two{database.runtime()};
    CHECK(one.lock_rebuild().value());
    CHECK_FALSE(two.lock_rebuild().value());
}

TEST_CASE("a difference names row, column and both values", "[store][projection]")
{
    const Rows wanted{movement("9", "A"), movement("10", "A")};
    CHECK(difference(Projected::movement, wanted, wanted).empty());
    CHECK(difference(Projected::movement, wanted, Rows{wanted[0]}) == "movement 10 A is missing");
    CHECK(difference(Projected::movement, Rows{wanted[1]}, wanted) ==
          "movement 9 A is not in the log");
    Rows other = wanted;
    other[1][7] = "-2";
    CHECK(difference(Projected::movement, wanted, other) ==
          "movement 10 A: available is -2, the log says -1");
    other[1][7] = {};
    CHECK(difference(Projected::movement, wanted, other) ==
          "movement 10 A: available is NULL, the log says -1");
}

TEST_CASE("a database that is away is told as such", "[store][projection]")
{
    ProjectionStore store{"host=/nowhere user=chipledger"};
    CHECK(store.mark().error().code == Code::store_unavailable);
    CHECK(store.write({}, {}, day, {}).error().code == Code::store_unavailable);
}

TEST_CASE("rows are fed some thousand at a time, those of one thing together", "[store][projection]")
{
    const Database database;
    ProjectionStore store{database.runtime()};
    std::vector<ProjectedRow> many;
    for (int i = 10'000; i < 11'990; ++i)
        many.push_back(holding(("B" + std::to_string(i)).c_str(), "arrived", "1"));
    for (int i = 100; i < 150; ++i)  // One thing over the end of the first chunk.
        many.push_back(holding("C", ("state-" + std::to_string(i)).c_str(), "1"));
    many.push_back(holding("D", "arrived", "1"));
    const ProjectedRows all = rows_of({}, many);
    REQUIRE(store.write({}, {{1}, 1}, day, change_between({}, all)).value());
    struct Chunk {
        std::string after;
        std::optional<std::string> upto;
        std::size_t rows;
        bool operator==(const Chunk&) const = default;
    };
    std::vector<Chunk> chunks;
    const auto things = [&](Projected table, const std::string& after, const auto& upto,
                            std::vector<ProjectedRow>&& more) {
        if (table == Projected::holding) chunks.push_back({after, upto, more.size()});
    };
    REQUIRE(bool(store.read(things, {}, {1}, [](ProjectedRow&&) {})));
    CHECK(chunks == std::vector<Chunk>{{"", "C", 2'040}, {"C", std::nullopt, 1}});
    CHECK(seen(store).rows.of(Projected::holding) == all.of(Projected::holding));
}

}  // namespace chipledger
