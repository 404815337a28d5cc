// The database goes away, and comes back.
#include "catch.hpp"
#include "http/service.hpp"
#include "support/cluster.hpp"

namespace chipledger {

namespace {

const std::string firm = R"({"firm":"F-1","name":"N","tier":"T1"})";
const std::string key = "Idempotency-Key: k-1\r\n";

/// Asks until the answer is no 503, for at most 10 s.
Reply persist(Client& client)
{
    for (int tries = 0;; ++tries) {
        Reply reply = client.record("FirmRegistered", firm, key);
        if (reply.status != 503 || tries == 100) return reply;
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
}

}  // namespace

TEST_CASE("without PostgreSQL a write is 503 within a second, and works by itself afterwards",
          "[fault][database]")
{
    TestCluster cluster;
    Service service{cluster};
    Client client = service.as(Role::regulator);
    Client stranger = service.as(Role::auditor);
    REQUIRE(client.get("/readyz").status == 200);
    REQUIRE(client.get("/v1/summary").status == 200);  // Now its token is known.
    cluster.stop();
    for (int i = 0; i < 3; ++i) {
        const auto asked = std::chrono::steady_clock::now();
        const Reply down = client.record("FirmRegistered", firm, key);
        const auto took = std::chrono::steady_clock::now() - asked;
        CHECK(down.status == 503);
        CHECK(down.header("retry-after") == "1");
        CHECK(took < std::chrono::seconds{1});
    }
    CHECK(client.get("/readyz").status == 503);
    CHECK(client.get("/healthz").status == 200);
    // Longer than a token is believed without asking: whoever was let in reads on, and nobody else.
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{3};
    while (std::chrono::steady_clock::now() < until) {
        REQUIRE(client.get("/v1/summary").status == 200);
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
    }
    CHECK(stranger.get("/v1/summary").status == 503);
    cluster.start();
    const Reply up = persist(client);
    CHECK(up.status == 201);
    CHECK(up.json()["position"] == 2);
    const Reply again = client.record("FirmRegistered", firm, key);
    CHECK(again.header("idempotent-replayed") == "true");
    CHECK(again.json()["position"] == 2);
    CHECK(client.get("/readyz").status == 200);
}

}  // namespace chipledger
