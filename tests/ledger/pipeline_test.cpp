// A group is judged while the one before it is being appended: on the state that it leads to, and
// thrown away with it where it comes to nothing.
#include <future>
#include <thread>

#include "book.hpp"
#include "catch.hpp"
#include "ledger/ledger.hpp"
#include "ledger/submissions.hpp"
#include "support/await.hpp"
#include "support/cluster.hpp"

namespace chipledger {

namespace {

/// What of a random history is no correction, as a log of its own.
std::vector<Event> plain_history(std::uint64_t seed)
{
    Tally tally;
    Book log;
    for (const Event& event : random_book(seed, 300, tally).events)
        if (!is_correction(event.data)) log.offer(event);
    return log.events;
}

/// A ledger on a database whose head somebody else holds for a while, and those who wait for it.
class Held {
public:
    Held()
    {
        LedgerOptions options;
        options.database = cluster.runtime_conninfo(database);
        ledger = Ledger::open(options).value();
        held = std::jthread{[this] {
            cluster.sql(database, "BEGIN; SELECT FROM log_head FOR UPDATE; SELECT pg_sleep(2)");
        }};
        wait_for("wait_event = 'PgSleep'");
    }
    /// Comes to the answer in its own time.
    std::future<Answer> submit(Submission submission)
    {
        return std::async(std::launch::async, [this, submission] {
            Submission mine = submission;
            return run(ledger->submit(std::move(mine)));
        });
    }
    /// One group waits for the head; the next is queued behind it.
    void fill()
    {
        first = submit(registering("F-0"));
        wait_for(appending);
        for (int i = 1; i <= others; ++i)
            later.push_back(submit(registering("F-" + std::to_string(i))));
        again = submit(submission_of("again", registering("F-0").proposals[0].data));
        // Thirty-two are worth waking up for; the last few wait until the head is free.
        std::this_thread::sleep_for(std::chrono::milliseconds{300});
        CHECK(ledger->health().queued < 32);
    }
    void wait_for(const std::string& what)
    {
        while (cluster.sql(database, "SELECT count(*) FROM pg_stat_activity WHERE datname ="
                                     " current_database() AND " + what) == "0")
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }

    static constexpr int others = 40;
    static constexpr const char* appending = "query LIKE '%WITH moved%' AND wait_event_type = 'Lock'";
    TestCluster& cluster = TestCluster::shared();
    std::string database = cluster.migrated_database();
    std::unique_ptr<Ledger> ledger{};
    std::jthread held{};
    std::future<Answer> first{}, again{};
    std::vector<std::future<Answer>> later{};
};

}  // namespace

TEST_CASE("a state that goes on while its past is settled is the state of the whole log",
          "[pipeline]")
{
    for (std::uint64_t seed = 401; seed <= 420; ++seed) {
        INFO("seed " << seed);
        const std::vector<Event> events = plain_history(seed);
        std::mt19937_64 dice{seed};
        State plain, open;
        std::optional<State> under_way;
        for (std::size_t i = 0; i < events.size();) {
            for (std::size_t n = 1 + dice() % 9; n > 0 && i < events.size(); --n, ++i) {
                apply(open, events[i]);
                apply(plain, events[i]);
                plain.settle();
            }
            if (under_way) {
                under_way->settle();
                open.go_on_from(*under_way);
            }
            under_way = open;
        }
        under_way->settle();
        open.go_on_from(*under_way);
        REQUIRE(differing(seen(open), seen(plain)) == "");
        for (std::int64_t upto = 1; upto <= std::ssize(events); upto += 17) {
            const Position at{upto};
            REQUIRE(differing(seen(under_way->seen_from(at, at)), seen(plain.seen_from(at, at))) ==
                    "");
        }
    }
}

TEST_CASE("what is judged on a group under way stands when the group does", "[pipeline]")
{
    Held test;
    test.fill();
    CHECK(test.ledger->head()->position == Position{1});  // Nothing of it is shown yet.
    CHECK(test.first.get().outcome->first == Position{2});
    std::set<Position> positions;
    for (auto& each : test.later) positions.insert(each.get().outcome->first);
    CHECK(std::ssize(positions) == Held::others);
    CHECK(*positions.rbegin() == Position{2 + Held::others});
    CHECK(test.again.get().outcome.error().code == Code::duplicate_firm);
    CHECK(test.ledger->head()->position == Position{2 + Held::others});
}

TEST_CASE("what is judged on a group that comes to nothing comes to nothing too", "[pipeline]")
{
    Held test;
    test.fill();
    test.cluster.sql(test.database, std::string{"SELECT pg_terminate_backend(pid) FROM"
                                                " pg_stat_activity WHERE "} + Held::appending);
    CHECK(test.first.get().outcome.error().code == Code::store_unavailable);
    int given_up = 0;
    for (auto& each : test.later) {
        const Answer answer = each.get();
        if (answer.outcome) continue;  // It was still queued.
        CHECK(answer.outcome.error().code == Code::store_unavailable);
        ++given_up;
    }
    CHECK(given_up >= 31);
    (void)test.again.get();
    for (int i = 0; i <= Held::others; ++i)
        (void)run(test.ledger->submit(registering("F-" + std::to_string(i))));
    CHECK(std::ranges::distance(test.ledger->head()->firms) == 1 + Held::others);
    CHECK(test.ledger->head()->position == Position{2 + Held::others});  // Each of them once.
    CHECK(test.cluster.sql(test.database, "SELECT string_agg(DISTINCT (position = size)::text, '')"
                                          " FROM log_head, (SELECT max(position) AS position FROM"
                                          " event) AS last") == "true");
}

TEST_CASE("a correction waits until nothing is on its way, and sees it", "[pipeline]")
{
    Held test;
    test.fill();
    auto voided = test.submit(submission_of("void", EventVoided{2 + Held::others, VoidReason::did_not_occur}));
    const Answer answer = voided.get();
    REQUIRE(bool(answer.outcome));
    CHECK(answer.outcome->first == Position{3 + Held::others});
    CHECK(std::ranges::distance(test.ledger->head()->firms) == Held::others);
}

}  // namespace chipledger
