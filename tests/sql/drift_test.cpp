// Someone writes into the tables behind the ledger's back; the server notices, rebuild repairs.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "catch.hpp"
#include "fault/process.hpp"
#include "http/service.hpp"
#include "sql/demo_ledger.hpp"
#include "store/token.hpp"

namespace chipledger
{

using sql_test::DemoLedger;

namespace
{

using Json = nlohmann::json;

/// A server over a copy of the demo that compares all the time, and its regulator.
class Served {
public:
    Served() { start(); }
    /// A second server over the same ledger.
    explicit Served(const Served& first)
        : demo{first.demo}, folder_{first.folder_ + "-next"}
    {
        start();
    }
    Client& client() { return *client_; }

    std::string metric(const std::string& name)
    {
        const std::string text = client_->get("/metrics").body;
        const std::size_t at = text.find("\nchipledger_projection_" + name + ' ');
        REQUIRE(at != text.npos);
        const std::size_t from = text.find(' ', at) + 1;
        return text.substr(from, text.find('\n', from) - from);
    }
    /// Asks again until the metric says so; false after a minute.
    bool becomes(const std::string& name, const std::string& value)
    {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
        while (metric(name) != value)
            if (std::chrono::steady_clock::now() > until) return false;
        return true;
    }
    /// Waits for two comparisons more: the second began after this was asked.
    bool compares()
    {
        const int before = std::stoi(metric("checks_total"));
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
        while (std::stoi(metric("checks_total")) < before + 2)
            if (std::chrono::steady_clock::now() > until) return false;
        return true;
    }

    DemoLedger demo{};

private:
    void start()
    {
        std::filesystem::create_directory(folder_);
        TokenStore tokens{demo.runtime(), pepper_at(folder_ + "/pepper").value()};
        token_ = tokens.mint({"regulator", Role::regulator, {}, {}}).value().token;
        server_ = std::make_unique<ServerProcess>(
            folder_, demo.runtime(),
            std::vector<std::string>{"--check-tables", "10", "--check-rest", "0"});
        client_ = std::make_unique<Client>(server_->port(), token_);
    }

    std::string folder_ = TestCluster::shared().folder() + "/data-of-" + demo.database();
    std::string token_{};
    std::unique_ptr<ServerProcess> server_{};
    std::unique_ptr<Client> client_{};
};

const std::string change_of_balance =
    "UPDATE projected.approval SET available = available - 1, drawn = drawn + 1"
    " WHERE approval = 'AP-07'";

}  // namespace

TEST_CASE("a row that was tampered with raises the alarm until rebuild repairs it", "[drift]")
{
    Served served;
    REQUIRE(served.compares());
    CHECK(served.metric("drift") == "0");
    CHECK_FALSE(served.client().read("/readyz")["projection"].contains("drift"));

    served.demo.sql(change_of_balance);
    REQUIRE(served.becomes("drift", "1"));
    const Reply ready = served.client().get("/readyz");
    CHECK(ready.status == 200);  // It can still record.
    CHECK(ready.json()["status"] == "ready");
    CHECK(ready.json()["projection"]["drift"].get<std::string>().starts_with(
        "approval AP-07: available is "));
    const Ran checked = served.demo.run("rebuild --check");
    CHECK(checked.code == 4);
    CHECK(checked.said.starts_with("DRIFT: approval AP-07: available is "));
    CHECK(served.metric("drift") == "1");  // Looking repairs nothing.

    const Ran rebuilt = served.demo.run("rebuild");
    CHECK(rebuilt.code == 0);
    CHECK(rebuilt.said.find("DRIFT: approval AP-07") != std::string::npos);
    CHECK(rebuilt.said.find("rebuilt from the log") != std::string::npos);
    REQUIRE(served.becomes("drift", "0"));
    CHECK(served.demo.run("rebuild --check").code == 0);
    // And the server goes on in the new tables.
    REQUIRE(served.client()
                .record("FirmRegistered", R"({"firm":"F-NEW","name":"New","tier":"T1"})")
                .status == 201);
    REQUIRE(served.becomes("lag_entries", "0"));
    CHECK(served.demo.as("ana", "SELECT name FROM firm WHERE firm = 'F-NEW'") == "New");
    CHECK(served.demo.run("rebuild --check").code == 0);
}

TEST_CASE("every way to write into the tables is noticed", "[drift]")
{
    const std::string sql = GENERATE(
        as<std::string>{},
        "DELETE FROM projected.movement WHERE position = (SELECT min(position) FROM"
        " projected.movement)",
        "UPDATE projected.movement SET available = available + 1 WHERE position = (SELECT"
        " max(position) FROM projected.movement)",
        "INSERT INTO projected.movement SELECT generation, 9999999, approval, firm, type,"
        " occurred_at, recorded_at, granted, available, reserved, drawn, forfeited, carried_out"
        " FROM projected.movement LIMIT 1",
        "DELETE FROM projected.holding WHERE ctid = (SELECT min(ctid) FROM projected.holding)",
        "INSERT INTO projected.firm SELECT generation, 'F-GHOST', name, tier, sector, registered"
        " FROM projected.firm LIMIT 1",
        "UPDATE projected.policy SET units = units + 1 WHERE tier = 'T1'",
        "UPDATE projected.condition SET evidenced = 7 WHERE evidenced IS NULL",
        "DELETE FROM projected.approval");
    INFO(sql);
    Served served;
    served.demo.sql(sql);
    REQUIRE(served.becomes("drift", "1"));
    CHECK(served.demo.run("rebuild --check").code == 4);
    CHECK(served.demo.run("rebuild").code == 0);
    CHECK(served.becomes("drift", "0"));
}

TEST_CASE("readers see old tables or new ones, never half-built, while writers go on", "[drift]")
{
    Served served;
    served.demo.sql(change_of_balance);  // So that old and new differ.
    std::atomic<bool> done = false, whole = true;
    std::atomic<int> seen_old = 0, seen_new = 0, writes = 0;
    std::vector<std::jthread> threads;
    for (const char* login : {"ana", "fay"})
        threads.emplace_back([&, login] {
            pqxx::connection connection{served.demo.conninfo(login)};
            while (!done) {
                pqxx::nontransaction work{connection};
                const pqxx::row row = work.exec1(
                    "SELECT (SELECT count(*) FROM approval_balance),"
                    " (SELECT sum(units) FROM inventory WHERE firm = 'F-A'),"
                    " (SELECT sum(granted) FROM balance_movement WHERE firm = 'F-A'),"
                    " (SELECT sum(granted) FROM approval WHERE firm = 'F-A'),"
                    " (SELECT sum(drawn) FROM balance_movement WHERE approval = 'AP-07') ="
                    " (SELECT drawn FROM approval WHERE approval = 'AP-07')");
                const bool all = row[0].as<int>() == (std::string{login} == "ana" ? 12 : 3);
                if (!all || row[1].is_null() || row[2].as<int>() != row[3].as<int>()) whole = false;
                ++(row[4].as<bool>() ? seen_new : seen_old);
            }
        });
    threads.emplace_back([&] {
        for (int i = 0; !done; ++i) {
            const std::string firm = "F-W" + std::to_string(i);
            if (served.client()
                    .record("FirmRegistered",
                            R"({"firm":")" + firm + R"(","name":"N","tier":"T2"})")
                    .status == 201)
                ++writes;
        }
    });
    for (int i = 0; i < 3; ++i) CHECK(served.demo.run("rebuild").code == 0);
    while (seen_new == 0 && whole) std::this_thread::yield();
    done = true;
    threads.clear();
    CHECK(whole);
    CHECK(seen_old > 0);
    CHECK(writes > 0);
    REQUIRE(served.becomes("lag_entries", "0"));
    CHECK(served.demo.run("rebuild --check").code == 0);
    CHECK(served.demo.sql("SELECT count(DISTINCT generation) FROM projected.movement") == "1");
}

TEST_CASE("a server that was taken over leaves the tables to its successor, without an alarm",
          "[drift]")
{
    Served old;
    REQUIRE(old.compares());
    Served next{old};
    REQUIRE(next.client()
                .record("FirmRegistered", R"({"firm":"F-NEW","name":"New","tier":"T1"})")
                .status == 201);
    REQUIRE(next.becomes("lag_entries", "0"));
    REQUIRE(next.compares());
    CHECK(next.metric("drift") == "0");
    CHECK(old.metric("drift") == "0");
    const char* late = R"({"firm":"F-LATE","name":"Late","tier":"T1"})";
    CHECK(old.client().record("FirmRegistered", late).status == 503);  // It is fenced.
    CHECK(old.metric("drift") == "0");
    CHECK(old.metric("lag_entries") == "0");
    CHECK(next.demo.run("rebuild --check").code == 0);
}

TEST_CASE("what an interrupted rebuild has left is cleared away, and harms nobody", "[drift]")
{
    const DemoLedger demo;
    const std::string before = demo.as("ana", "SELECT count(*), sum(units) FROM inventory");
    demo.sql(
        "INSERT INTO projected.holding SELECT generation + 1, batch, state, approval, shipment,"
        " site, firm, sku, units FROM projected.holding LIMIT 100");
    CHECK(demo.as("ana", "SELECT count(*), sum(units) FROM inventory") == before);
    CHECK(demo.run("rebuild --check").code == 0);
    CHECK(demo.run("rebuild").code == 0);
    CHECK(demo.as("ana", "SELECT count(*), sum(units) FROM inventory") == before);
    CHECK(demo.sql("SELECT count(DISTINCT generation) FROM projected.holding") == "1");
}

TEST_CASE("one rebuilds at a time, and tables that are empty or ahead are made good", "[drift]")
{
    const DemoLedger demo;
    {
        pqxx::connection other{demo.conninfo("postgres")};
        pqxx::nontransaction work{other};
        work.exec("SELECT pg_advisory_lock(" + std::to_string(0x636c6b5265627569) + ")");
        const Ran refused = demo.run("rebuild");
        CHECK(refused.code == 1);
        CHECK(refused.said.find("Another one rebuilds") != std::string::npos);
    }
    demo.sql("UPDATE projection_checkpoint SET position = 0; DELETE FROM projected.approval");
    CHECK(demo.run("rebuild --check").said == "DRIFT: the tables are empty\n");
    CHECK(demo.run("rebuild").code == 0);
    CHECK(demo.run("rebuild --check").code == 0);
    const std::string size = demo.sql("SELECT size FROM log_head");
    CHECK(demo.sql("SELECT position FROM projection_checkpoint") == size);
    demo.sql("UPDATE projection_checkpoint SET position = 99999");
    const Ran ahead = demo.run("rebuild --check");
    CHECK(ahead.code == 4);
    CHECK(ahead.said == "DRIFT: the tables speak of entry 99999, the log has " + size + "\n");
    CHECK(demo.run("rebuild").code == 0);
    CHECK(demo.run("rebuild --check").code == 0);
    CHECK(demo.run("rebuild --chek").code == 2);
    CHECK(sql_test::run("rebuild --database 'host=/nowhere user=chipledger'").code == 3);
}

}  // namespace chipledger
