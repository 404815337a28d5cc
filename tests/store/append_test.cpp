// The log on a real PostgreSQL: appended by one writer at a time, changed by nobody.
#include <pqxx/pqxx>
#include <thread>

#include "catch.hpp"
#include "sample.hpp"

namespace chipledger {

using namespace store_test;

TEST_CASE("what is appended is read back byte for byte, in order", "[store][append]")
{
    Database database;
    EventStore store{database.runtime()};
    Head head = store.take_over().value();
    CHECK(head == Head{1, {0}});
    const std::vector<EventRow> rows{row(1), row(2), row(3)};
    head = store.append(head, rows, {}).value();
    CHECK(head.size == Position{3});
    std::vector<StoredEntry> seen;
    REQUIRE(bool(store.read({1}, {3}, [&](StoredEntry&& entry) { seen.push_back(entry); })));
    CHECK(seen == std::vector<StoredEntry>{{{2}, rows[1].bytes, rows[1].salt},
                                            {{3}, rows[2].bytes, rows[2].salt}});
    CHECK(store.head().value() == head);
}

TEST_CASE("bytes and texts of every kind survive", "[store][append]")
{
    Database database;
    EventStore store{database.runtime()};
    const Head head = store.take_over().value();
    EventRow odd = row(1);
    odd.bytes = R"({"a":"\"\\ ,{}'"})" + std::string("\xE9\x92\xB1 \x01\x7F", 6);
    odd.subjects = {{"scope", R"(fi"r\m,{NULL})", 1}};
    odd.principal = "o'neil\\";
    REQUIRE(bool(store.append(head, std::vector{odd}, {})));
    EventFilter filter;
    filter.upto = {1};
    filter.subject = SubjectFilter{"scope", R"(fi"r\m,{NULL})"};
    filter.actor_principal = "o'neil\\";
    const auto found = store.list(filter).value();
    REQUIRE(found.size() == 1);
    CHECK(found[0].bytes == odd.bytes);
}

TEST_CASE("an append with a stale size or an old epoch is fenced and writes nothing",
          "[store][fence]")
{
    Database database;
    EventStore first{database.runtime()}, second{database.runtime()};
    const Head old = first.take_over().value();
    const Head head = first.append(old, std::vector{row(1)}, {}).value();
    CHECK(first.append(old, std::vector{row(1)}, {}).error().code == Code::fenced);
    const Head taken = second.take_over().value();
    CHECK(taken == Head{2, {1}});
    CHECK(first.append(head, std::vector{row(2)}, {}).error().code == Code::fenced);
    CHECK(first.set_simulated_now(head, Time{}).error().code == Code::fenced);
    CHECK(second.head().value() == taken);
    CHECK(bool(second.append(taken, std::vector{row(2)}, {})));
}

TEST_CASE("what exists already is refused and nothing of its group is written",
          "[store][append]")
{
    Database database;
    EventStore store{database.runtime()};
    const CommandRow command{"p", "k", std::string(32, 'h'), 201, {1}, 1, {}};
    const Head head =
        store.append(store.take_over().value(), std::vector{row(1)}, std::vector{command}).value();
    CHECK(store.append(head, std::vector{row(2)}, std::vector{command}).error().code ==
          Code::internal);
    EventRow twice = row(2);
    twice.subjects.push_back(twice.subjects.front());
    CHECK(store.append(head, std::vector{twice}, {}).error().code == Code::internal);
    CHECK(store.head().value() == head);
    CHECK(bool(store.append(head, std::vector{row(2)}, {})));
}

TEST_CASE("racing writers leave no gap and no double", "[store][race]")
{
    Database database;
    std::atomic<int> written{0}, fenced{0};
    const auto write = [&](int writer) {
        EventStore store{database.runtime(), std::chrono::milliseconds{10}};
        for (int round = 0; round < 10; ++round) {
            Head head = store.take_over().value();
            for (int n = 0; n < 5; ++n) {
                EventRow next = row(static_cast<int>(head.size.number) + 1);
                next.principal = "writer-" + std::to_string(writer);
                const auto appended = store.append(head, std::vector{next}, {});
                if (!appended) {
                    CHECK(appended.error().code == Code::fenced);
                    ++fenced;
                    break;
                }
                head = *appended;
                ++written;
            }
        }
    };
    {
        std::vector<std::jthread> writers;
        for (int i = 0; i < 4; ++i) writers.emplace_back(write, i);
    }
    CHECK(fenced > 0);
    EventStore store{database.runtime()};
    CHECK(store.head().value().size == Position{written});
    std::int64_t expected = 0;
    REQUIRE(bool(store.read({}, {written}, [&](StoredEntry&& entry) {
        REQUIRE(entry.position == Position{++expected});
    })));
    CHECK(expected == written);
}

TEST_CASE("a commit of unknown outcome is settled by what the log holds", "[store][settle]")
{
    Database database;
    EventStore store{database.runtime()};
    const Head before = store.take_over().value();
    const CommandRow command{"p", "k", std::string(32, 'h'), 422, {}, 0, "{}"};
    CHECK(store.settle(before, {1}, row(1).id).value() == std::nullopt);
    CHECK(store.settle_command(before, "p", "k").value() == std::nullopt);
    const Head after =
        store.append(before, std::vector{row(1)}, std::vector{command}).value();
    CHECK(store.settle(before, {1}, row(1).id).value() == after);
    CHECK(store.settle(before, {1}, row(9).id).value() == std::nullopt);
    CHECK(store.settle_command(before, "p", "k").value() == after);
    EventStore other{database.runtime(), std::chrono::milliseconds{10}};
    REQUIRE(bool(other.take_over()));
    CHECK(store.settle(before, {1}, row(1).id).error().code == Code::fenced);
}

TEST_CASE("nobody changes the log: not the runtime role, not the superuser", "[store][append-only]")
{
    Database database;
    EventStore store{database.runtime()};
    const CommandRow command{"p", "k", std::string(32, 'h'), 201, {1}, 1, {}};
    REQUIRE(bool(store.append(store.take_over().value(), std::vector{row(1)},
                              std::vector{command})));
    for (const std::string& who : {database.runtime(), database.superuser()})
        for (const char* sql :
             {"UPDATE event SET bytes = 'x'", "DELETE FROM event", "TRUNCATE event",
              "DELETE FROM event_subject", "UPDATE event_subject SET version = 9",
              "DELETE FROM command", "UPDATE command SET status = 201", "TRUNCATE command",
              "DELETE FROM log_head", "UPDATE log_head SET size = 0",
              "UPDATE log_head SET epoch = 0"}) {
            INFO(who << ": " << sql);
            pqxx::connection connection{who};
            pqxx::work work{connection};
            CHECK_THROWS_AS(work.exec(sql), pqxx::sql_error);
        }
    CHECK(database.sql("SELECT count(*) FROM event") == "1");
}

TEST_CASE("the runtime role neither drops the triggers nor reads around its grants",
          "[store][append-only]")
{
    Database database;
    for (const char* sql :
         {"ALTER TABLE event DISABLE TRIGGER ALL", "DROP TABLE event",
          "DROP TRIGGER event_append_only ON event", "SET session_replication_role = replica",
          "CREATE TABLE mine (x int)", "DELETE FROM principal", "UPDATE token SET hash = ''"}) {
        INFO(sql);
        pqxx::connection connection{database.runtime()};
        pqxx::work work{connection};
        CHECK_THROWS_AS(work.exec(sql), pqxx::sql_error);
    }
}

TEST_CASE("a store that is away says so at once, and works by itself when it is back",
          "[store][away]")
{
    TestCluster cluster;
    EventStore store{cluster.runtime_conninfo(cluster.migrated_database())};
    const Head head = store.take_over().value();
    cluster.stop();
    CHECK(store.append(head, std::vector{row(1)}, {}).error().code == Code::store_unavailable);
    CHECK(store.head().error().code == Code::store_unavailable);
    cluster.start();
    CHECK(store.append(head, std::vector{row(1)}, {}).value() == Head{1, {1}});
}

}  // namespace chipledger
