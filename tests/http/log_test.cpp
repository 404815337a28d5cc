// The public log and the receipts, over the wire (DESIGN §7).
#include <fstream>

#include "catch.hpp"
#include "proof/base64.hpp"
#include "proof/fault.hpp"
#include "proof/receipt.hpp"
#include "proof/tree.hpp"
#include "service.hpp"
#include "support/cluster.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

/// `count` firms in one request.
void register_firms(Client& regulator, const std::string& prefix, int count)
{
    Json events = Json::array();
    for (int i = 0; i < count; ++i)
        events.push_back({{"type", "FirmRegistered"},
                          {"data", {{"firm", prefix + std::to_string(i)},
                                    {"name", "N"},
                                    {"tier", "T1"}}}});
    REQUIRE(regulator.post("/v1/events", Json{{"events", events}}.dump()).status == 201);
}

TrustPolicy trust_of(Client& anyone)
{
    return parse_policy("log " + anyone.get("/v1/log/key").body);
}

}  // namespace

TEST_CASE("each entry has a receipt that a stranger can check", "[log]")
{
    Service service;
    Client regulator = service.as(Role::regulator), nobody{service.port(), ""};
    register_firms(regulator, "F-", 300);
    const TrustPolicy policy = trust_of(nobody);
    for (const int position : {1, 2, 41, 257, 301}) {
        const std::string path = std::to_string(position);
        const Reply reply = regulator.get("/v1/log/receipts/" + path);
        REQUIRE(reply.status == 200);
        const Receipt receipt = parse_receipt(reply.body);
        CHECK(verify(receipt, policy).size >= static_cast<std::uint64_t>(position));
        CHECK(receipt.bytes == regulator.get("/v1/events/" + path).body);
        CHECK(receipt.index + 1 == static_cast<std::uint64_t>(position));
    }
    CHECK(nobody.get("/v1/log/receipts/1").status == 401);
    CHECK(regulator.get("/v1/log/receipts/0").status == 404);
    CHECK(regulator.get("/v1/log/receipts/302").status == 404);
    CHECK(service.as(Role::admin).get("/v1/log/receipts/1").status == 404);
}

TEST_CASE("a firm has receipts of its own entries alone", "[log]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    register_firms(regulator, "F-", 2);
    Client firm = service.as(Role::firm, "F-1");
    CHECK(firm.get("/v1/log/receipts/2").status == 404);
    CHECK(firm.get("/v1/log/receipts/3").status == 200);
    CHECK(firm.get("/v1/log/entries").status == 404);
}

TEST_CASE("consistency proofs hold between any two sizes that were signed", "[log]")
{
    Service service;
    Client regulator = service.as(Role::regulator), nobody{service.port(), ""};
    register_firms(regulator, "F-", 70);
    REQUIRE(regulator.get("/v1/log/receipts/71").status == 200);
    for (const int from : {1, 2, 63, 64, 65, 71}) {
        const Json proof =
            nobody.read("/v1/log/consistency?from=" + std::to_string(from) + "&to=71");
        std::vector<Hash> path;
        for (const Json& hash : proof["proof"])
            path.push_back(hash_from(from_base64(hash.get<std::string>())));
        const auto root = [&](const char* name) {
            return hash_from(from_base64(proof[name].get<std::string>()));
        };
        CHECK(verify_consistency(static_cast<std::uint64_t>(from), 71, root("from_root"),
                                 root("to_root"), path));
    }
    CHECK(nobody.get("/v1/log/consistency?from=0&to=5").status == 400);
    CHECK(nobody.get("/v1/log/consistency?from=9&to=5").status == 400);
    CHECK(nobody.get("/v1/log/consistency").status == 400);
    CHECK(nobody.get("/v1/log/consistency?from=1&to=72").status == 503);
}

TEST_CASE("tiles are public, cacheable and never ahead of the checkpoint", "[log]")
{
    Service service;
    Client regulator = service.as(Role::regulator), nobody{service.port(), ""};
    register_firms(regulator, "F-", 299);
    REQUIRE(regulator.get("/v1/log/receipts/300").status == 200);
    const Reply full = nobody.get("/v1/log/tile/0/000");
    CHECK(full.status == 200);
    CHECK(full.body.size() == 8192);
    CHECK(full.header("cache-control") == "public, max-age=31536000, immutable");
    CHECK(nobody.get("/v1/log/tile/0/001.p/44").body.size() == 44 * 32);
    CHECK(nobody.get("/v1/log/tile/1/000.p/1").body.size() == 32);
    CHECK(nobody.get("/v1/log/tile/entries/001.p/44").body.size() == 44 * 35);
    for (const char* path : {"tile/0/001", "tile/0/001.p/45", "tile/0/1", "tile/2/000.p/1",
                             "tile/entries/001", "tile/9/000", "tile/0/x001/000"})
        CHECK(nobody.get(std::string{"/v1/log/"} + path).status == 404);
    const Reply head = nobody.get("/v1/log/checkpoint");
    CHECK(parse_checkpoint(parse_note(head.body).text).size == 300);
    CHECK(parse_checkpoint(parse_note(head.body).text).origin == "chipledger/simulated");
    CHECK(nobody.get("/v1/log/checkpoint", "If-None-Match: " + head.header("etag") + "\r\n")
              .status == 304);
}

TEST_CASE("another implementation verifies checkpoint, tiles and receipts from the wire", "[log]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    register_firms(regulator, "F-", 600);
    const std::string folder = TestCluster::shared().folder() + "/wire";
    std::filesystem::create_directories(folder);
    std::string command = "node " CHIPLEDGER_SOURCE_DIR
                          "/tests/proof/check_log.mjs http://127.0.0.1:" +
                          std::to_string(service.port()) + ' ' + folder + "/vkey";
    std::ofstream{folder + "/vkey"} << regulator.get("/v1/log/key").body;
    for (const char* position : {"1", "256", "257", "601"}) {
        const std::string file = folder + "/receipt-" + position;
        std::ofstream{file} << regulator.get(std::string{"/v1/log/receipts/"} + position).body;
        command += ' ' + file;
    }
    // Debian: apt-get install nodejs (script/setup does).
    CHECK(std::system((command + " >" + folder + "/out 2>&1").c_str()) == 0);
    std::ifstream out{folder + "/out"};
    std::string said{std::istreambuf_iterator<char>{out}, {}};
    CHECK(said == "ok 601 entries, 4 receipts\n");
}

}  // namespace chipledger
