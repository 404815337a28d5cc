// What the signer refuses to sign, and that it never forgets.
#include "ledger/signing.hpp"

#include <signal.h>
#include <sys/resource.h>

#include <fstream>

#include "catch.hpp"
#include "ledger/durable_file.hpp"
#include "store/token.hpp"
#include "support/cluster.hpp"

namespace chipledger {

namespace {

namespace files = std::filesystem;

/// A log of `rows` entries that nobody but the signer ever reads.
class Premises {
public:
    Premises()
    {
        files::remove_all(folder);
        EventStore store{conninfo};
        head_ = store.take_over().value();
    }

    void append(int count)
    {
        EventStore store{conninfo};
        std::vector<EventRow> rows;
        for (int i = 0; i < count; ++i) rows.push_back(row(head_.size.number + 1 + i));
        head_ = store.append(head_, rows, {}).value();
    }
    void attack(const std::string& statement)
    {
        cluster.sql(database, "ALTER TABLE event DISABLE TRIGGER ALL;"
                              "ALTER TABLE log_head DISABLE TRIGGER ALL;" + statement);
    }
    /// A signer of another process, and what it has to say.
    std::string sign()
    {
        Log log;
        Signing signing{SigningOptions{.database = conninfo,
                                       .folder = folder,
                                       .origin = "test",
                                       .alone = true},
                        log};
        try {
            if (!signing.step()) return "the store is away";
        } catch (const Alarm& alarm) {
            return alarm.what();
        }
        return "signed " + std::to_string(log.published()->size);
    }

    TestCluster& cluster = TestCluster::shared();
    std::string database = cluster.migrated_database("signing");
    std::string conninfo = cluster.runtime_conninfo(database);
    files::path folder = cluster.folder() + "/" + database + "-log";

private:
    static EventRow row(std::int64_t position)
    {
        const std::string number = std::to_string(position);
        return {.position = {position},
                .id = "00000000-0000-7000-8000-" + std::string(12 - number.size(), '0') + number,
                .type = "T",
                .salt = std::string(32, 's'),
                .bytes = "{\"position\":" + number + "}",
                .subjects = {{"ledger", "L", position}},
                .principal = "p"};
    }
    Head head_{};
};

}  // namespace

TEST_CASE("the signer signs what was added, and knows it again", "[signing]")
{
    Premises premises;
    premises.append(300);
    CHECK(premises.sign() == "signed 300");
    CHECK(premises.sign() == "signed 300");
    premises.append(300);
    CHECK(premises.sign() == "signed 600");
    CHECK(premises.cluster.sql(premises.database, "SELECT count(*) FROM checkpoint") == "2");
    CHECK(premises.cluster.sql(premises.database, "SELECT count(*) FROM tile") == "2");
}

TEST_CASE("what a write that failed has left half written is no part of the memory", "[signing]")
{
    Premises premises;
    premises.append(50);
    Log log;
    Signing signing{SigningOptions{.database = premises.conninfo,
                                   .folder = premises.folder,
                                   .origin = "test",
                                   .alone = true},
                    log};
    REQUIRE(signing.step());
    premises.append(50);
    ::signal(SIGXFSZ, SIG_IGN);  // Files may grow no more: write() says so, having written a part.
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit full{50 * 32 + 40, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
    CHECK_THROWS_AS(signing.step(), std::system_error);
    ::setrlimit(RLIMIT_FSIZE, &before);
    CHECK(files::file_size(premises.folder / "leaves") == full.rlim_cur);
    REQUIRE(signing.step());
    CHECK(files::file_size(premises.folder / "leaves") == 100 * 32);
    CHECK(premises.sign() == "signed 100");
}

TEST_CASE("the signer refuses a log that was altered, and for good", "[signing]")
{
    Premises premises;
    premises.append(50);
    REQUIRE(premises.sign() == "signed 50");
    SECTION("a byte")
    {
        premises.attack("UPDATE event SET bytes = '{\"position\":0}' WHERE position = 7");
        CHECK(premises.sign() == "entry 7 is not what was signed");
        premises.attack("UPDATE event SET bytes = '{\"position\":7}' WHERE position = 7");
        CHECK(premises.sign() == "entry 7 is not what was signed");
        files::remove(premises.folder / "alarm");
        CHECK(premises.sign() == "signed 50");
    }
    SECTION("a salt")
    {
        premises.attack("UPDATE event SET salt = repeat('x', 32)::bytea WHERE position = 50");
        CHECK(premises.sign() == "entry 50 is not what was signed");
    }
    SECTION("a shorter log")
    {
        premises.attack("DELETE FROM event WHERE position > 40; UPDATE log_head SET size = 40");
        CHECK(premises.sign() == "the log has 40 entries, and 50 have been here before");
    }
    SECTION("a hole")
    {
        premises.attack("DELETE FROM event WHERE position = 20");
        CHECK(premises.sign() == "entry 20 is not what was signed");
    }
    SECTION("a hole in what is new")
    {
        premises.append(10);
        premises.attack("DELETE FROM event WHERE position = 55");
        CHECK(premises.sign() == "entry 55 is missing");
    }
    SECTION("the signer's own leaves cut short")
    {
        files::resize_file(premises.folder / "leaves", 32 * 49);
        CHECK(premises.sign().starts_with("the signer's own files disagree"));
    }
}

TEST_CASE("a log that is not what was signed raises the alarm before anybody is answered",
          "[signing]")
{
    Premises premises;
    premises.append(50);
    REQUIRE(premises.sign() == "signed 50");
    // As a server does that has folded the log: the alarm of its first moment.
    const auto alarm_at_start = [&] {
        EventStore store{premises.conninfo};
        Log log;
        const auto take = [&](StoredEntry&& entry) { log.take(entry); };
        REQUIRE(bool(store.read({}, store.head().value().size, take)));
        const Signing signing{
            SigningOptions{.database = premises.conninfo, .folder = premises.folder, .origin = "test"},
            log};
        return log.alarm();
    };
    CHECK(alarm_at_start().empty());
    premises.attack("DELETE FROM event WHERE position > 40; UPDATE log_head SET size = 40");
    CHECK(alarm_at_start() == "the log has 40 entries, and 50 have been here before");
    files::remove(premises.folder / "alarm");
    for (const char* memory : {"leaves", "checkpoint"}) files::remove(premises.folder / memory);
    CHECK(alarm_at_start().empty());  // Nothing is remembered, so nothing is missed.
}

TEST_CASE("what is signed again with more cosignatures is kept beside what was there", "[signing]")
{
    Premises premises;
    CheckpointStore store{premises.conninfo};
    const std::string root(32, 'r');
    for (const char* note : {"one", "two", "one"})
        REQUIRE(bool(store.put({5, root, note}, {})));
    CHECK(store.list(0, 1).value().size() == 2);
    CHECK(store.latest().value()->note == "two");
}

TEST_CASE("a power cut in the middle of the signer's file is no alarm", "[signing]")
{
    Premises premises;
    premises.append(5);
    REQUIRE(premises.sign() == "signed 5");
    std::ofstream{premises.folder / "leaves", std::ios::app} << "half a ha";
    premises.append(5);
    CHECK(premises.sign() == "signed 10");
}

TEST_CASE("keys rotate with an overlap", "[signing]")
{
    Premises premises;
    premises.append(3);
    REQUIRE(premises.sign() == "signed 3");
    const auto old = keys_in(premises.folder, "test").front().verifier;
    const SignerKey fresh = make_signer_key("test", KeyKind::ed25519);
    add_key(premises.folder, fresh);
    premises.append(1);
    REQUIRE(premises.sign() == "signed 4");
    const auto note = [&] { return parse_note(*read_file(premises.folder / "checkpoint")); };
    CHECK(signers_of(note(), std::vector{old}).size() == 1);
    CHECK(signers_of(note(), std::vector{fresh.verifier}).size() == 1);
    remove_key(premises.folder, old.id);
    premises.append(1);
    REQUIRE(premises.sign() == "signed 5");
    CHECK(signers_of(note(), std::vector{old}).empty());
    CHECK(signers_of(note(), std::vector{fresh.verifier}).size() == 1);
    CHECK_THROWS_AS(remove_key(premises.folder, fresh.verifier.id), ProofFault);
    CHECK(files::status(premises.folder / "keys").permissions() ==
          (files::perms::owner_read | files::perms::owner_write));
}

}  // namespace chipledger
