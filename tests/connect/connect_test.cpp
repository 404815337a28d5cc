// Other people's software at the other end: the CloudEvents library reads what is served, and a
// receiver with the Standard Webhooks library takes what is delivered.
#include <signal.h>
#include <sys/wait.h>

#include <array>
#include <filesystem>
#include <map>

#include "catch.hpp"
#include "fault/process.hpp"
#include "http/service.hpp"
#include "parties.hpp"
#include "store/token.hpp"
#include "support/cluster.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

/// A ledger's folder and database, a server that may be killed, and a receiver.
struct Premises {
    Premises()
    {
        std::filesystem::create_directory(folder);
        token = mint({"regulator", Role::regulator, {}, {}});
        start();
    }
    void start(std::vector<std::string> more = {"--webhook-allow-private"})
    {
        more.insert(more.end(), {"--webhook-retry", "20", "--webhook-attempts", "3"});
        server = std::make_unique<ServerProcess>(folder, conninfo, std::move(more));
    }
    std::string mint(const Principal& principal)
    {
        TokenStore tokens{conninfo, pepper_at(folder + "/pepper").value()};
        return tokens.mint(principal).value().token;
    }
    Client regulator() { return {server->port(), token}; }

    TestCluster& cluster = TestCluster::shared();
    std::string database = cluster.migrated_database("connect");
    std::string conninfo = cluster.runtime_conninfo(database);
    std::string folder = cluster.folder() + "/data-of-" + database;
    std::string token{};
    std::unique_ptr<ServerProcess> server{};
};

void register_firm(Client client, const std::string& firm)
{
    const Reply reply = client.record(
        "FirmRegistered", R"({"firm":")" + firm + R"(","name":"N","tier":"T1"})");
    REQUIRE(reply.status == 201);
}

/// A webhook of this receiver's path, its secret told to it; `more` as in ",\"types\":[]".
std::string subscribe(Client client, Receiver& receiver, const std::string& path,
                      const std::string& more = {})
{
    const Reply made =
        client.post("/v1/webhooks", R"({"url":")" + receiver.url(path) + '"' + more + '}');
    INFO(made.body);
    REQUIRE(made.status == 201);
    receiver.tell({{"path", path}, {"secret", made.json()["secret"]}});
    return made.json()["webhook"].get<std::string>();
}

/// Asks until `holds`, for 30 s at most; the last answer.
template <class Holds>
Json wait_until(Client client, const std::string& path, const Holds& holds)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    Json seen = client.read(path);
    while (!holds(seen) && std::chrono::steady_clock::now() < end) seen = client.read(path);
    return seen;
}

std::vector<std::int64_t> positions_of(const std::vector<Json>& deliveries)
{
    std::vector<std::int64_t> positions;
    for (const Json& delivery : deliveries) {
        INFO(delivery.dump());
        CHECK(delivery["verified"] == true);
        positions.push_back(delivery["position"].get<std::int64_t>());
    }
    return positions;
}

using Positions = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("the CloudEvents library reads entries, pages and the feed", "[connect]")
{
    Premises premises;
    for (const char* firm : {"F-1", "F-2", "F-3", "F-4"}) register_firm(premises.regulator(), firm);
    const std::string command =
        "node " CHIPLEDGER_SOURCE_DIR "/tests/connect/check_cloudevents.mjs http://127.0.0.1:" +
        std::to_string(premises.server->port()) + ' ' + premises.token + " 5 2>&1";
    FILE* out = ::popen(command.c_str(), "r");
    std::string said;
    std::array<char, 4096> piece;
    for (std::size_t n; (n = std::fread(piece.data(), 1, piece.size(), out)) > 0;)
        said.append(piece.data(), n);
    CHECK(::pclose(out) == 0);
    CHECK(said == "ok 5 events\n");
}

TEST_CASE("deliveries are signed, in order, and retried until they are taken", "[connect]")
{
    Premises premises;
    Receiver receiver;
    const std::string good = subscribe(premises.regulator(), receiver, "/ok", R"(,"after":0)");
    CHECK(positions_of(receiver.take(1)) == Positions{1});
    const std::string hard = subscribe(premises.regulator(), receiver, "/fail/2/x",
                                       R"(,"content":"entry","types":["FirmRegistered"])");
    register_firm(premises.regulator(), "F-1");
    register_firm(premises.regulator(), "F-2");
    std::map<std::string, std::vector<Json>> by_path;
    for (const Json& delivery : receiver.take(2 + 6))
        by_path[delivery["path"].get<std::string>()].push_back(delivery);
    CHECK(positions_of(by_path["/ok"]) == Positions{2, 3});
    CHECK(by_path["/ok"][0]["type"] == "org.chipledger.FirmRegistered");
    CHECK(by_path["/ok"][0]["data"] == 2);
    // The line waits for its head: three attempts for each, and the second entry after the first.
    CHECK(positions_of(by_path["/fail/2/x"]) == Positions{2, 2, 2, 3, 3, 3});
    for (const Json& delivery : by_path["/fail/2/x"])
        CHECK(delivery["id"] ==
              hard + '-' + std::to_string(delivery["position"].get<std::int64_t>()));
    const Json now = wait_until(premises.regulator(), "/v1/webhooks/" + hard,
                                [](const Json& hook) { return hook["delivered"] == 2; });
    CHECK(now["delivered"] == 2);
    CHECK(now["failed"] == 4);
    CHECK(now["last_status"] == 204);
    CHECK(now["last_error"].is_null());
    CHECK_FALSE(now.contains("secret"));
    CHECK(premises.regulator().read("/v1/webhooks")["data"].size() == 2);
    CHECK(premises.regulator().get("/metrics").body.find("chipledger_webhook_failures_total 4\n") !=
          std::string::npos);
}

TEST_CASE("a receiver says when to come again, and when never", "[connect]")
{
    Premises premises;
    Receiver receiver;
    subscribe(premises.regulator(), receiver, "/late");
    const std::string gone = subscribe(premises.regulator(), receiver, "/gone");
    register_firm(premises.regulator(), "F-1");
    std::vector<Json> late;
    for (const Json& delivery : receiver.take(3))
        if (delivery["path"] == "/late") late.push_back(delivery);
    REQUIRE(late.size() == 2);
    CHECK(late[1]["at"].get<std::int64_t>() - late[0]["at"].get<std::int64_t>() >= 1000);
    const Json now = wait_until(premises.regulator(), "/v1/webhooks/" + gone,
                                [](const Json& hook) { return hook["status"] == "disabled"; });
    CHECK(now["status"] == "disabled");
    CHECK(now["last_status"] == 410);
}

TEST_CASE("what is given up lies among the dead letters, and is delivered again", "[connect]")
{
    Premises premises;
    Receiver receiver;
    const std::string path = "/switch/x";
    receiver.tell({{"path", path}, {"answer", 302}});  // No redirection is followed.
    const std::string hook = subscribe(premises.regulator(), receiver, path);
    const std::string address = "/v1/webhooks/" + hook;
    register_firm(premises.regulator(), "F-1");
    register_firm(premises.regulator(), "F-2");
    CHECK(positions_of(receiver.take(6)) == Positions{2, 2, 2, 3, 3, 3});
    wait_until(premises.regulator(), address,
               [](const Json& now) { return now["dead_letters"] == 2; });
    const Json dead = premises.regulator().read(address + "/dead-letters")["data"];
    REQUIRE(dead.size() == 2);
    CHECK(dead[0]["position"] == 2);
    CHECK(dead[0]["attempts"] == 3);
    CHECK(dead[0]["last_status"] == 302);
    CHECK(premises.regulator().read(address)["delivered_through"] == 3);

    receiver.tell({{"path", path}, {"answer", 200}});
    CHECK(premises.regulator().post(address + "/redeliver", R"({"positions":[3]})").json() ==
          Json{{"queued", 1}});
    CHECK(positions_of(receiver.take(1)) == Positions{3});
    CHECK(premises.regulator().post(address + "/redeliver", "{}").status == 202);
    CHECK(positions_of(receiver.take(1)) == Positions{2});
    const Json after = wait_until(premises.regulator(), address,
                                  [](const Json& now) { return now["dead_letters"] == 0; });
    CHECK(after["delivered"] == 2);
    CHECK(premises.regulator().read(address + "/dead-letters")["data"].empty());
}

TEST_CASE("a server killed in mid-delivery sends that entry again and goes on in order",
          "[connect]")
{
    Premises premises;
    Receiver receiver;
    subscribe(premises.regulator(), receiver, "/stall");
    register_firm(premises.regulator(), "F-1");
    register_firm(premises.regulator(), "F-2");
    CHECK(positions_of(receiver.take(1)) == Positions{2});  // It has come, and is not answered.
    premises.server->signal(SIGKILL);
    premises.server->wait();
    premises.start();
    register_firm(premises.regulator(), "F-3");
    const std::vector<Json> again = receiver.take(3);
    CHECK(positions_of(again) == Positions{2, 3, 4});
    CHECK(again[0]["attempt"] == 2);  // The same webhook-id: a receiver can tell.
}

TEST_CASE("a subscriber is told what its principal may read, as long as it may come", "[connect]")
{
    Premises premises;
    Receiver receiver;
    Client firm{premises.server->port(),
                premises.mint({"firm:F-1", Role::firm, FirmId{"F-1"}, {}})};
    const std::string hook = subscribe(premises.regulator(), receiver, "/ok");
    subscribe(Client{premises.server->port(), firm.token()}, receiver, "/ok/firm");
    for (const char* name : {"F-1", "F-2"}) register_firm(premises.regulator(), name);
    std::map<std::string, std::vector<Json>> by_path;
    for (const Json& delivery : receiver.take(3))
        by_path[delivery["path"].get<std::string>()].push_back(delivery);
    CHECK(positions_of(by_path["/ok"]) == Positions{2, 3});
    CHECK(positions_of(by_path["/ok/firm"]) == Positions{2});
    CHECK(firm.get("/v1/webhooks/" + hook).status == 404);  // Another principal's.

    premises.cluster.sql(premises.database,
                         "UPDATE token SET revoked_at = now() WHERE principal = 'firm:F-1'");
    const char* tier = R"({"firm":"F-1","name":"M"})";
    REQUIRE(premises.regulator().record("FirmAmended", tier).status == 201);
    CHECK(positions_of(receiver.take(1)) == Positions{4});  // The regulator's.
    CHECK(receiver.silent_for(500));
}

TEST_CASE("without leave, nothing is delivered to private addresses or in the clear", "[connect]")
{
    Premises premises;
    Receiver receiver;
    const std::string hook = subscribe(premises.regulator(), receiver, "/ok");
    premises.server->signal(SIGTERM);
    CHECK(premises.server->wait() == 0);
    premises.start({});
    for (const char* url : {"http://receiver.example/", "https://127.0.0.1/", "https://[::1]/x",
                            "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest"}) {
        INFO(url);
        const std::string body = R"({"url":")" + std::string{url} + "\"}";
        const Reply refused = premises.regulator().post("/v1/webhooks", body);
        CHECK(refused.status == 400);
        CHECK(refused.json()["param"] == "/url");
    }
    // A name may resolve to anything: it is judged when it is called.
    const Reply named =
        premises.regulator().post("/v1/webhooks", R"({"url":"https://localhost/"})");
    REQUIRE(named.status == 201);
    register_firm(premises.regulator(), "F-1");
    const std::string address = "/v1/webhooks/" + named.json()["webhook"].get<std::string>();
    const auto dead = [](const Json& now) { return now["dead_letters"] == 1; };
    const Json now = wait_until(premises.regulator(), address, dead);
    CHECK(now["dead_letters"] == 1);
    CHECK(now["last_error"] == "This is not a public address.");
    CHECK(wait_until(premises.regulator(), "/v1/webhooks/" + hook, dead)["last_error"] ==
          "Send an https:// address.");
    CHECK(receiver.silent_for(1));
}

TEST_CASE("a receiver's certificate is verified", "[connect]")
{
    Premises premises;
    const std::string key = premises.folder + "/key.pem", good = premises.folder + "/good.pem";
    const std::string make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
                             " -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
                             " -keyout " + key + " -out " + good + " 2>/dev/null";
    REQUIRE(std::system(make.c_str()) == 0);
    Receiver receiver{key, good};
    const std::string hook = subscribe(premises.regulator(), receiver, "/ok");
    register_firm(premises.regulator(), "F-1");
    const Json now = wait_until(premises.regulator(), "/v1/webhooks/" + hook,
                                [](const Json& seen) { return seen["dead_letters"] == 1; });
    CHECK(now["dead_letters"] == 1);
    CHECK(now["last_error"].get<std::string>().find("certificate") != std::string::npos);
    premises.server->signal(SIGTERM);
    CHECK(premises.server->wait() == 0);
    premises.start({"--webhook-allow-private", "--webhook-ca", good});
    register_firm(premises.regulator(), "F-2");
    CHECK(positions_of(receiver.take(1)) == Positions{3});
}

}  // namespace chipledger
