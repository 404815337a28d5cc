// Who may do what inside the database (migrations 0001 to 0006).
#include <pqxx/pqxx>

#include "catch.hpp"
#include "sample.hpp"
#include "store/settings.hpp"

namespace chipledger::store_test {

namespace {

/// What a login gets for a statement: the first column joined, or "denied".
std::string as(const Database& database, const std::string& login, const std::string& statement)
{
    std::string conninfo = database.superuser();
    conninfo.replace(conninfo.find("user=postgres"), 13, "user=" + login);
    try {
        pqxx::connection connection{conninfo};
        pqxx::nontransaction work{connection};
        std::string seen;
        for (const auto& row : work.exec(statement))
            seen += (seen.empty() ? "" : " ") + std::string{row[0].c_str()};
        return seen;
    } catch (const pqxx::sql_error& error) {
        const std::string what = error.what();
        const bool denied = what.find("permission denied") != what.npos ||
                            what.find("must be owner") != what.npos;
        return denied ? "denied" : what;
    }
}

void record(const Database& database, int count)
{
    EventStore store{database.runtime()};
    std::vector<EventRow> rows;
    for (int i = 1; i <= count; ++i) rows.push_back(row(i));
    REQUIRE(bool(store.append(store.take_over().value(), rows, {})));
}

const std::string positions = "SELECT position FROM event_json ORDER BY position";

}  // namespace

TEST_CASE("the runtime role adds to the record and can do nothing else to it", "[rights]")
{
    const Database database;
    record(database, 3);
    for (const char* table : {"event", "event_subject", "command", "checkpoint", "tile"}) {
        INFO(table);
        const std::string name = table;
        CHECK(as(database, "chipledger", "DELETE FROM " + name) == "denied");
        CHECK(as(database, "chipledger", "TRUNCATE " + name) == "denied");
        CHECK(as(database, "chipledger", "ALTER TABLE " + name + " DISABLE TRIGGER ALL") ==
              "denied");
        CHECK(as(database, "chipledger", "DROP TABLE " + name) == "denied");
    }
    CHECK(as(database, "chipledger", "UPDATE event SET type = 'x'") == "denied");
    CHECK(as(database, "chipledger", "SET session_replication_role = replica") == "denied");
    CHECK(as(database, "chipledger", "CREATE TABLE mine (a int)") == "denied");
}

TEST_CASE("the signer reads entries, adds signed heads and nothing more", "[rights]")
{
    const Database database;
    record(database, 2);
    CHECK(as(database, "chipledger_signer", "SELECT position FROM event ORDER BY 1") == "1 2");
    CHECK(as(database, "chipledger_signer", "SELECT principal FROM event") == "denied");
    CHECK(as(database, "chipledger_signer", "SELECT hash FROM token") == "denied");
    CHECK(as(database, "chipledger_signer", "UPDATE log_head SET size = 9") == "denied");
    CHECK(as(database, "chipledger_signer", "INSERT INTO command DEFAULT VALUES") == "denied");
}

TEST_CASE("a SQL user sees the rows of its firm alone, and none before it is told whose",
          "[rights]")
{
    const Database database;
    record(database, 4);
    database.sql("DO $$ BEGIN CREATE ROLE reader_one LOGIN; CREATE ROLE reader_two LOGIN;"
                 " CREATE ROLE reader_all LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
                 "GRANT chipledger_reader TO reader_one, reader_two, reader_all;"
                 "INSERT INTO sql_reader VALUES ('reader_one', 'F-1'), ('reader_all', NULL);"
                 "INSERT INTO projected.approval (generation, approval, firm, period, status,"
                 " granted, available, reserved, drawn, forfeited, carried_out, sku, end_use,"
                 " valid_from, valid_to) SELECT 1, a, f, 'P', 'open', 1, 1, 0, 0, 0, 0, 's', 'e',"
                 " '2026-01-01', '2026-12-31' FROM (VALUES ('A', 'F-1'), ('B', 'F-2')) AS v (a, f);"
                 "INSERT INTO projected.holding VALUES"
                 " (1, 'X', 'cleared', 'B', '', '', 'F-2', 's', 1)");
    CHECK(as(database, "reader_one", positions) == "1 3");
    CHECK(as(database, "reader_two", positions).empty());
    CHECK(as(database, "reader_all", positions) == "1 2 3 4");
    CHECK(as(database, "reader_one", "SELECT approval FROM approval_balance") == "A");
    CHECK(as(database, "reader_one", "SELECT batch FROM inventory").empty());
    CHECK(as(database, "reader_all", "SELECT batch FROM inventory") == "X");
    CHECK(as(database, "reader_one", "SET chipledger.firm = 'F-2'; " + positions) == "1 3");
    CHECK(as(database, "reader_one", "SELECT salt FROM event") == "denied");
    CHECK(as(database, "reader_one", "UPDATE sql_reader SET firm = NULL") == "denied");
    CHECK(as(database, "reader_one", "SELECT hash FROM token") == "denied");
}

TEST_CASE("under SET LOCAL the server itself sees one firm's entries", "[rights]")
{
    const Database database;
    record(database, 4);
    CHECK(as(database, "chipledger", "SET chipledger.firm = 'F-2'; "
                                     "SELECT position FROM event ORDER BY 1") == "2 4");
    CHECK(as(database, "chipledger", "SELECT position FROM event ORDER BY 1") == "1 2 3 4");
    CHECK(as(database, "chipledger_owner", "SELECT position FROM event").empty());
}

TEST_CASE("settings that may lose entries are named", "[rights]")
{
    const Database database;
    CHECK(unsafe_settings(database.runtime()).value().empty());
    database.sql("ALTER ROLE chipledger SET synchronous_commit = off");
    CHECK(unsafe_settings(database.runtime()).value() ==
          std::vector<std::string>{"synchronous_commit = off"});
    database.sql("ALTER ROLE chipledger RESET synchronous_commit");
}

}  // namespace chipledger::store_test
