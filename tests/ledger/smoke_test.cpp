
#include "catch.hpp"
#include "ledger/ledger.hpp"
#include "ledger/submissions.hpp"
#include "support/await.hpp"
#include "support/cluster.hpp"

namespace chipledger {

TEST_CASE("A ledger records, answers again, and is the same after a restart")
{
    TestCluster& cluster = TestCluster::shared();
    LedgerOptions options;
    options.database = cluster.runtime_conninfo(cluster.migrated_database());
    {
        auto ledger = Ledger::open(options);
        REQUIRE(bool(ledger));
        CHECK((*ledger)->head()->position == Position{1});
        const Answer first = run((*ledger)->submit(submission_of(
            "k1", FirmRegistered{FirmId{"F-A"}, Text{"Alpha"}, Tier{"T1"}, {}})));
        REQUIRE(bool(first.outcome));
        CHECK(first.outcome->first == Position{2});
        const Answer again = run((*ledger)->submit(submission_of(
            "k1", FirmRegistered{FirmId{"F-A"}, Text{"Alpha"}, Tier{"T1"}, {}})));
        CHECK(again.replayed);
        CHECK(again.outcome->entries == first.outcome->entries);
        const Answer twice = run((*ledger)->submit(submission_of(
            "k2", FirmRegistered{FirmId{"F-A"}, Text{"Alpha"}, Tier{"T1"}, {}})));
        REQUIRE_FALSE(bool(twice.outcome));
        CHECK(twice.outcome.error().code == Code::duplicate_firm);
        (*ledger)->stop();
    }
    auto reopened = Ledger::open(options);
    REQUIRE(bool(reopened));
    CHECK((*reopened)->head()->position == Position{2});
    CHECK((*reopened)->head()->firms.find(FirmId{"F-A"}));
}

}  // namespace chipledger
