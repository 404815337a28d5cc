// Migrations: each once, in order, unchanged, by one migrator at a time.
#include <thread>

#include "catch.hpp"
#include "store/migrate.hpp"
#include "support/cluster.hpp"

namespace chipledger {

namespace {

/// A database of its own, not migrated.
std::string fresh()
{
    TestCluster& cluster = TestCluster::shared();
    return cluster.owner_conninfo(cluster.create_database("migrate"));
}

const std::vector<Migration> two{{1, "0001_a", "CREATE TABLE a (x int)"},
                                 {2, "0002_b", "CREATE TABLE b (x int)"}};

}  // namespace

TEST_CASE("migrations apply once and in order", "[store][migrate]")
{
    const std::string database = fresh();
    const MigrationReport first = migrate(database).value();
    CHECK(first.before == 0);
    CHECK(first.after == static_cast<int>(embedded_migrations().size()));
    CHECK(first.applied.front() == "0001_roles");
    const MigrationReport again = migrate(database).value();
    CHECK(again.before == first.after);
    CHECK(again.applied.empty());
}

TEST_CASE("a migration that changed after it was applied is refused", "[store][migrate]")
{
    const std::string database = fresh();
    REQUIRE(bool(migrate(database, two)));
    std::vector<Migration> changed = two;
    changed[0].sql += " ";
    const auto no = migrate(database, changed);
    REQUIRE(no.has_error());
    CHECK(no.error().code == Code::bad_state);
    CHECK(no.error().detail.find("0001_a") != std::string::npos);
}

TEST_CASE("a gap, and a database that is newer, are refused", "[store][migrate]")
{
    const std::string database = fresh();
    REQUIRE(bool(migrate(database, two)));
    CHECK(migrate(database, {two[0]}).error().detail.find("newer") != std::string::npos);
    CHECK(migrate(fresh(), {two[1]}).error().detail.find("missing") != std::string::npos);
}

TEST_CASE("a migration that fails leaves nothing behind", "[store][migrate]")
{
    const std::string database = fresh();
    std::vector<Migration> broken = two;
    broken[1].sql = "CREATE TABLE b (x int); SELECT no_such_function()";
    CHECK(migrate(database, broken).error().code == Code::bad_state);
    const MigrationReport mended = migrate(database, two).value();
    CHECK(mended.before == 1);
    CHECK(mended.applied == std::vector<std::string>{"0002_b"});
}

TEST_CASE("of two migrators at once, one works and one finds nothing to do", "[store][migrate]")
{
    const std::string database = fresh();
    std::atomic<std::size_t> applied{0};
    {
        std::vector<std::jthread> migrators;
        for (int i = 0; i < 4; ++i)
            migrators.emplace_back([&] { applied += migrate(database).value().applied.size(); });
    }
    CHECK(applied == embedded_migrations().size());
}

TEST_CASE("a database that is not there is unreachable, not broken", "[store][migrate]")
{
    const auto no = migrate(TestCluster::shared().owner_conninfo("no_such"));
    REQUIRE(no.has_error());
    CHECK(no.error().code == Code::store_unavailable);
}

TEST_CASE("who serves is told of a schema of another version", "[store][migrate]")
{
    TestCluster& cluster = TestCluster::shared();
    const std::string database = cluster.create_database("older");
    const std::string runtime = cluster.runtime_conninfo(database);
    const auto told = [&] { return check_migrated(runtime).error().detail; };
    CHECK(told().find("run chipledger migrate") != std::string::npos);  // Nothing is there.
    std::vector<Migration> older = embedded_migrations();
    older.pop_back();
    REQUIRE(bool(migrate(cluster.owner_conninfo(database), older)));
    CHECK(told().find("run chipledger migrate") != std::string::npos);
    REQUIRE(bool(migrate(cluster.owner_conninfo(database))));
    CHECK(bool(check_migrated(runtime)));
    std::vector<Migration> newer = embedded_migrations();
    newer.push_back({newer.back().number + 1, "9999_later", "SELECT 1"});
    REQUIRE(bool(migrate(cluster.owner_conninfo(database), newer)));
    CHECK(told().find("newer") != std::string::npos);
}

}  // namespace chipledger
