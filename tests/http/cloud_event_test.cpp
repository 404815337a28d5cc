// Which form of an entry a reader gets; that it is a good CloudEvent is tests/connect's to say.
#include "catch.hpp"
#include "http/cloud_event.hpp"
#include "service.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

std::string accept(const std::string& types) { return "Accept: " + types + "\r\n"; }

}  // namespace

TEST_CASE("an entry is JSON unless a CloudEvent is what the reader prefers", "[cloudevents]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const std::string event{cloud_event_type};
    for (const std::string& json :
         {std::string{}, accept("*/*"), accept("application/json"), accept("application/*"),
          accept(event + ";q=0.1, application/json"), accept(event + ";q=0"),
          accept(std::string{cloud_events_type})}) {
        INFO(json);
        CHECK(regulator.get("/v1/events/1", json).header("content-type") == "application/json");
    }
    for (const std::string& wanted :
         {accept(event), accept("Application/CloudEvents+JSON"),
          accept("application/json;q=0.5, " + event), accept("*/*;q=0.1, " + event)}) {
        INFO(wanted);
        CHECK(regulator.get("/v1/events/1", wanted).header("content-type") == event);
    }
    CHECK(regulator.get("/v1/events/1?format=cloudevents").header("content-type") == event);
    CHECK(regulator.get("/v1/events/1?format=json", accept(event)).header("content-type") ==
          "application/json");
    CHECK(regulator.get("/v1/events/1?format=csv").status == 400);
    CHECK(regulator.get("/v1/events/99", accept(event)).status == 404);
}

TEST_CASE("both forms of an entry have tags of their own", "[cloudevents]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const Reply json = regulator.get("/v1/events/1");
    const Reply event = regulator.get("/v1/events/1?format=cloudevents");
    CHECK(json.header("vary") == "Accept");
    CHECK(json.header("etag") != event.header("etag"));
    CHECK(event.json()["data"] == json.json());
    CHECK(event.json()["source"] == "chipledger/simulated");
    CHECK(event.json()["type"] == "org.chipledger.LedgerOpened");
    CHECK(regulator.get("/v1/events/1?format=cloudevents",
                        "If-None-Match: " + event.header("etag") + "\r\n")
              .status == 304);
}

TEST_CASE("a page of entries is a batch, or not acceptable", "[cloudevents]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    REQUIRE(regulator.record("FirmRegistered", R"({"firm":"F-1","name":"N","tier":"T1"})").status ==
            201);
    const Reply batch =
        regulator.get("/v1/events?limit=1", accept(std::string{cloud_events_type}));
    CHECK(batch.header("content-type") == cloud_events_type);
    REQUIRE(batch.json().is_array());
    CHECK(batch.json().size() == 1);
    CHECK(batch.header("link").find("rel=\"next\"") != std::string::npos);
    CHECK(regulator.get("/v1/events?format=cloudevents&order=desc").json()[0]["subject"] ==
          "firm:F-1");
    CHECK(regulator.get("/v1/events?format=cloudevents&as_of=0").body == "[]");
    CHECK(regulator.get("/v1/events", accept(std::string{cloud_event_type})).status == 406);
    CHECK(regulator.get("/v1/events", accept("text/html")).status == 406);
}

TEST_CASE("the trace of a request goes with the entries that it recorded", "[cloudevents]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const auto firm = [&](const std::string& id, const std::string& headers) {
        REQUIRE(regulator
                    .record("FirmRegistered", R"({"firm":")" + id + R"(","name":"N","tier":"T1"})",
                            headers)
                    .status == 201);
        return regulator.read("/v1/events?format=cloudevents&order=desc&limit=1")[0];
    };
    CHECK(firm("F-1", "traceparent: " + trace + "\r\n")["traceparent"] == trace);
    CHECK_FALSE(firm("F-2", "").contains("traceparent"));
    CHECK_FALSE(firm("F-3", "traceparent: 00-nonsense\r\n").contains("traceparent"));
    const auto list = regulator.post(
        "/v1/events",
        R"({"events":[{"type":"FirmRegistered","data":{"firm":"F-4","name":"N","tier":"T1"}},
                      {"type":"FirmRegistered","data":{"firm":"F-5","name":"N","tier":"T1"}}]})",
        "traceparent: " + trace + "\r\n");
    REQUIRE(list.status == 201);
    const Json all = regulator.read("/v1/events?format=cloudevents");
    REQUIRE(all.size() == 6);
    for (const std::size_t traced : {1U, 4U, 5U}) CHECK(all[traced]["traceparent"] == trace);
    // It is said of the entry; the entry itself is as it would be without.
    CHECK(all[4]["data"] == regulator.read("/v1/events/5"));
    CHECK_FALSE(all[4]["data"].contains("traceparent"));
}

TEST_CASE("a source is a URI reference, and a base is a host", "[cloudevents]")
{
    CHECK(cloud_source("ledger.example.org/h200", "").source == "ledger.example.org/h200");
    CHECK(cloud_source("urn:\xE8\x8A\xAF", "").source == "urn%3A%E8%8A%AF");
    CHECK(cloud_source("x", "").schema.empty());
    CHECK(cloud_source("x", "https://a").schema == "https://a/api/events/entry.json");
    Request request;
    CHECK(base_of(request).empty());
    request.headers = {{"host", "ledger.example:8080"}};
    CHECK(base_of(request) == "http://ledger.example:8080");
    request.headers.emplace_back("x-forwarded-proto", "https");
    CHECK(base_of(request) == "https://ledger.example:8080");
    request.headers = {{"host", "a/b?c"}};
    CHECK(base_of(request).empty());
}

}  // namespace chipledger
