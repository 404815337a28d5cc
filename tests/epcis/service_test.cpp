// Capture and query over real sockets, and the clients of others in a process of their own.
#include <rapidcheck.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "catch.hpp"
#include "epcis/document.hpp"
#include "epcis/event.hpp"
#include "http/service.hpp"
#include "support/cluster.hpp"
#include "unit/codec/random_event.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

const std::string base = "https://chipledger.example/epcis/";

/// A firm with 40 units granted and 30 of them reserved, none on its way yet.
struct World {
    World()
    {
        const auto done = [](const Reply& reply) {
            INFO(reply.body);
            REQUIRE(reply.status == 201);
        };
        Client regulator = service.as(Role::regulator), logistics = service.as(Role::logistics);
        done(regulator.record("PolicyPublished",
                              R"({"policy_version":1,"period":"2026-H1","caps":{"T1":100},
                                  "critical_pct":80,"carry_over_max_pct":20,
                                  "confiscation_effect":"forfeit"})"));
        for (const std::string x : {"A", "B"})
            done(regulator.record("FirmRegistered",
                                  R"({"firm":"F-)" + x + R"(","name":"Firm","tier":"T1"})"));
        done(regulator.record("ApplicationSubmitted",
                              R"({"application":"AL-1","firm":"F-A","sku":"H200","qty":50,
                                  "end_use":"research"})"));
        done(regulator.record("ApplicationReviewStarted", R"({"application":"AL-1"})"));
        done(regulator.record("ApprovalGranted",
                              R"({"approval":"AP-1","application":"AL-1","firm":"F-A",
                                  "granted":40,"period":"2026-H1","valid_from":"2026-01-01",
                                  "valid_to":"2026-06-30","conditions":[]})"));
        done(logistics.record("BatchRegistered", R"({"batch":"B-1","sku":"H200","qty":30})"));
        done(logistics.record("BatchTestCertified",
                              R"({"batch":"B-1","lab":"L","certificate":"C-1"})"));
        done(regulator.record("AllocationReserved",
                              R"({"approval":"AP-1","units":[{"batch":"B-1","count":30}]})"));
    }
    std::int64_t size() const { return service.head()->position.number; }
    std::string folder() const { return TestCluster::shared().folder(); }
    Service service{};
};

Json units_class(int from, int to)
{
    return {{{"epcClass", base + "batch/B-1/units/" + std::to_string(from) + "-" +
                              std::to_string(to)},
             {"quantity", to - from + 1}}};
}

Json event(const char* step, const char* disposition, Json goods)
{
    return {{"type", "ObjectEvent"},
            {"eventTime", "2026-01-05T08:00:00+08:00"},
            {"eventTimeZoneOffset", "+08:00"},
            {"action", "OBSERVE"},
            {"bizStep", step},
            {"disposition", disposition},
            {"quantityList", std::move(goods)},
            {"bizTransactionList",
             {{{"type", "chipledger:shipment"}, {"bizTransaction", base + "shipment/S-1"}}}}};
}

Json dispatch()
{
    Json event = chipledger::event("shipping", "in_transit", units_class(1, 30));
    event["bizTransactionList"].push_back(
        {{"type", "chipledger:approval"}, {"bizTransaction", base + "approval/AP-1"}});
    return event;
}

Json arriving(int from, int to) { return event("arriving", "in_progress", units_class(from, to)); }

std::string document(const Json& events)
{
    return Json{{"@context",
                 {"https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
                  {{"chipledger", base}}}},
                {"type", "EPCISDocument"},
                {"schemaVersion", "2.0"},
                {"creationDate", "2026-01-05T09:00:00Z"},
                {"epcisBody", {{"eventList", events}}}}
        .dump();
}

/// Every kind of event that the ledger can tell, corrected and voided too, twenty times over.
Json random_events()
{
    Json all = Json::array();
    const auto tell = [&](std::span<const Event> chain) {
        for (Json& event : epcis::to_events(chain)) all.push_back(std::move(event));
    };
    const bool good = rc::check([&] {
        for (std::size_t type = 0; all.size() < 2000 && type < event_types().size(); ++type) {
            Event event = *random_event(type);
            event.id = "0195c0de-0000-7000-8000-000000000041";
            tell(std::span{&event, 1});
            Event correction = event;
            correction.data = EventCorrected{1, {}, Box<Replacement>{Replacement{event.data}}};
            tell(std::vector<Event>{correction, event});
            correction.data = EventVoided{1, {}};
            tell(std::vector<Event>{correction, event});
        }
    });
    REQUIRE(good);
    return all;
}

Reply capture(Client& client, const std::vector<Json>& events, const std::string& headers = {})
{
    return client.post("/epcis/v2/capture", document(events), headers);
}

Json events_of(Client& client, const std::string& query = {})
{
    return client.read("/epcis/v2/events" + query)
        .at("/epcisBody/queryResults/resultsBody/eventList"_json_pointer);
}

Json job_at(Client& client, const Reply& captured)
{
    INFO(captured.body);
    REQUIRE(captured.status == 202);
    CHECK(captured.body.empty());
    CHECK(captured.header("Content-Type").empty());
    return client.read(captured.header("location"));
}

}  // namespace

TEST_CASE("captured events are entries, and entries are events", "[epcis]")
{
    World world;
    Client logistics = world.service.as(Role::logistics),
           customs = world.service.as(Role::customs);
    Json sent = dispatch();
    sent["eventID"] = "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8";
    const std::int64_t before = world.size();
    Json job = job_at(logistics, capture(logistics, {sent}));
    CHECK(job["success"] == true);
    CHECK(job["running"] == false);
    CHECK(job["captureErrorBehaviour"] == "rollback");
    const Json entry = logistics.read("/v1/events/" + std::to_string(before + 1));
    CHECK(entry["type"] == "ShipmentDispatched");
    CHECK(entry["data"] ==
          Json{{"shipment", "S-1"},
               {"approval", "AP-1"},
               {"units", {{{"batch", "B-1"}, {"from", 1}, {"to", 30}}}}});
    const std::string id = sent["eventID"].get<std::string>();
    const Json found = events_of(customs, "?EQ_eventID=" + id);
    REQUIRE(found.size() == 1);
    for (const auto& [name, value] : sent.items()) {
        INFO(name);
        CHECK((name == "bizTransactionList" || found[0][name] == value));
    }
    CHECK(events_of(customs, "?MATCH_anyEPC=" + base + "batch/B-1/unit/30&EQ_bizStep=shipping")
              .size() == 1);
    CHECK(events_of(customs, "?MATCH_anyEPC=" + base + "batch/B-1/unit/31&EQ_bizStep=shipping")
              .empty());
}

TEST_CASE("a job is all or nothing, unless it proceeds", "[epcis]")
{
    World world;
    Client logistics = world.service.as(Role::logistics),
           customs = world.service.as(Role::customs);
    job_at(logistics, capture(logistics, {dispatch()}));
    const std::int64_t before = world.size();
    const std::vector<Json> events{arriving(1, 10), arriving(5, 12), arriving(11, 20)};
    Json job = job_at(customs, capture(customs, events));
    CHECK(job["success"] == false);
    CHECK(job["running"] == false);
    REQUIRE(job["errors"].size() == 1);
    CHECK(job["errors"][0]["type"] == "epcisException:ValidationException");
    CHECK(job["errors"][0]["code"] == "bad-state");
    CHECK(job["errors"][0]["param"].get<std::string>().starts_with("/events/1"));
    CHECK(world.size() == before);

    const std::string proceed = "GS1-Capture-Error-Behaviour: proceed\r\n";
    job = job_at(customs, capture(customs, events, proceed));
    CHECK(job["captureErrorBehaviour"] == "proceed");
    CHECK(job["success"] == false);
    CHECK(job["errors"].size() == 1);
    CHECK(world.size() == before + 2);
    CHECK(capture(customs, events, "GS1-Capture-Error-Behaviour: all\r\n").status == 400);
}

TEST_CASE("a document is captured once, however often it is sent", "[epcis]")
{
    World world;
    Client logistics = world.service.as(Role::logistics);
    const std::string key = "Idempotency-Key: one\r\n";
    const Reply first = capture(logistics, {dispatch()}, key);
    const std::int64_t size = world.size();
    const Reply again = capture(logistics, {dispatch()}, key);
    CHECK(again.status == 202);
    CHECK(again.header("location") == first.header("location"));
    CHECK(again.header("idempotent-replayed") == "true");
    const Reply other = capture(logistics, {arriving(1, 2)}, key);
    CHECK(other.status == 409);
    CHECK(other.json()["type"] == "epcisException:ResourceAlreadyExistsException");
    CHECK(world.size() == size);
    Client stranger = world.service.as(Role::customs);
    CHECK(stranger.get(first.header("location")).status == 404);
    CHECK(logistics.get("/epcis/v2/capture/r0123").json()["type"] ==
          "epcisException:NoSuchNameException");
}

TEST_CASE("a correction goes out and comes in as an errorDeclaration", "[epcis]")
{
    World world;
    Client logistics = world.service.as(Role::logistics),
           customs = world.service.as(Role::customs);
    job_at(logistics, capture(logistics, {dispatch()}));
    Json wrong = arriving(1, 10), right = arriving(1, 9);
    wrong["eventID"] = "https://port.example/events/1";
    right["eventID"] = "https://port.example/events/2";
    CHECK(job_at(customs, capture(customs, {wrong}))["success"] == true);
    Json declared = wrong;
    declared["errorDeclaration"] = {{"declarationTime", "2026-01-05T08:30:00+08:00"},
                                    {"reason", "incorrect_data"},
                                    {"correctiveEventIDs", Json::array({right["eventID"]})}};
    const Json job = job_at(customs, capture(customs, {declared, right}));
    INFO(job.dump());
    CHECK(job["success"] == true);
    const Json entry = customs.read("/v1/events/" + std::to_string(world.size()));
    CHECK(entry["type"] == "EventCorrected");
    const Json found = events_of(customs, "?EXISTS_errorDeclaration=true");
    REQUIRE(found.size() == 1);
    CHECK(found[0]["eventID"] == wrong["eventID"]);
    CHECK(found[0]["errorDeclaration"] == declared["errorDeclaration"]);
    const Json corrective = events_of(customs, "?EQ_eventID=https://port.example/events/2");
    REQUIRE(corrective.size() == 1);
    CHECK(corrective[0]["quantityList"] == right["quantityList"]);
    CHECK(events_of(customs, "?EQ_eventID=https://port.example/events/1").size() == 2);
}

TEST_CASE("who sees an entry sees its event, page by page", "[epcis]")
{
    World world;
    Client logistics = world.service.as(Role::logistics),
           customs = world.service.as(Role::customs);
    job_at(logistics, capture(logistics, {dispatch()}));
    for (int i = 1; i <= 5; ++i)
        CHECK(job_at(customs, capture(customs, {arriving(2 * i - 1, 2 * i)}))["success"] == true);
    Client own = world.service.as(Role::firm, "F-A"), other = world.service.as(Role::firm, "F-B"),
           auditor = world.service.as(Role::auditor);
    CHECK(events_of(other).empty());
    CHECK(events_of(own, "?EQ_bizStep=arriving").size() == 5);
    CHECK(events_of(auditor).size() == events_of(customs).size());
    std::set<std::string> seen;
    std::string next = "/epcis/v2/events?perPage=2";
    for (int pages = 0; !next.empty() && pages < 20; ++pages) {
        const Reply page = auditor.get(next);
        REQUIRE(page.status == 200);
        const Json events =
            page.json().at("/epcisBody/queryResults/resultsBody/eventList"_json_pointer);
        CHECK(events.size() <= 2);
        for (const Json& event : events)
            CHECK(seen.insert(event["eventID"].get<std::string>()).second);
        const std::string link = page.header("link");
        next = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
    CHECK(seen.size() == events_of(auditor).size());
}

TEST_CASE("what EPCIS cannot have is said in its own words", "[epcis]")
{
    World world;
    Client customs = world.service.as(Role::customs), nobody{world.service.port(), ""},
           auditor = world.service.as(Role::auditor);
    const auto type_of = [](const Reply& reply) {
        CHECK(reply.header("content-type") == "application/problem+json");
        return std::to_string(reply.status) + ' ' + reply.json()["type"].get<std::string>();
    };
    CHECK(type_of(nobody.get("/epcis/v2/events")) == "401 epcisException:SecurityException");
    CHECK(type_of(capture(auditor, {arriving(1, 2)})) == "403 epcisException:SecurityException");
    CHECK(type_of(customs.get("/epcis/v2/nothing")) == "404 epcisException:NoSuchNameException");
    CHECK(type_of(customs.get("/epcis/v2/events", "Accept: application/xml\r\n")) ==
          "406 epcisException:NotAcceptableException");
    CHECK(type_of(customs.get("/epcis/v2/events?WD_readPoint=x")) ==
          "400 epcisException:QueryParameterException");
    CHECK(type_of(customs.post("/epcis/v2/capture", "<x/>", "Content-Type: application/xml\r\n")) ==
          "415 epcisException:UnsupportedMediaTypeException");
    CHECK(type_of(capture(customs, std::vector<Json>(1001, arriving(1, 2)))) ==
          "413 epcisException:CaptureLimitExceededException");
    const Reply bad = capture(customs, {event("accepting", "active", units_class(1, 2))});
    CHECK(type_of(bad) == "400 epcisException:ValidationException");
    CHECK(bad.json()["param"] == "/epcisBody/eventList/0");
    const Json types = customs.read("/epcis/v2/eventTypes");
    CHECK(types["member"] == Json{"ObjectEvent", "TransactionEvent"});
}

// GS1's schema, examples and OpenAPI by ajv, and the client epcis2.js, in node against this server.
TEST_CASE("GS1's files and epcis2.js agree with the running server", "[.][official]")
{
    World world;
    const auto token = [&](Role role) { return world.service.as(role).token(); };
    const std::string told = world.folder() + "/epcis-events.json";
    std::ofstream{told} << epcis::query_document(random_events(), Time{});
    const std::string command =
        "CHIPLEDGER_EVENTS='" + told + "' CHIPLEDGER_URL=http://127.0.0.1:" +
        std::to_string(world.service.port()) +
        " CHIPLEDGER_LOGISTICS=" + token(Role::logistics) +
        " CHIPLEDGER_CUSTOMS=" + token(Role::customs) +
        " CHIPLEDGER_AUDITOR=" + token(Role::auditor) + " '" CHIPLEDGER_NODE "' '" +
        CHIPLEDGER_SOURCE_DIR "/tests/epcis/official.mjs'";
    const int status = std::system(command.c_str());
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace chipledger
