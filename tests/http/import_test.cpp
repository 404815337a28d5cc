// POST /v1/imports: rows of any number, each with its own key and its own answer.
#include "catch.hpp"
#include "service.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

const std::string ndjson = "Content-Type: application/x-ndjson\r\n";

std::string row(int n, const std::string& key = {})
{
    const std::string id = std::to_string(n);
    return R"({"type":"FirmRegistered","data":{"firm":"F-)" + id + R"(","name":"N","tier":"T1"})" +
           (key.empty() ? "" : R"(,"idempotency_key":")" + key + '"') + "}\n";
}

std::string keyed_rows(int count)
{
    std::string rows;
    for (int i = 1; i <= count; ++i) rows += row(i, "r-" + std::to_string(i));
    return rows;
}

}  // namespace

TEST_CASE("an import is told to go on before its answer begins", "[import]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const std::string rows = row(1, "a");
    const std::string head = get("/v1/imports",
                                 "Authorization: Bearer " + regulator.token() + "\r\n" + ndjson +
                                     "Expect: 100-continue\r\nContent-Length: " +
                                     std::to_string(rows.size()) + "\r\n",
                                 "POST");
    CHECK(regulator.wire().ask(head).status == 100);
    const Reply reply = regulator.wire().ask(rows);
    REQUIRE(reply.status == 200);
    CHECK(reply.json()["recorded"] == 1);
}

TEST_CASE("an import reports on each row and goes on after a bad one", "[import]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const std::string rows = row(1, "a") + "{\"type\":\n" + row(1, "b") + "\n" + row(2, "c") +
                             row(3) + row(4, "a");
    const Reply reply = regulator.wire().ask(
        post("/v1/imports", rows,
             "Authorization: Bearer " + regulator.token() + "\r\n" + ndjson));
    REQUIRE(reply.status == 200);
    const Json body = reply.json();
    CHECK(body["rows"] == 6);
    CHECK(body["recorded"] == 2);
    CHECK(body["refused"] == 4);
    const Json& results = body["results"];
    CHECK(results[0] == Json{{"row", 1}, {"status", 201}, {"position", 2}});
    CHECK(results[1]["code"] == "malformed");
    CHECK(results[2]["code"] == "duplicate-firm");
    CHECK(results[2]["row"] == 3);
    CHECK(results[3] == Json{{"row", 5}, {"status", 201}, {"position", 3}});
    CHECK(results[4]["code"] == "idempotency-key-required");
    CHECK(results[5]["code"] == "idempotency-key-reused");
    CHECK(service.head()->position == Position{3});
}

TEST_CASE("an import sent again records nothing again", "[import]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const Json first = regulator.post("/v1/imports", keyed_rows(600), ndjson).json();
    CHECK(first["recorded"] == 600);
    const Json again = regulator.post("/v1/imports", keyed_rows(700), ndjson).json();
    CHECK(again["recorded"] == 100);
    CHECK(again["replayed"] == 600);
    CHECK(again["results"][599]["position"] == first["results"][599]["position"]);
    CHECK(service.head()->position == Position{701});
}

TEST_CASE("one key for the request numbers the rows", "[import]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const std::string headers = ndjson + "Idempotency-Key: file-7\r\n";
    CHECK(regulator.post("/v1/imports", row(1) + row(2), headers).json()["recorded"] == 2);
    CHECK(regulator.post("/v1/imports", row(1) + row(2), headers).json()["replayed"] == 2);
}

TEST_CASE("an import of many megabytes passes through bounded memory", "[import]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    std::string rows = keyed_rows(300);
    rows += std::string(3 << 20, 'x') + "\n";
    rows += row(301, "last");
    const Json body = regulator.post("/v1/imports", rows, ndjson).json();
    CHECK(body["recorded"] == 301);
    CHECK(body["results"][300]["code"] == "too-large");
}

TEST_CASE("an import takes NDJSON of those who may record", "[import]")
{
    Service service;
    Client regulator = service.as(Role::regulator), auditor = service.as(Role::auditor);
    CHECK(regulator.post("/v1/imports", row(1, "a"), "Content-Type: application/json\r\n").status ==
          415);
    CHECK(auditor.post("/v1/imports", row(1, "a"), ndjson).status == 403);
    CHECK(service.head()->position == Position{1});
}

}  // namespace chipledger
