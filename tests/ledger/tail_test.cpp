// Who follows a log sees what its writer sees, and records nothing.
#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "ledger/snapshot.hpp"
#include "catch.hpp"
#include "ledger/ledger.hpp"
#include "ledger/submissions.hpp"
#include "support/await.hpp"
#include "support/cluster.hpp"

namespace chipledger {

TEST_CASE("a follower sees each entry and correction, and refuses to write", "[tail]")
{
    TestCluster& cluster = TestCluster::shared();
    LedgerOptions options;
    options.database = cluster.runtime_conninfo(cluster.migrated_database());
    options.statements = false;
    LedgerOptions along = options;
    along.follow = true;
    {
        const auto early = Ledger::open(along);
        REQUIRE_FALSE(bool(early));  // Nothing was opened yet.
        CHECK(early.error().code == Code::bad_state);
    }
    auto writer = Ledger::open(options).value();
    REQUIRE(bool(run(writer->submit(registering("F-A"))).outcome));
    const auto follower = Ledger::open(along).value();
    CHECK(follower->head()->position == Position{2});
    const auto caught_up = [&] {
        const Position head = writer->head()->position;
        REQUIRE(run(follower->wait_for(head, std::chrono::seconds{20})) == head);
        CHECK(account_of(*follower->head()) == account_of(*writer->head()));
        const auto size = static_cast<std::uint64_t>(head.number);
        CHECK(follower->log().root(size) == writer->log().root(size));
    };
    for (int i = 0; i < 40; ++i)
        REQUIRE(bool(run(writer->submit(registering("F-" + std::to_string(i)))).outcome));
    caught_up();

    // A correction between others is told anew there too; a past position stays as it was known.
    const auto before = run(follower->at({42}));
    REQUIRE(bool(run(writer->submit(submission_of("void", EventVoided{{5}, VoidReason::did_not_occur}))).outcome));
    REQUIRE(bool(run(writer->submit(registering("F-Z"))).outcome));
    caught_up();
    CHECK_FALSE(follower->head()->firms.contains(FirmId{"F-2"}));
    CHECK(before.value()->firms.contains(FirmId{"F-2"}));
    CHECK(run(follower->at({42})).value()->firms.contains(FirmId{"F-2"}));

    const Answer answer = run(follower->submit(registering("F-NO")));
    REQUIRE_FALSE(bool(answer.outcome));
    CHECK(answer.outcome.error().code == Code::fenced);
    CHECK(follower->health().following);
    CHECK_FALSE(follower->health().writing);
    CHECK(writer->health().writing);  // Nobody took it over.
    CHECK(bool(run(writer->submit(registering("F-Y"))).outcome));

    // The writer goes; whoever followed takes over by starting without --follow.
    writer->stop();
    writer.reset();
    follower->stop();
    const auto next = Ledger::open(options).value();
    CHECK(bool(run(next->submit(registering("F-NEXT"))).outcome));
    next->stop();
}

namespace {

/// A list: firms, a correction among them, and more firms than are read in one piece.
Submission long_list(int number)
{
    const std::string name = "L" + std::to_string(number);
    Submission list = submission_of(name, EventVoided{{2}, VoidReason::did_not_occur});
    if (number > 0) list.proposals.clear();  // The entry is void already.
    for (int i = 0; i < 800; ++i) {
        const auto at = i < 100 ? list.proposals.begin() : list.proposals.end();
        list.proposals.insert(at, registering(name + "-" + std::to_string(i)).proposals.front());
    }
    list.list = true;
    return list;
}

}  // namespace

TEST_CASE("a follower never shows half a list", "[tail]")
{
    TestCluster& cluster = TestCluster::shared();
    LedgerOptions options;
    options.database = cluster.runtime_conninfo(cluster.migrated_database());
    options.statements = false;
    auto writer = Ledger::open(options).value();
    REQUIRE(bool(run(writer->submit(registering("F-A"))).outcome));
    LedgerOptions along = options;
    along.follow = true;
    const auto follower = Ledger::open(along).value();

    std::set<Position> ends{{2}}, seen;
    std::atomic<bool> looks{true};
    std::thread reader{[&] {
        while (looks) seen.insert(follower->head()->position);
    }};
    for (int number = 0; number < 4; ++number) {
        const Answer answer = run(writer->submit(long_list(number)));
        CHECK(bool(answer.outcome));
        const Position head = writer->head()->position;
        ends.insert(head);
        CHECK(run(follower->wait_for(head, std::chrono::seconds{20})) == head);
    }
    looks = false;
    reader.join();
    CHECK(seen.size() > 1);
    CHECK(std::ranges::includes(ends, seen));
    follower->stop();
    writer->stop();
}

TEST_CASE("a follower goes on with no other log than it has read", "[tail]")
{
    TestCluster& cluster = TestCluster::shared();
    const std::string database = cluster.migrated_database();
    LedgerOptions options;
    options.database = cluster.runtime_conninfo(database);
    options.statements = false;
    LedgerOptions along = options;
    along.follow = true;
    const auto record = [&](const std::string& firm) {
        const auto writer = Ledger::open(options).value();
        REQUIRE(bool(run(writer->submit(registering(firm))).outcome));
        writer->stop();
    };
    for (const char* firm : {"F-A", "F-B"}) record(firm);
    const auto follower = Ledger::open(along).value();
    REQUIRE(follower->head()->position == Position{3});
    const auto attack = [&](const std::string& statement) {
        cluster.sql(database, "ALTER TABLE event DISABLE TRIGGER ALL;"
                              "ALTER TABLE event_subject DISABLE TRIGGER ALL;"
                              "ALTER TABLE log_head DISABLE TRIGGER ALL;" + statement);
    };
    const auto alarm = [&] {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (follower->log().alarm().empty() && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        return follower->log().alarm();
    };
    SECTION("a shorter one")
    {
        attack("DELETE FROM event_subject WHERE position = 3; DELETE FROM event WHERE position = 3;"
               "UPDATE log_head SET size = 2");
        CHECK(alarm() == "the log that is followed has 2 entries, and 3 have been read from it before");
    }
    SECTION("one with another entry in the place of the last that was read")
    {
        attack("UPDATE event SET salt = repeat('x', 32)::bytea WHERE position = 3");
        record("F-C");
        CHECK(alarm() == "entry 3 of the log that is followed is another one than was read before");
    }
    CHECK(follower->head()->position == Position{3});
    follower->stop();
}

}  // namespace chipledger
