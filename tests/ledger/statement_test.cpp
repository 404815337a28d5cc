// A statement a day for each firm.

#include "catch.hpp"
#include "ledger/ledger.hpp"
#include "ledger/submissions.hpp"
#include "support/await.hpp"
#include "support/cluster.hpp"

namespace chipledger {

namespace {

Time at(const char* text) { return parse_timestamp(text).value().at; }

std::unique_ptr<Ledger> open_ledger(bool statements)
{
    LedgerOptions options;
    TestCluster& cluster = TestCluster::shared();
    options.database = cluster.runtime_conninfo(cluster.migrated_database("statement"));
    options.clock = ClockMode::simulated;
    options.simulated_start = at("2026-01-05T09:00:00+08:00");
    if (statements) options.statements = true;
    return std::move(Ledger::open(options).value());
}

void record(Ledger& ledger, const std::string& key, EventData data)
{
    REQUIRE(bool(run(ledger.submit(submission_of(key, std::move(data)))).outcome));
}

std::vector<StatementIssued> statements(Ledger& ledger)
{
    EventFilter filter;
    filter.types = {"StatementIssued"};
    filter.upto = ledger.head()->position;
    std::vector<StatementIssued> found;
    for (const StoredEntry& entry : run(ledger.list(filter)).value())
        found.push_back(std::get<StatementIssued>(decode(entry.bytes).value().data));
    return found;
}

}  // namespace

TEST_CASE("at the end of a day each firm is told its balances and the size of the log",
          "[statement]")
{
    auto ledger = open_ledger(true);
    record(*ledger, "1", PolicyPublished{1, Period{"P"}, {{Tier{"T1"}, 100}}, 80, 20, {}, {}});
    record(*ledger, "2", FirmRegistered{FirmId{"F-A"}, Text{"A"}, Tier{"T1"}, {}});
    record(*ledger, "3", FirmRegistered{FirmId{"F-B"}, Text{"B"}, Tier{"T1"}, {}});
    record(*ledger, "4", ApplicationSubmitted{ApplicationId{"AL"}, FirmId{"F-A"}, Sku{"H200"}, 50,
                                              Text{"use"}});
    record(*ledger, "5", ApplicationReviewStarted{ApplicationId{"AL"}, {}});
    record(*ledger, "6",
           ApprovalGranted{ApprovalId{"AP"}, ApplicationId{"AL"}, FirmId{"F-A"}, 40, Period{"P"},
                           *parse_day("2026-01-01"), *parse_day("2026-06-30"), {}});
    REQUIRE(bool(run(ledger->set_now(at("2026-01-05T23:59:59+08:00")))));
    CHECK(statements(*ledger).empty());
    REQUIRE(bool(run(ledger->set_now(at("2026-01-06T00:00:00+08:00")))));
    const auto first = statements(*ledger);
    REQUIRE(first.size() == 2);
    const Day day = *parse_day("2026-01-05");
    CHECK(first[0] == StatementIssued{FirmId{"F-A"}, day, 4, 7,
                                      {{ApprovalId{"AP"}, 40, 40, 0, 0, 0, 0}}});
    CHECK(first[1] == StatementIssued{FirmId{"F-B"}, day, 1, 8, {}});
    REQUIRE(bool(run(ledger->set_now(at("2026-01-06T12:00:00+08:00")))));
    CHECK(statements(*ledger).size() == 2);
    REQUIRE(bool(run(ledger->set_now(at("2026-01-09T12:00:00+08:00")))));
    const auto later = statements(*ledger);
    REQUIRE(later.size() == 4);
    CHECK(later[2].day == *parse_day("2026-01-08"));
    CHECK(later[2].firm_version == Amount{5});
    ledger->stop();
}

TEST_CASE("a firm with many approvals is told its balances in parts", "[statement]")
{
    auto ledger = open_ledger(true);
    record(*ledger, "1", PolicyPublished{1, Period{"P"}, {{Tier{"T1"}, 1000}}, 80, 20, {}, {}});
    record(*ledger, "2", FirmRegistered{FirmId{"F-A"}, Text{"A"}, Tier{"T1"}, {}});
    Submission all = submission_of("3", {});
    all.proposals.clear();
    for (int i = 0; i < 401; ++i) {
        const std::string id = std::to_string(1000 + i) + std::string(60, '-');
        const std::vector<EventData> steps{
            ApplicationSubmitted{ApplicationId{id}, FirmId{"F-A"}, Sku{"H"}, 1, Text{"use"}},
            ApplicationReviewStarted{ApplicationId{id}, {}},
            ApprovalGranted{ApprovalId{id}, ApplicationId{id}, FirmId{"F-A"}, 1, Period{"P"},
                            *parse_day("2026-01-01"), *parse_day("2026-06-30"), {}}};
        for (const EventData& step : steps) all.proposals.push_back({step, {}, {}, {}, {}});
    }
    REQUIRE(bool(run(ledger->submit(std::move(all))).outcome));
    REQUIRE(bool(run(ledger->set_now(at("2026-01-06T00:00:00+08:00")))));
    const auto parts = statements(*ledger);
    REQUIRE(parts.size() == 3);
    CHECK(parts[0].balances.size() == 200);
    CHECK(parts[1].balances.size() == 200);
    CHECK(parts[2].balances.size() == 1);
    CHECK(parts[2].log_size.value == parts[0].log_size.value + 2);

    const State& head = *ledger->head();
    const auto said = [&](std::size_t first, std::size_t most) {
        return statement_of(head, FirmId{"F-A"}, parts[0].day, first, most);
    };
    for (const StatementIssued& good : {said(0, 200), said(200, 200), said(400, 200), said(0, 401)})
        CHECK(is_true(good, head));
    for (const StatementIssued& bad : {said(0, 199), said(1, 200), said(0, 0), said(200, 150)})
        CHECK_FALSE(is_true(bad, head));
    StatementIssued other = said(200, 200);
    other.balances[7].available = 2;
    CHECK_FALSE(is_true(other, head));
    ledger->stop();
}

TEST_CASE("a simulated clock passes days without statements unless it is told otherwise",
          "[statement]")
{
    auto ledger = open_ledger(false);
    record(*ledger, "1", FirmRegistered{FirmId{"F-A"}, Text{"A"}, Tier{"T1"}, {}});
    REQUIRE(bool(run(ledger->set_now(at("2026-02-05T00:00:00+08:00")))));
    CHECK(ledger->head()->position == Position{2});
    ledger->stop();
}

}  // namespace chipledger
