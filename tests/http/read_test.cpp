// What every read has in common, and who may see what.
#include "catch.hpp"
#include "service.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

/// Two firms with an approval each, 10 units of one batch reserved for each, one shipment of F-A.
struct World {
    World()
    {
        tell(regulator, "PolicyPublished",
             R"({"policy_version":1,"period":"P","caps":{"T1":100},"critical_pct":80,)"
             R"("carry_over_max_pct":20,"confiscation_effect":"forfeit"})");
        for (const std::string id : {"A", "B"}) {
            tell(regulator, "FirmRegistered",
                 R"({"firm":"F-)" + id + R"(","name":"Firm )" + id + R"(","tier":"T1"})");
            tell(regulator, "ApplicationSubmitted",
                 R"({"application":"APP-)" + id + R"(","firm":"F-)" + id +
                     R"(","sku":"H200","qty":50,"end_use":"x"})");
            tell(regulator, "ApplicationReviewStarted", R"({"application":"APP-)" + id + "\"}");
            tell(regulator, "ApprovalGranted",
                 R"({"approval":"AP-)" + id + R"(","application":"APP-)" + id +
                     R"(","firm":"F-)" + id + R"(","granted":50,"period":"P",)"
                     R"("valid_from":"2026-01-01","valid_to":"2026-12-31","conditions":[]})");
        }
        tell(logistics, "BatchRegistered", R"({"batch":"B1","sku":"H200","qty":30})");
        tell(logistics, "BatchTestCertified", R"({"batch":"B1","lab":"L","certificate":"C-1"})");
        tell(regulator, "AllocationReserved", R"({"approval":"AP-A",)" + units(1, 10));
        tell(regulator, "AllocationReserved", R"({"approval":"AP-B",)" + units(11, 20));
        tell(logistics, "SerialsRecorded", R"({"batch":"B1","from":1,"serials":["SN-1","SN-2"]})");
        tell(logistics, "ShipmentDispatched",
             R"({"shipment":"S-A","approval":"AP-A",)" + units(1, 5));
    }
    static std::string units(int from, int to)
    {
        return R"("units":[{"batch":"B1","from":)" + std::to_string(from) + R"(,"to":)" +
               std::to_string(to) + "}]}";
    }
    void tell(Client& who, const std::string& type, const std::string& data)
    {
        const Reply reply = who.record(type, data);
        INFO(reply.body);
        REQUIRE(reply.status == 201);
    }

    Service service{};
    Client regulator = service.as(Role::regulator), logistics = service.as(Role::logistics),
           customs = service.as(Role::customs), auditor = service.as(Role::auditor),
           admin = service.as(Role::admin), firm_a = service.as(Role::firm, "F-A"),
           firm_b = service.as(Role::firm, "F-B");
};

int status(Client& who, const std::string& path) { return who.get(path).status; }

}  // namespace

TEST_CASE("a dock asks for what is still open at its office", "[read]")
{
    World w;
    const auto listed = [&](const std::string& query) {
        std::string ids;
        const Json page = w.customs.read("/v1/shipments?" + query);
        for (const Json& one : page["data"])
            ids += one["shipment"].get<std::string>() + ' ';
        return ids;
    };
    w.tell(w.logistics, "ShipmentDispatched",
           R"({"shipment":"S-B","approval":"AP-B",)" + World::units(11, 12));
    CHECK(listed("status=open&office=SHA-01") == "S-A S-B ");  // On their way to any office.
    w.tell(w.customs, "ShipmentArrived",
           R"({"shipment":"S-A","office":"SHA-01",)" + World::units(1, 5));
    CHECK(listed("office=SHA-01") == "S-A S-B ");
    CHECK(listed("office=TXG-02") == "S-B ");
    w.tell(w.customs, "ShipmentReturned",
           R"({"shipment":"S-A","reason":"damaged",)" + World::units(1, 5));
    CHECK(listed("status=open") == "S-B ");
    CHECK(listed("status=closed") == "S-A ");
    CHECK(listed("limit=1&status=closed") == "S-A ");

    for (const char* wrong : {"status=lost", "office=a%20b", "offices=SHA-01"}) {
        INFO(wrong);
        CHECK(status(w.customs, std::string{"/v1/shipments?"} + wrong) == 400);
    }
    CHECK(status(w.customs, "/v1/batches?status=open") == 400);
}

TEST_CASE("a firm never sees another firm's things", "[read][roles]")
{
    World w;
    for (const char* path : {"/v1/firms/F-A", "/v1/firms/F-A/inventory", "/v1/firms/F-A/timeline",
                             "/v1/applications/APP-A", "/v1/approvals/AP-A", "/v1/shipments/S-A",
                             "/v1/units/B1/1", "/v1/serials/SN-1"}) {
        INFO(path);
        CHECK(status(w.firm_a, path) == 200);
        CHECK(status(w.regulator, path) == 200);
        CHECK(status(w.firm_b, path) == 404);
        CHECK(w.firm_b.get(path).body.find("Firm A") == std::string::npos);
    }
    for (const char* path : {"/v1/firms", "/v1/applications", "/v1/approvals", "/v1/batches",
                             "/v1/shipments", "/v1/events?limit=500", "/v1/summary"}) {
        INFO(path);
        const std::string seen = w.firm_b.get(path).body;
        for (const char* foreign : {"F-A", "AP-A", "APP-A", "S-A", "SN-1"})
            CHECK(seen.find(foreign) == std::string::npos);
    }
    const Json batch = w.firm_b.read("/v1/batches/B1");
    CHECK(batch.dump().find("AP-A") == std::string::npos);
    CHECK(status(w.firm_b, "/v1/units/B1/25") == 404);
    CHECK(status(w.regulator, "/v1/units/B1/25") == 200);
}

TEST_CASE("each office reads what its work needs", "[read][roles]")
{
    World w;
    CHECK(status(w.customs, "/v1/approvals/AP-A") == 200);
    CHECK(status(w.customs, "/v1/shipments/S-A") == 200);
    CHECK(status(w.customs, "/v1/firms/F-A") == 404);
    CHECK(status(w.logistics, "/v1/batches/B1") == 200);
    CHECK(status(w.logistics, "/v1/approvals/AP-A") == 404);
    CHECK(status(w.admin, "/v1/summary") == 200);
    CHECK(status(w.admin, "/v1/events") == 404);
    CHECK(status(w.admin, "/v1/events/2") == 404);
    CHECK(status(w.auditor, "/v1/events/2") == 200);
    // A policy is no business of a carrier's.
    CHECK(status(w.logistics, "/v1/events/2") == 404);
    CHECK(w.logistics.read("/v1/events?type=PolicyPublished")["data"].empty());
}

TEST_CASE("nobody comes without a token", "[read][roles]")
{
    World w;
    Client nobody{w.service.port(), ""}, liar{w.service.port(), w.firm_a.token() + "x"};
    for (const char* path :
         {"/v1/firms", "/v1/events", "/v1/summary", "/v1/session", "/v1/clock"}) {
        const Reply reply = nobody.get(path);
        CHECK(reply.status == 401);
        CHECK(reply.header("www-authenticate") == "Bearer realm=\"chipledger\"");
        CHECK(status(liar, path) == 401);
    }
    for (const char* path : {"/healthz", "/readyz", "/metrics", "/v1/event-types", "/",
                             "/problems/bad-state"})
        CHECK(status(nobody, path) == 200);
}

TEST_CASE("a read as of an entry is what was known then, for ever", "[read][as_of]")
{
    World w;
    const std::int64_t head = w.service.head()->position.number;
    const Json before = w.regulator.read("/v1/approvals/AP-A?as_of=" + std::to_string(head - 3));
    CHECK(before["reserved"] == 10);
    CHECK(before["units"]["in_transit"] == 0);
    CHECK(before["position"] == head - 3);
    CHECK(w.regulator.read("/v1/approvals/AP-A")["units"]["in_transit"] == 5);
    CHECK(status(w.regulator, "/v1/approvals/AP-A?as_of=5") == 404);
    const Reply fixed = w.regulator.get("/v1/summary?as_of=3");
    CHECK(fixed.header("cache-control").find("immutable") != std::string::npos);
    const Json by_time = w.regulator.read("/v1/summary?as_of=2026-01-05T01:00:00Z");
    CHECK(by_time["position"] == head);
    CHECK(w.regulator.read("/v1/summary?as_of=2026-01-05T00:59:59Z")["position"] == 0);
    const Reply beyond = w.regulator.get("/v1/summary?as_of=" + std::to_string(head + 1));
    CHECK(beyond.status == 400);
    CHECK(beyond.json()["param"] == "?as_of");
    CHECK(status(w.regulator, "/v1/summary?as_of=soon") == 400);
    CHECK(status(w.regulator, "/v1/summary?asof=3") == 400);
}

TEST_CASE("min_position waits, and says so when it waited in vain", "[read]")
{
    World w;
    const std::int64_t head = w.service.head()->position.number;
    CHECK(status(w.regulator, "/v1/summary?min_position=" + std::to_string(head)) == 200);
    const Reply late = w.regulator.get("/v1/summary?min_position=" + std::to_string(head + 1));
    CHECK(late.status == 503);
    CHECK(late.header("retry-after") == "1");
    CHECK(late.json()["short_by"] == 1);
}

TEST_CASE("an ETag saves the reader what they have", "[read][etag]")
{
    World w;
    const Reply first = w.regulator.get("/v1/approvals/AP-A");
    const Json view = first.json();
    CHECK(first.header("etag") == '"' + std::to_string(view["version"].get<int>()) + '"');
    const std::string have = "If-None-Match: " + first.header("etag") + "\r\n";
    CHECK(w.regulator.get("/v1/approvals/AP-A", have).status == 304);
    w.tell(w.regulator, "AllocationReserved", R"({"approval":"AP-A",)" + World::units(21, 22));
    CHECK(w.regulator.get("/v1/approvals/AP-A", have).status == 200);
}

TEST_CASE("lists come in pages that join without a gap", "[read][pages]")
{
    World w;
    std::vector<std::int64_t> seen;
    std::string path = "/v1/events?limit=4";
    for (int pages = 0; pages < 20; ++pages) {
        const Reply reply = w.regulator.get(path);
        REQUIRE(reply.status == 200);
        const Json page = reply.json();
        for (const Json& entry : page["data"]) seen.push_back(entry["position"].get<int>());
        if (!page["has_more"].get<bool>()) break;
        const std::string link = reply.header("link");
        path = link.substr(1, link.find('>') - 1);
        CHECK(path.find(page["next"].get<std::string>()) != std::string::npos);
    }
    CHECK(std::ssize(seen) == w.service.head()->position.number);
    CHECK(std::ranges::is_sorted(seen));
    const Json last = w.regulator.read("/v1/events?order=desc&limit=1");
    CHECK(last["data"][0]["position"] == seen.back());
    const Json firms = w.regulator.read("/v1/firms?limit=1");
    CHECK(firms["data"][0]["firm"] == "F-A");
    const std::string next = firms["next"].get<std::string>();
    CHECK(w.regulator.read("/v1/firms?limit=1&cursor=" + next)["data"][0]["firm"] == "F-B");
    for (const char* bad : {"limit=0", "limit=501", "limit=x", "cursor=%21", "order=up"})
        CHECK(status(w.regulator, std::string{"/v1/events?"} + bad) == 400);
}

TEST_CASE("entries are found by type, subject, actor and both times", "[read][filters]")
{
    World w;
    const auto count = [&](const std::string& query) {
        return w.regulator.read("/v1/events?limit=500&" + query)["data"].size();
    };
    CHECK(count("type=FirmRegistered") == 2);
    CHECK(count("type=FirmRegistered&type=ApprovalGranted") == 4);
    CHECK(count("subject=approval:AP-A") == 3);
    CHECK(count("subject=approval:AP-A&type=AllocationReserved") == 1);
    CHECK(count("actor=logistics") == 4);
    CHECK(count("actor=nobody") == 0);
    CHECK(count("recorded_from=2026-01-05T01:00:01Z") == 0);
    CHECK(count("recorded_to=2026-01-05T00:59:59Z") == 0);
    CHECK(count("occurred_from=2026-01-05T01:00:00Z&occurred_to=2026-01-05T01:00:00Z") > 10);
    CHECK(count("type=FirmRegistered&as_of=3") == 1);
    for (const char* bad : {"type=NoSuch", "subject=AP-A", "recorded_from=now"})
        CHECK(status(w.regulator, std::string{"/v1/events?"} + bad) == 400);
}

TEST_CASE("one GPU has one history", "[read][units]")
{
    World w;
    const Json unit = w.firm_a.read("/v1/serials/SN-1");
    CHECK(unit["state"] == "in_transit");
    CHECK(unit["history"].size() >= 2);
    CHECK(unit["history"].back()["type"] == "ShipmentDispatched");
    CHECK(w.regulator.read("/v1/units/B1/1")["history"][0]["type"] == "BatchRegistered");
    CHECK(status(w.regulator, "/v1/units/B1/31") == 404);
    CHECK(status(w.regulator, "/v1/units/B1/x") == 404);
}

TEST_CASE("what was rendered once is the caller's own, and of the head no longer than that", "[read]")
{
    World world;
    const std::vector<std::string> paths{"/v1/firms/F-A/inventory", "/v1/firms/F-A",
                                         "/v1/approvals/AP-A",      "/v1/batches/B1",
                                         "/v1/shipments/S-A",       "/v1/firms"};
    const auto answers = [&] {
        std::vector<std::string> all;
        for (Client* who : {&world.regulator, &world.auditor, &world.firm_a, &world.firm_b,
                            &world.customs, &world.logistics})
            for (const std::string& path : paths)
                for (const char* as_of : {"", "?as_of=12", "?as_of=9"}) {
                    const Reply reply = who->get(path + as_of);
                    all.push_back(std::to_string(reply.status) + reply.header("etag") +
                                  reply.header("cache-control") +
                                  (reply.status == 200 ? reply.body : ""));
                }
        return all;
    };
    const auto first = answers();
    CHECK(answers() == first);
    CHECK(world.firm_b.get("/v1/firms/F-A/inventory").status == 404);
    // B1 is known to both firms, each of which sees its own units alone.
    CHECK(world.firm_a.get("/v1/batches/B1").body != world.firm_b.get("/v1/batches/B1").body);

    const Reply before = world.regulator.get("/v1/firms/F-A/inventory");
    CHECK(world.regulator.get("/v1/firms/F-A/inventory",
                              "If-None-Match: " + before.header("etag") + "\r\n")
              .status == 304);
    world.tell(world.regulator, "AllocationReserved",
               R"({"approval":"AP-A",)" + World::units(21, 25));
    const Reply after = world.regulator.get("/v1/firms/F-A/inventory");
    CHECK(after.json()["position"] == before.json()["position"].get<int>() + 1);
    CHECK(after.json()["units"]["registered"] == 10);
    CHECK(after.header("etag") != before.header("etag"));
    CHECK(world.regulator.get("/v1/firms/F-A/inventory",
                              "If-None-Match: " + before.header("etag") + "\r\n")
              .status == 200);
    const auto second = answers();
    for (std::size_t i = 0; i < second.size(); ++i) {
        INFO(i);
        if (i % 3 != 0) CHECK(second[i] == first[i]);  // A fixed position is as it was.
    }
}

}  // namespace chipledger
