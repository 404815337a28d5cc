// POST /v1/events: what it takes, what it refuses, and what it never does twice.
#include "catch.hpp"
#include "service.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

const std::string firm_a = R"({"firm":"F-A","name":"Alpha","tier":"T1"})";

std::string event(const std::string& type, const std::string& data)
{
    return R"({"type":")" + type + R"(","data":)" + data + "}";
}

std::string firm(const std::string& id)
{
    return event("FirmRegistered", R"({"firm":")" + id + R"(","name":"N","tier":"T1"})");
}

}  // namespace

TEST_CASE("a recorded event is answered with its entry, its address and its version", "[write]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const Reply reply = regulator.record("FirmRegistered", firm_a);
    REQUIRE(reply.status == 201);
    CHECK(reply.header("location") == "/v1/events/2");
    CHECK(reply.header("etag") == "\"1\"");
    const Json body = reply.json();
    CHECK(body["position"] == 2);
    CHECK(body["count"] == 1);
    const std::string stored = regulator.get("/v1/events/2").body;
    CHECK(reply.body.find(stored) != std::string::npos);
    CHECK(body["events"][0]["actor"] ==
          Json{{"principal", "regulator"}, {"role", "regulator"}, {"firm", nullptr}});
}

TEST_CASE("a list is recorded whole or not at all", "[write]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const Reply good =
        regulator.post("/v1/events", R"({"events":[)" + firm("F-1") + ',' + firm("F-2") + "]}");
    REQUIRE(good.status == 201);
    CHECK(good.json()["count"] == 2);
    const Reply bad = regulator.post(
        "/v1/events", R"({"events":[)" + firm("F-3") + ',' + firm("F-1") + "]}");
    CHECK(bad.status == 409);
    CHECK(bad.json()["code"] == "duplicate-firm");
    CHECK(bad.json()["param"] == "/events/1/data/firm");
    CHECK(regulator.get("/v1/firms/F-3").status == 404);
    CHECK(service.head()->position == Position{3});
}

TEST_CASE("a dry run says what would happen and records nothing", "[write]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const std::string path = "/v1/events?dry_run=true";
    const Reply would = regulator.post(path, firm("F-1"));
    CHECK(would.status == 200);
    CHECK(would.json()["dry_run"] == true);
    CHECK(would.json()["position"] == 2);
    CHECK(regulator.get("/v1/firms/F-1").status == 404);
    regulator.record("FirmRegistered", firm_a);
    CHECK(regulator.post(path, event("FirmRegistered", firm_a)).status == 409);
    CHECK(service.head()->position == Position{2});
}

TEST_CASE("the same key and body give the first answer again", "[write][idempotency]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const std::string key = "Idempotency-Key: k-1\r\n";
    const Reply first = regulator.post("/v1/events", firm("F-1"), key);
    const Reply again = regulator.post("/v1/events", firm("F-1"), key);
    CHECK(first.header("idempotent-replayed").empty());
    CHECK(again.header("idempotent-replayed") == "true");
    CHECK(again.status == 201);
    CHECK(again.body == first.body);
    CHECK(again.header("etag") == first.header("etag"));
    const Reply other = regulator.post("/v1/events", firm("F-2"), key);
    CHECK(other.status == 422);
    CHECK(other.json()["code"] == "idempotency-key-reused");
    // A key is its principal's own.
    Client logistics = service.as(Role::logistics);
    CHECK(logistics
              .post("/v1/events",
                    event("BatchRegistered", R"({"batch":"B1","sku":"H200","qty":5})"), key)
              .status == 201);
}

TEST_CASE("a refusal is remembered under its key", "[write][idempotency]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const std::string key = "Idempotency-Key: k-1\r\n";
    const std::string review = event("ApplicationReviewStarted", R"({"application":"APP-1"})");
    const Reply first = regulator.post("/v1/events", review, key);
    CHECK(first.status == 422);
    regulator.record("FirmRegistered", firm_a);
    Client firm_client = service.as(Role::firm, "F-A");
    REQUIRE(firm_client
                .record("ApplicationSubmitted",
                        R"({"application":"APP-1","firm":"F-A","sku":"S","qty":1,"end_use":"x"})")
                .status == 201);
    const Reply again = regulator.post("/v1/events", review, key);
    CHECK(again.status == 422);
    CHECK(again.header("idempotent-replayed") == "true");
    CHECK(again.json()["code"] == "unknown-application");
    CHECK(regulator.post("/v1/events", review).status == 201);
}

TEST_CASE("bad input is named by its member, records nothing, and the connection goes on",
          "[write][bad]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    struct Bad {
        std::string body;
        int status;
        std::string param;
    };
    const std::string reserve = R"({"type":"AllocationReserved","data":{"approval":"A","units":)";
    std::string deep = "{\"data\":";
    for (int i = 0; i < 40; ++i) deep += "[";
    std::string deep_pointer = "/data";
    for (int i = 0; i < 31; ++i) deep_pointer += "/0";
    const std::vector<Bad> all{
        {"", 400, ""},
        {"[]", 400, ""},
        {"{\"type\":", 400, "/type"},
        {deep, 400, deep_pointer},
        {R"({"type":"NoSuch","data":{}})", 400, "/type"},
        {R"({"type":"FirmRegistered"})", 400, "/data"},
        {event("FirmRegistered", R"({"firm":"F 1","name":"N","tier":"T1"})"), 400, "/data/firm"},
        {event("FirmRegistered", R"({"firm":7,"name":"N","tier":"T1"})"), 400, "/data/firm"},
        {event("FirmRegistered", R"({"firm":"F","tier":"T1"})"), 400, "/data/name"},
        {event("FirmRegistered", R"({"firm":"F","name":"N","tier":"T1","x":1})"), 400, "/data/x"},
        {event("FirmRegistered", R"({"firm":"F","firm":"G","name":"N","tier":"T1"})"), 400,
         "/data/firm"},
        {event("BatchRegistered", R"({"batch":"B","sku":"S","qty":1.5})"), 400, "/data/qty"},
        {event("BatchRegistered", R"({"batch":"B","sku":"S","qty":0})"), 400, "/data/qty"},
        {reserve + R"([{"batch":"B","from":5,"to":4}]}})", 400, "/data/units/0"},
        {reserve + R"([{"batch":"B","from":1,"to":4},{"batch":"B","from":4,"to":9}]}})", 400,
         "/data/units/1"},
        {reserve + "[]}}", 400, "/data/units"},
        {R"({"type":"FirmRegistered","occurred_at":"2026-02-30T00:00:00Z","data":)" + firm_a + "}",
         400, "/occurred_at"},
        {R"({"type":"FirmRegistered","occurred_at":"2026-02-03T00:00:00","data":)" + firm_a + "}",
         400, "/occurred_at"},
        {R"({"events":[]})", 400, "/events"},
        {R"({"events":[)" + firm("F-1") + R"(],"x":1})", 400, "/x"},
        {R"({"events":[)" + firm("F-1") + R"(,{"type":"X","data":{}}]})", 400, "/events/1/type"},
        {std::string(2 << 20, ' '), 413, ""},
    };
    for (const Bad& bad : all) {
        const Reply reply = regulator.post("/v1/events", bad.body);
        INFO(bad.body.substr(0, 200) << " -> " << reply.body);
        CHECK(reply.status == bad.status);
        CHECK(reply.header("content-type") == "application/problem+json");
        CHECK(reply.json().value("param", "") == bad.param);
        CHECK_FALSE(reply.json().value("detail", "").empty());
    }
    CHECK(service.head()->position == Position{1});
    CHECK(regulator.record("FirmRegistered", firm_a).status == 201);
}

TEST_CASE("headers of a write are checked as its body is", "[write][bad]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const auto code = [&](const std::string& headers, const std::string& path = "/v1/events") {
        const Reply reply = regulator.post(path, firm("F-9"), headers);
        return std::to_string(reply.status) + ' ' + reply.json().value("code", "");
    };
    CHECK(code("Idempotency-Key: \r\n") == "400 malformed");
    CHECK(code("Idempotency-Key: " + std::string(256, 'k') + "\r\n") == "400 malformed");
    CHECK(code("Idempotency-Key: a b\r\n") == "400 malformed");
    CHECK(code("Content-Type: text/plain\r\n") == "415 unsupported-media-type");
    CHECK(code("If-Match: 7\r\n") == "400 malformed");
    CHECK(code("If-Match: \"7\"\r\n") == "412 version-conflict");
    CHECK(code("", "/v1/events?dry=1") == "400 malformed");
    CHECK(code("", "/v1/events?dry_run=yes") == "400 malformed");
    const std::string bare = "Authorization: Bearer " + regulator.token() +
                             "\r\nContent-Type: application/json\r\n";
    const Reply keyless = regulator.wire().ask(post("/v1/events", firm("F-9"), bare));
    CHECK(keyless.status == 400);
    CHECK(keyless.json()["code"] == "idempotency-key-required");
    CHECK(service.head()->position == Position{1});
}

TEST_CASE("what is said twice, or in a coding, is not guessed at", "[write][bad]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const auto code = [&](const std::string& headers, const std::string& path = "/v1/events") {
        const Reply reply = regulator.post(path, firm("F-9"), headers);
        return std::to_string(reply.status) + ' ' + reply.json().value("code", "");
    };
    const Reply both = regulator.post("/v1/events?dry_run=true&dry_run=false", firm("F-9"));
    CHECK(both.status == 400);
    CHECK(both.json()["param"] == "?dry_run");
    CHECK(code("Content-Encoding: gzip\r\n") == "415 unsupported-media-type");
    CHECK(code("If-Match: \"1\"\r\nIf-Match: \"2\"\r\n") == "400 malformed");
    Client again = service.as(Role::regulator);  // It was not certain whose the request is.
    const std::string keys = "Idempotency-Key: one\r\nIdempotency-Key: two\r\n";
    CHECK(again.post("/v1/events", firm("F-9"), keys).status == 400);
    Client reader = service.as(Role::regulator);
    CHECK(reader.get("/v1/firms?limit=1&limit=2").status == 400);
    CHECK(reader.get("/v1/events?type=FirmRegistered&type=FirmAmended").status == 200);
    CHECK(service.head()->position == Position{1});
    CHECK(reader.post("/v1/events", firm("F-9"), "Content-Encoding: identity\r\n").status == 201);
}

TEST_CASE("If-Match is a tag, a list of tags, or a star", "[write]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    regulator.record("FirmRegistered", firm_a);
    const auto amend = [&](const std::string& tags) {
        return regulator.record("FirmAmended", R"({"firm":"F-A","name":"B"})",
                                "If-Match: " + tags + "\r\n").status;
    };
    CHECK(amend(R"("1")") == 201);
    CHECK(amend(R"("7" , W/"x","2")") == 201);
    CHECK(amend("*") == 201);
    for (const char* stale : {R"("3")", R"(W/"4")", R"("p4")", R"("04")", R"("")", R"("5", "6")"})
        CHECK(amend(stale) == 412);
    for (const char* none : {"4", R"("4)", R"(4")", R"("4" "5")", R"("4",)", R"(*, "4")", "W/4"})
        CHECK(amend(none) == 400);
    CHECK(amend(R"("4")") == 201);
}

TEST_CASE("an entry that is longer than the ledger keeps is refused, and refused alone", "[write]")
{
    Service service;
    Client logistics = service.as(Role::logistics);
    logistics.record("BatchRegistered", R"({"batch":"B","sku":"H200","qty":2000})");
    const auto serials = [](int n) {
        std::string list;
        for (int i = 1; i <= n; ++i)
            list += (i > 1 ? ",\"" : "\"") + std::to_string(i) + std::string(50, 's') + '"';
        return R"({"batch":"B","from":1,"serials":[)" + list + "]}";
    };
    const Reply no = logistics.record("SerialsRecorded", serials(2000));
    CHECK(no.status == 413);
    const Json problem = no.json();
    CHECK(problem["code"] == "too-large");
    CHECK(problem["param"] == "/data");
    CHECK(problem["available"] == 60'000);
    CHECK(problem["requested"] > 60'000);
    const Reply listed =
        logistics.post("/v1/events", R"({"events":[)" + event("SerialsRecorded", serials(5)) + ',' +
                                         event("BatchRegistered", R"({"batch":"C","sku":"S","qty":1})") +
                                         "]}");
    CHECK(listed.status == 201);
    CHECK(service.head()->position == Position{4});
}

TEST_CASE("events say when they happened; the ledger says when it learned", "[write]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const Json entry = regulator
                           .record("FirmRegistered", firm_a, {},
                                   R"("occurred_at":"2026-01-04T23:00:00-05:00","reason":"late")")
                           .json()["events"][0];
    CHECK(entry["occurred_at"] == "2026-01-04T23:00:00-05:00");
    CHECK(entry["recorded_at"] == "2026-01-05T01:00:00.000000Z");
    CHECK(entry["reason"] == "late");
}

TEST_CASE("the simulated clock moves forward alone, and at an admin's word alone", "[clock]")
{
    Service service;
    Client admin = service.as(Role::admin), regulator = service.as(Role::regulator);
    CHECK(regulator.post("/v1/clock", R"({"now":"2026-02-01T00:00:00Z"})").status == 404);
    CHECK(admin.post("/v1/clock", R"({"now":"2026-02-01T00:00:00Z"})").status == 200);
    CHECK(admin.read("/v1/clock")["now"] == "2026-02-01T00:00:00.000000Z");
    const Reply back = admin.post("/v1/clock", R"({"now":"2026-01-31T00:00:00Z"})");
    CHECK(back.status == 422);
    CHECK(back.json()["param"] == "/now");
    CHECK(admin.post("/v1/clock", R"({"now":"soon"})").status == 400);
    CHECK(admin.post("/v1/clock", R"({"then":"2026-03-01T00:00:00Z"})").status == 400);
}

}  // namespace chipledger
