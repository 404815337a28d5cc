// The server is killed in the middle of its work, and started again.
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>

#include "catch.hpp"
#include "http/service.hpp"
#include "process.hpp"
#include "store/token.hpp"
#include "support/cluster.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr int writers = 64;

/// A ledger's folder and database, and a regulator's token.
struct Premises {
    Premises()
    {
        std::filesystem::create_directory(folder);
        TokenStore tokens{conninfo, pepper_at(folder + "/pepper").value()};
        token = tokens.mint({"regulator", Role::regulator, {}, {}}).value().token;
    }
    TestCluster& cluster = TestCluster::shared();
    std::string conninfo = cluster.runtime_conninfo(cluster.migrated_database("fault"));
    std::string folder = cluster.folder() + "/data-of-" +
                         conninfo.substr(conninfo.rfind('=') + 1);
    std::string token{};
};

std::string data_of(const std::string& firm)
{
    return R"({"firm":")" + firm + R"(","name":"N","tier":"T1"})";
}

std::string key_of(const std::string& firm) { return "Idempotency-Key: key-" + firm + "\r\n"; }

/// What 64 clients were told, and what they never heard an answer to.
struct Told {
    std::mutex mutex{};
    std::map<std::string, std::int64_t> recorded{};  ///< Position by firm.
    std::vector<std::string> unanswered{};
};

void write_until_it_dies(unsigned short port, const std::string& token, int writer, Told& told)
{
    std::string firm;
    try {
        Client client{port, token};
        for (int n = 0; n < 100'000; ++n) {
            firm = "F-" + std::to_string(writer) + "-" + std::to_string(n);
            const Reply reply = client.record("FirmRegistered", data_of(firm), key_of(firm));
            const std::scoped_lock lock{told.mutex};
            if (reply.status == 201)
                told.recorded[firm] = reply.json()["position"].get<std::int64_t>();
            else
                told.unanswered.push_back(firm);
        }
    } catch (const std::exception&) {
        const std::scoped_lock lock{told.mutex};
        told.unanswered.push_back(firm);
    }
}

/// The firm of each entry, by position; fails on a gap.
std::map<std::int64_t, std::string> read_log(Client& client)
{
    std::map<std::int64_t, std::string> firms;
    std::int64_t expected = 1;
    std::string path = "/v1/events?limit=500";
    while (!path.empty()) {
        const Json page = client.read(path);
        for (const Json& entry : page["data"]) {
            REQUIRE(entry["position"] == expected);
            firms[expected++] = entry["data"].value("firm", "");
        }
        path = page["has_more"].get<bool>()
                   ? "/v1/events?limit=500&cursor=" + page["next"].get<std::string>()
                   : "";
    }
    return firms;
}

}  // namespace

TEST_CASE("after SIGKILL under 64 writers every 201 is there once, and nothing else is twice",
          "[fault][kill]")
{
    Premises premises;
    Told told;
    {
        ServerProcess server{premises.folder, premises.conninfo};
        std::vector<std::jthread> threads;
        for (int i = 0; i < writers; ++i)
            threads.emplace_back(
                [&, i] { write_until_it_dies(server.port(), premises.token, i, told); });
        std::this_thread::sleep_for(std::chrono::milliseconds{1500});
        server.signal(SIGKILL);
        CHECK(server.wait() == -SIGKILL);
    }
    REQUIRE(told.recorded.size() > writers);
    std::string live;
    {
        ServerProcess server{premises.folder, premises.conninfo};
        Client client{server.port(), premises.token};
        std::map<std::string, int> times;
        const auto firms = read_log(client);
        for (const auto& [position, firm] : firms) ++times[firm];
        for (const auto& [firm, position] : told.recorded) {
            REQUIRE(firms.at(position) == firm);
            REQUIRE(times[firm] == 1);
        }
        // Whoever heard nothing asks again with the same key, and is recorded once.
        for (const std::string& firm : told.unanswered)
            CHECK(client.record("FirmRegistered", data_of(firm), key_of(firm)).status == 201);
        times.clear();
        for (const auto& [position, firm] : read_log(client)) ++times[firm];
        for (const std::string& firm : told.unanswered) CHECK(times[firm] == 1);
        live = client.get("/v1/summary").body;
        server.signal(SIGTERM);
        CHECK(server.wait() == 0);
    }
    ServerProcess server{premises.folder, premises.conninfo};
    Client client{server.port(), premises.token};
    CHECK(client.get("/v1/summary").body == live);
}

TEST_CASE("a second server takes over; the first is fenced and says so", "[fault][fence]")
{
    Premises premises;
    ServerProcess first{premises.folder, premises.conninfo};
    ServerProcess second{premises.folder, premises.conninfo};
    Client old{first.port(), premises.token}, next{second.port(), premises.token};
    const Reply refused = old.record("FirmRegistered", data_of("F-1"), key_of("F-1"));
    CHECK(refused.status == 503);
    CHECK(refused.json()["code"] == "fenced");
    CHECK(refused.header("retry-after") == "1");
    CHECK(next.record("FirmRegistered", data_of("F-1"), key_of("F-1")).status == 201);
    CHECK(old.get("/readyz").status == 503);
    CHECK(next.get("/readyz").status == 200);
}

TEST_CASE("a flag that disagrees with the first entry is refused, and nobody fenced",
          "[fault][start]")
{
    Premises premises;
    ServerProcess first{premises.folder, premises.conninfo};
    CHECK_THROWS(ServerProcess(premises.folder, premises.conninfo,
                               {"--clock", "simulated:2026-01-01T00:00:00Z"}));
    CHECK_THROWS(ServerProcess(premises.folder, premises.conninfo, {"--utc-offset", "Z"}));
    // Nor by one that could not listen.
    CHECK_THROWS(ServerProcess(premises.folder, premises.conninfo, {"--bind", "192.0.2.1"}));
    Client client{first.port(), premises.token};
    CHECK(client.record("FirmRegistered", data_of("F-1"), key_of("F-1")).status == 201);
    ServerProcess again{premises.folder, premises.conninfo, {"--clock", "system"}};
}

}  // namespace chipledger
