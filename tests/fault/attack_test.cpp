// The drill: a database administrator with triggers off against verify, signer and kept receipts.
#include <fstream>

#include "catch.hpp"
#include "http/service.hpp"
#include "ledger/durable_file.hpp"
#include "process.hpp"
#include "proof/base64.hpp"
#include "proof/hash.hpp"
#include "proof/note.hpp"
#include "proof/tree.hpp"
#include "store/token.hpp"
#include "support/cluster.hpp"
#include "support/command.hpp"

namespace chipledger {

namespace {

namespace files = std::filesystem;
using Json = nlohmann::json;

Ran run(const std::string& arguments)
{
    return shell(CHIPLEDGER_BINARY " " + arguments);
}

/// A ledger of 601 signed entries at rest, and what a firm and an auditor have kept of it.
struct Original {
    Original()
    {
        files::create_directory(folder);
        TokenStore tokens{conninfo, pepper_at(folder + "/pepper").value()};
        const std::string token = tokens.mint({"regulator", Role::regulator, {}, {}}).value().token;
        ServerProcess server{folder, conninfo};
        Client client{server.port(), token};
        for (int part = 0; part < 3; ++part) {
            Json events = Json::array();
            for (int i = 0; i < 200; ++i)
                events.push_back(
                    {{"type", "FirmRegistered"},
                     {"data", {{"firm", "F-" + std::to_string(200 * part + i)},
                               {"name", "Alpha"},
                               {"tier", "T1"}}}});
            REQUIRE(client.post("/v1/events", Json{{"events", events}}.dump()).status == 201);
        }
        const Reply receipt = client.get("/v1/log/receipts/601");
        REQUIRE(receipt.status == 200);
        std::ofstream{folder + "/receipt-601"} << receipt.body;
        std::ofstream{folder + "/receipt-41"} << client.get("/v1/log/receipts/41").body;
        std::ofstream{folder + "/kept"} << client.get("/v1/log/checkpoint").body;
        server.signal(SIGTERM);
        REQUIRE(server.wait() == 0);
    }
    TestCluster& cluster = TestCluster::shared();
    std::string database = cluster.migrated_database("attack");
    std::string conninfo = cluster.runtime_conninfo(database);
    std::string folder = cluster.folder() + "/data-of-" + database;
};

const Original& original()
{
    static const Original one;
    return one;
}

/// A copy to break.
class Victim {
public:
    explicit Victim(const std::string& name)
    {
        static int made = 0;
        database_ = "victim_" + name + std::to_string(++made);
        cluster().sql("postgres", "CREATE DATABASE " + database_ + " TEMPLATE " +
                                      original().database + " OWNER chipledger_owner");
        folder = cluster().folder() + "/" + database_;
        files::copy(original().folder, folder, files::copy_options::recursive);
    }

    void attack(const std::string& statements)
    {
        cluster().sql(database_, "ALTER TABLE event DISABLE TRIGGER ALL;"
                                 "ALTER TABLE log_head DISABLE TRIGGER ALL;"
                                 "ALTER TABLE tile DISABLE TRIGGER ALL;"
                                 "ALTER TABLE checkpoint DISABLE TRIGGER ALL;" + statements);
    }
    Ran verify(const std::string& more = {}) const
    {
        return run("verify --data " + folder + " --database '" + conninfo() + "' --vkey " +
                   original().folder + "/log.vkey " + more);
    }
    /// What the signer does when the server comes back.
    std::string signer() const
    {
        const Ran ran = run("sign --once --data " + folder + " --database '" + conninfo() + "'");
        return ran.code == 4 ? ran.said.substr(ran.said.find("INTEGRITY: ") + 11) : "signed\n";
    }
    /// The signer's memory is gone with the machine it was on: the database is all there is.
    void forget_signer() { files::remove_all(folder + "/log"); }
    std::string conninfo() const { return cluster().runtime_conninfo(database_); }

    std::string folder{};

private:
    static TestCluster& cluster() { return TestCluster::shared(); }
    std::string database_{};
};

const std::string change_41 =
    "UPDATE event SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), 'Alpha', 'Alphb'),"
    " 'UTF8') WHERE position = 41;";
std::string kept_receipt() { return "--receipt " + original().folder + "/receipt-41 "; }

bool names(const Ran& ran, const std::string& entry)
{
    INFO(ran.said);
    CHECK(ran.said.find("BROKEN at entry " + entry + ":") != std::string::npos);
    return ran.code == 4;
}

}  // namespace

TEST_CASE("what nobody has touched is good, to everyone", "[attack]")
{
    Victim victim{"none"};
    const Ran ran = victim.verify(kept_receipt());
    INFO(ran.said);
    CHECK(ran.code == 0);
    CHECK(ran.said.find("good: the snapshot of 601 entries") != std::string::npos);
    CHECK(victim.signer() == "signed\n");
}

TEST_CASE("one byte is changed", "[attack]")
{
    Victim victim{"byte"};
    victim.attack(change_41);
    CHECK(names(victim.verify(), "41"));
    CHECK(victim.signer() == "entry 41 is not what was signed\n");
    SECTION("without the signer's memory, the tiles in the database name it")
    {
        victim.forget_signer();
        CHECK(names(victim.verify(), "41"));
        SECTION("without the tiles, the signed heads do, by range")
        {
            victim.attack("DELETE FROM tile");
            const Ran ran = victim.verify();
            CHECK(ran.code == 4);
            CHECK(ran.said.find("is not what was signed") != std::string::npos);
            SECTION("without any head, nothing vouches for the log, and that is said")
            {
                victim.attack("DELETE FROM checkpoint");
                CHECK(victim.verify().said == "BROKEN: there is no signed head\n");
                SECTION("but a receipt that was kept does")
                {
                    CHECK(names(victim.verify(kept_receipt()), "41"));
                }
            }
        }
    }
}

TEST_CASE("an entry is deleted", "[attack]")
{
    Victim victim{"delete"};
    victim.attack("DELETE FROM event WHERE position = 100");
    CHECK(names(victim.verify(), "100"));
    CHECK(victim.signer() == "entry 100 is not what was signed\n");
}

TEST_CASE("two entries are swapped", "[attack]")
{
    Victim victim{"swap"};
    victim.attack("UPDATE event SET bytes = other.bytes, salt = other.salt FROM event other"
                  " WHERE (event.position, other.position) IN ((50, 51), (51, 50))");
    CHECK(names(victim.verify(), "50"));
    CHECK(victim.signer() == "entry 50 is not what was signed\n");
}

TEST_CASE("an entry is inserted, and the rest moved up", "[attack]")
{
    Victim victim{"insert"};
    victim.attack("UPDATE event SET position = position + 1000000 WHERE position >= 300;"
                  "INSERT INTO event SELECT 300, gen_random_uuid(), type, occurred_at, recorded_at,"
                  " salt, bytes, principal, kinds FROM event WHERE position = 299;"
                  "UPDATE event SET position = position - 999999 WHERE position > 1000000;"
                  "UPDATE log_head SET size = size + 1");
    CHECK(names(victim.verify(), "300"));
    CHECK(victim.signer() == "entry 300 is not what was signed\n");
}

TEST_CASE("the end is cut off, as an old dump would", "[attack]")
{
    Victim victim{"dump"};
    victim.attack("DELETE FROM event WHERE position > 401; UPDATE log_head SET size = 401;"
                  "DELETE FROM checkpoint WHERE size > 401; DELETE FROM tile WHERE index > 0");
    CHECK(names(victim.verify(), "402"));
    CHECK(victim.signer() == "the log has 401 entries, and 601 have been here before\n");
    victim.forget_signer();
    SECTION("without the signer's memory, a checkpoint that was kept shows it")
    {
        CHECK(names(victim.verify("--checkpoint " + original().folder + "/kept"), "402"));
    }
    SECTION("so does a receipt")
    {
        CHECK(names(victim.verify("--receipt " + original().folder + "/receipt-601"), "402"));
    }
}

TEST_CASE("with the log's key stolen, all of it is rebuilt and signed again", "[attack]")
{
    Victim victim{"rebuilt"};
    victim.attack(change_41 + "DELETE FROM tile; DELETE FROM checkpoint");
    for (const char* file : {"leaves", "checkpoint"}) files::remove(victim.folder + "/log/" + file);
    CHECK(victim.signer() == "signed\n");
    SECTION("a snapshot that was forgotten still has the old one")
    {
        CHECK(victim.verify().said.starts_with("BROKEN: the snapshot of 601 entries"));
    }
    SECTION("what was signed again verifies by itself: that is why others keep receipts")
    {
        files::remove(victim.folder + "/snapshot");
        CHECK(victim.verify().code == 0);
    }
    SECTION("a receipt that was kept names the entry")
    {
        CHECK(names(victim.verify(kept_receipt()), "41"));
    }
    SECTION("a checkpoint that was kept shows two histories of one size")
    {
        const Ran ran = victim.verify("--checkpoint " + original().folder + "/kept");
        CHECK(ran.code == 4);
        CHECK(ran.said.find("two histories") != std::string::npos);
    }
}

TEST_CASE("a firm is renamed in the snapshot, with the checksum made anew", "[attack]")
{
    Victim victim{"snapshot"};
    const std::string path = victim.folder + "/snapshot";
    std::string body = read_file(path).value();
    body.resize(body.size() - 32);
    const std::size_t at = body.find("Alpha");
    REQUIRE(at != body.npos);
    body[at] = 'B';
    std::ofstream{path, std::ios::binary} << body << sha256(body);
    const Ran ran = victim.verify();
    CHECK(ran.code == 4);
    CHECK(ran.said.starts_with("BROKEN: the snapshot of 601 entries is not what they fold to"));
}

TEST_CASE("a tile or the root beside a signed head is changed", "[attack]")
{
    Victim victim{"columns"};
    SECTION("a tile names the entry")
    {
        victim.attack("UPDATE tile SET hashes = set_byte(hashes, 32 * 40, 0) WHERE index = 0");
        CHECK(names(victim.verify(), "41"));
    }
    SECTION("a root is not the one that was signed")
    {
        victim.attack("UPDATE checkpoint SET root = set_byte(root, 0, get_byte(root, 0) # 1)");
        const Ran ran = victim.verify();
        CHECK(ran.code == 4);
        CHECK(ran.said.find("is not the one that was signed") != std::string::npos);
    }
}

TEST_CASE("a server on an altered log says so and signs nothing", "[attack]")
{
    Victim victim{"served"};
    victim.attack(change_41);
    ServerProcess server{victim.folder, victim.conninfo()};
    Client nobody{server.port(), ""};
    Reply ready = nobody.get("/readyz");
    for (int i = 0; i < 500 && ready.status == 200; ++i) ready = nobody.get("/readyz");
    CHECK(ready.status == 503);
    CHECK(ready.json()["reason"] == "entry 41 is not what was signed");
    CHECK(nobody.get("/metrics").body.find("chipledger_integrity_alarm 1") != std::string::npos);
    CHECK(nobody.get("/v1/log/checkpoint").status == 503);
}

}  // namespace chipledger
