// Ledgers that earlier versions wrote open, verify and say what they said.
#include <fstream>
#include <set>
#include <sstream>

#include "catch.hpp"
#include "ledger/entry.hpp"
#include "ledger/ledger.hpp"
#include "upgrade/ledger_files.hpp"
#include "upgrade/telling.hpp"

namespace chipledger::upgrade {

namespace {

/// A kept ledger in a database of its own, brought to this version.
struct Kept {
    explicit Kept(const std::string& version)
        : folder{CHIPLEDGER_SOURCE_DIR "/tests/data/ledgers/" + version}
    {
        cluster.migrated_database("roles");  // The roles are the cluster's, not the dump's.
        const std::string dump = cluster.folder() + '/' + name + ".sql";
        must("gunzip -c " + folder + "/ledger.sql.gz > " + dump + " && " + programs +
             "psql -q -v ON_ERROR_STOP=1 -f " + dump + " '" + cluster.superuser_conninfo(name) +
             "'");
        must(CHIPLEDGER_BINARY " migrate --database '" + cluster.owner_conninfo(name) + "'");
    }

    static std::string must(const std::string& command)
    {
        const Ran ran = shell(command);
        INFO(command << '\n' << ran.said);
        REQUIRE(ran.code == 0);
        return ran.said;
    }
    std::string verified() const
    {
        return must(CHIPLEDGER_BINARY " verify --json --database '" + database + "' --vkey " +
                    folder + "/log.vkey");
    }
    std::string told() const
    {
        std::ostringstream text;
        text << std::ifstream{folder + "/told.txt"}.rdbuf();
        return text.str();
    }

    std::string folder;
    TestCluster& cluster = TestCluster::shared();
    std::string name = cluster.create_database("kept");
    std::string database = cluster.runtime_conninfo(name);
};

LedgerOptions options_for(const Kept& kept)
{
    LedgerOptions options;
    options.database = kept.database;
    return options;
}

Submission one_firm()
{
    Submission submission;
    submission.actor = {"regulator", Role::regulator, {}};
    submission.key = "after the upgrade";
    submission.body_hash = sha256(submission.key);
    submission.proposals.push_back(
        {FirmRegistered{FirmId{"F-NEW"}, Text{"New"}, Tier{"T1"}, {}}, {}, {}, {}, {}});
    return submission;
}

}  // namespace

TEST_CASE("a ledger of an earlier version opens, verifies and says what it said", "[upgrade]")
{
    const std::string version = GENERATE("0.1.0");
    const Kept kept{version};
    const std::string before = kept.verified();
    INFO(before);
    CHECK(before.find("\"ok\":true") != std::string::npos);
    CHECK(before.find("\"heads\":0") == std::string::npos);
    const auto ledger = std::move(Ledger::open(options_for(kept)).value());
    const std::string told = kept.told();
    REQUIRE(told.size() > 1'000);
    CHECK(history(*ledger->head(), step) == told);

    // It goes on from there, and the heads signed before still hold.
    const Position head = ledger->head()->position;
    CHECK(run(ledger->submit(one_firm())).outcome.value().first.number == head.number + 1);
    ledger->stop();
    CHECK(kept.verified().find("\"ok\":true") != std::string::npos);
    Kept::must(CHIPLEDGER_BINARY " rebuild --check --database '" + kept.database + "'");
}

TEST_CASE("entries of every type are read as they were written, byte for byte", "[upgrade]")
{
    const Kept kept{"0.1.0"};
    EventStore store{kept.database};
    std::set<std::string> types;
    const Position head = store.head().value().size;
    REQUIRE(bool(store.read({}, head, [&](StoredEntry&& entry) {
        const Result<Event> event = decode(entry.bytes);
        REQUIRE(bool(event));
        REQUIRE(encode(*event) == entry.bytes);
        types.insert(std::string{type_name(event->data)});
    })));
    CHECK(types.size() == 48);  // Of version 0.1.0; later versions have more.
}

TEST_CASE("an altered byte of a kept ledger is noticed", "[upgrade]")
{
    const Kept kept{"0.1.0"};
    kept.cluster.sql(kept.name, "ALTER TABLE event DISABLE TRIGGER ALL");
    kept.cluster.sql(kept.name, "UPDATE event SET bytes = overlay(bytes placing '\\x58' from "
                                "position('\"T1\"'::bytea in bytes) + 1 for 1) WHERE position = 3");
    const Ran ran = shell(CHIPLEDGER_BINARY " verify --json --database '" + kept.database +
                          "' --vkey " + kept.folder + "/log.vkey");
    INFO(ran.said);
    CHECK(ran.code == 4);
    CHECK(ran.said.find("\"entry\":3") != std::string::npos);
}

}  // namespace chipledger::upgrade
