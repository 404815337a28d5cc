// Entries and EPCIS events are each other's mirror, by one table.
#include <rapidcheck.h>

#include <fstream>
#include <iterator>
#include <set>

#include "catch.hpp"
#include "codec/wire.hpp"
#include "epcis/document.hpp"
#include "epcis/event.hpp"
#include "epcis/query.hpp"
#include "epcis/terms.hpp"
#include "unit/codec/random_event.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;
using namespace epcis;

const std::string base{extension};

/// Ranges in any order say the same; lists of EPCs and classes keep none.
Json in_order(Json data)
{
    if (!data.contains("units")) return data;
    Units units;
    for (const Json& range : data["units"])
        units.push_back({BatchId{range["batch"].get<std::string>()},
                         range["from"].get<std::int64_t>(), range["to"].get<std::int64_t>()});
    data["units"] = Json::array();
    for (const UnitRange& range : normalised(std::move(units)))
        data["units"].push_back(
            {{"batch", range.batch.value}, {"from", range.from.value}, {"to", range.to.value}});
    return data;
}

Json proposal_from(const Json& event)
{
    const Json document{{"@context", context_of_answers()},
                        {"type", "EPCISDocument"},
                        {"schemaVersion", "2.0"},
                        {"creationDate", "2026-01-01T00:00:00Z"},
                        {"epcisBody", {{"eventList", Json::array({event})}}}};
    const Result<std::vector<Said>> said = read_document(document.dump());
    if (!said) FAIL(said.error().param << ": " << said.error().detail);
    const Result<std::vector<Proposed>> proposed = proposals_of(*said, {});
    if (!proposed) FAIL(proposed.error().detail);
    return proposed->front().event;
}

Event entry(std::int64_t position, EventData data, const std::string& id)
{
    Event event;
    event.position = {position};
    event.id = id;
    event.occurred_at = parse_timestamp("2026-02-20T09:00:00+08:00").value();
    event.recorded_at = parse_timestamp("2026-02-20T01:00:03.120417Z").value().at;
    event.data = std::move(data);
    return event;
}

const Event arrival = entry(41,
                            ShipmentArrived{ShipmentId{"S-1"},
                                            {{BatchId{"B01"}, 1, 398}, {BatchId{"B02"}, 7, 7}},
                                            OfficeId{"SHA-01"}},
                            "0195c0de-0000-7000-8000-000000000041");

std::string refused(Json event, const Json& context = context_of_answers())
{
    const Result<Said> said = read_event(event, context, "/e");
    if (said) return "accepted";
    return said.error().param;
}

}  // namespace

TEST_CASE("no two kinds of entry are the same EPCIS event", "[epcis]")
{
    std::set<std::string> words, entries;
    for (const Term& term : terms()) {
        const std::string key = std::string{term.event} + '|' + std::string{term.action} + '|' +
                                std::string{term.biz_step} + '|' + std::string{term.disposition};
        CHECK(words.insert(key).second);
        CHECK(entries.insert(std::string{term.entry}).second);
        CHECK(std::ranges::find(event_types(), term.entry) != event_types().end());
    }
    for (const std::string_view type : event_types())
        if (type.starts_with("Shipment") || type.starts_with("Allocation"))
            CHECK(entries.contains(std::string{type}));
}

TEST_CASE("docs/epcis.md has every row of the table", "[epcis]")
{
    std::ifstream in{CHIPLEDGER_SOURCE_DIR "/docs/epcis.md"};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    for (const Term& term : terms()) {
        std::string row = "|";
        for (const auto cell : {term.entry, term.event, term.action, term.biz_step,
                                term.disposition})
            row.append(" ").append(cell).append(" |");
        INFO(row);
        CHECK(text.find(row) != std::string::npos);
    }
}

TEST_CASE("an entry comes back from its EPCIS event as it was", "[epcis]")
{
    for (std::size_t type = 0; type < event_types().size(); ++type) {
        INFO(event_types()[type]);
        const bool good = rc::check([type] {
            Event event = *random_event(type);
            if (auto* serials = std::get_if<SerialsRecorded>(&event.data))  // Of units that may be.
                serials->from = std::min<std::int64_t>(serials->from,
                                                       units_max + 1 - std::ssize(serials->serials));
            if (auto* inspected = std::get_if<ShipmentInspected>(&event.data))
                inspected->fail = {};  // At random it may name what has passed.
            event.documents.resize(std::min(event.documents.size(), documents_max - 1));
            const std::vector<Json> events = to_events(std::span{&event, 1});
            if (!term_of(event_types()[type])) {
                RC_ASSERT(events.empty());
                return;
            }
            RC_ASSERT(events.size() == 1U);
            const Json proposed = proposal_from(events.front());
            const Result<Proposal> read = read_proposal(proposed, {});
            if (!read) RC_FAIL(read.error().param + ": " + read.error().detail);
            RC_ASSERT(in_order(to_json(read->data)) == in_order(to_json(event.data)));
            RC_ASSERT(read->occurred_at->at == event.occurred_at.at);
            RC_ASSERT(read->reason == event.reason);
            RC_ASSERT(read->documents.size() == event.documents.size() + 1);
            RC_ASSERT(read->documents.back().ref.value == event_id_of(event));
        });
        CHECK(good);
    }
}

TEST_CASE("a unit that an entry names twice stands once in an EPCIS event", "[epcis]")
{
    Event event = arrival;
    const Units unit{{BatchId{"B01"}, 7, 7}};
    event.data = ShipmentInspected{ShipmentId{"S-1"}, unit, unit, {}};
    CHECK(to_events(std::span{&event, 1}).at(0)["epcList"].size() == 1);
}

TEST_CASE("an arrival is an arriving of a class and of a unit at an office", "[epcis]")
{
    const Json event = to_events(std::span{&arrival, 1}).at(0);
    CHECK(event == Json{{"type", "ObjectEvent"},
                        {"eventID", "urn:uuid:0195c0de-0000-7000-8000-000000000041"},
                        {"eventTime", "2026-02-20T09:00:00+08:00"},
                        {"eventTimeZoneOffset", "+08:00"},
                        {"recordTime", "2026-02-20T01:00:03.120417Z"},
                        {"action", "OBSERVE"},
                        {"bizStep", "arriving"},
                        {"disposition", "in_progress"},
                        {"epcList", Json::array({base + "batch/B02/unit/7"})},
                        {"quantityList",
                         {{{"epcClass", base + "batch/B01/units/1-398"}, {"quantity", 398}}}},
                        {"bizTransactionList",
                         {{{"type", "chipledger:shipment"},
                           {"bizTransaction", base + "shipment/S-1"}}}},
                        {"readPoint", {{"id", base + "office/SHA-01"}}},
                        {"chipledger:entry", 41}});
}

TEST_CASE("a number of units is a quantity of the batch's class", "[epcis]")
{
    Json event = to_events(std::span{&arrival, 1}).at(0);
    event.erase("epcList");
    event["quantityList"] = Json::array({{{"epcClass", base + "batch/B01"}, {"quantity", 5}}});
    CHECK(proposal_from(event)["data"]["units"] == Json::array({{{"batch", "B01"}, {"count", 5}}}));
}

TEST_CASE("the words of CBV are known however they are written", "[epcis]")
{
    Json event = to_events(std::span{&arrival, 1}).at(0);
    event["bizStep"] = "https://ref.gs1.org/cbv/BizStep-arriving";
    event["disposition"] = "cbv:Disp-in_progress";
    event["bizTransactionList"][0]["type"] = base + "shipment";
    event["cl:entry"] = event["chipledger:entry"];
    event.erase("chipledger:entry");
    CHECK(refused(event, Json{std::string{gs1_context}, {{"cl", base}}}) == "accepted");
    CHECK(refused(event, Json(std::string{gs1_context})) == "/e/cl:entry");
    CHECK(refused(event, Json{{"cl", "https://example.org/"}}) == "/e/cl:entry");
}

TEST_CASE("what no entry has a place for is refused where it stands", "[epcis]")
{
    const Json good = to_events(std::span{&arrival, 1}).at(0);
    REQUIRE(refused(good) == "accepted");
    const auto with = [&](const char* pointer, Json value) {
        Json event = good;
        event[Json::json_pointer{pointer}] = std::move(value);
        return refused(event);
    };
    CHECK(with("/sensorElementList", Json::array()) == "/e/sensorElementList");
    CHECK(with("/example:myField", "x") == "/e/example:myField");
    CHECK(with("/bizStep", "receiving") == "/e");
    CHECK(with("/type", "AggregationEvent") == "/e");
    CHECK(with("/eventTime", "yesterday") == "/e/eventTime");
    CHECK(with("/eventTimeZoneOffset", nullptr) == "/e/eventTimeZoneOffset");
    CHECK(with("/eventID", "no uri") == "/e/eventID");
    CHECK(with("/epcList/0", "urn:epc:id:sgtin:0614141.107346.2017") == "/e/epcList/0");
    CHECK(with("/epcList/0", base + "batch/B01/units/1-2") == "/e/epcList/0");
    CHECK(with("/epcList/0", base + "batch/B01/unit/398") == "/e");
    CHECK(with("/epcList/0", base + "batch/B01/unit/007") == "/e/epcList/0");
    CHECK(with("/quantityList/0/quantity", 397) == "/e/quantityList/0/quantity");
    CHECK(with("/quantityList/0/quantity", 0.5) == "/e/quantityList/0/quantity");
    CHECK(with("/quantityList/0/uom", "KGM") == "/e/quantityList/0/uom");
    CHECK(with("/readPoint/id", base + "site/DC-1") == "/e/readPoint/id");
    CHECK(with("/bizTransactionList/0/type", "po") == "/e/bizTransactionList/0");
    CHECK(with("/chipledger:shipment", "S-1") == "/e/chipledger:shipment");
    CHECK(with("/errorDeclaration", {{"reason", "did_not_occur"}}) ==
          "/e/errorDeclaration/declarationTime");
    Json event = good;
    event.erase("epcList");
    event.erase("quantityList");
    CHECK(refused(event) == "/e");
}

TEST_CASE("a correction is the target with an errorDeclaration, and a corrective event", "[epcis]")
{
    Replacement replacement{ShipmentArrived{ShipmentId{"S-1"}, {{BatchId{"B01"}, 1, 390}}, {}}};
    Event correction = entry(50, EventCorrected{41, {}, Box<Replacement>{replacement}},
                             "0195c0de-0000-7000-8000-000000000050");
    correction.occurred_at = parse_timestamp("2026-02-21T10:00:00+08:00").value();
    correction.reason = Text{"recounted"};
    const std::vector<Event> chain{correction, arrival};
    const std::vector<Json> events = to_events(chain);
    REQUIRE(events.size() == 2);
    CHECK(events[0]["eventID"] == "urn:uuid:" + arrival.id);
    CHECK(events[0]["epcList"] == Json::array({base + "batch/B02/unit/7"}));
    CHECK(events[0]["errorDeclaration"] ==
          Json{{"declarationTime", "2026-02-21T10:00:00+08:00"},
               {"reason", "incorrect_data"},
               {"correctiveEventIDs", Json::array({"urn:uuid:" + correction.id})},
               {"chipledger:remark", "recounted"}});
    CHECK(events[1]["eventID"] == "urn:uuid:" + correction.id);
    CHECK(events[1]["eventTime"] == "2026-02-20T09:00:00+08:00");
    CHECK(events[1]["quantityList"][0]["quantity"] == 390);

    std::vector<Said> said;
    for (const Json& event : events)
        said.push_back(read_event(event, context_of_answers(), "/e").value());
    const std::vector<Event> target{arrival};
    std::map<std::string, Declared> targets{{said[0].id, {41, stated_event(target)}}};
    const std::vector<Proposed> back = proposals_of(said, targets).value();
    REQUIRE(back.size() == 1);
    const auto type_of = [](std::int64_t) { return std::optional<std::string>{"ShipmentArrived"}; };
    const Proposal proposal = read_proposal(back[0].event, {}, type_of).value();
    CHECK(proposal.data == correction.data);
    CHECK(proposal.reason == correction.reason);
    CHECK(proposal.occurred_at == correction.occurred_at);

    CHECK(proposals_of(said, {}).error().param == "/e/eventID");
    CHECK(proposals_of(std::span{said}.first(1), targets).error().param ==
          "/e/errorDeclaration/correctiveEventIDs");
    said[0].data["shipment"] = "S-2";
    CHECK(proposals_of(said, targets).error().param == "/e");
    CHECK(to_events(std::span{&correction, 1}).empty());  // Its target is not to be seen.
}

TEST_CASE("a void is its target with an errorDeclaration, and may be voided itself", "[epcis]")
{
    const Event voided = entry(51, EventVoided{41, {}}, "0195c0de-0000-7000-8000-000000000051");
    const std::vector<Event> chain{voided, arrival};
    const std::vector<Json> events = to_events(chain);
    REQUIRE(events.size() == 1);
    CHECK(events[0]["errorDeclaration"]["reason"] == "did_not_occur");
    const Said said = read_event(events[0], context_of_answers(), "/e").value();
    const std::vector<Event> target{arrival};
    const auto back =
        proposals_of(std::span{&said, 1}, {{said.id, {41, stated_event(target)}}}).value();
    CHECK(read_proposal(back.at(0).event, {}).value().data == voided.data);
    const std::vector<Event> again{entry(52, EventVoided{51, {}}, voided.id), voided, arrival};
    CHECK(to_events(again).empty());
}

TEST_CASE("a document is bounded, and says a name once", "[epcis]")
{
    const auto no = [](const std::string& body) { return read_document(body).error(); };
    CHECK(no("{").detail == "Send JSON.");
    CHECK(no("[]").param == "/type");
    CHECK(no(R"({"type":"EPCISDocument","type":"EPCISDocument"})").detail.find("twice") !=
          std::string::npos);
    CHECK(no(std::string(40, '[') + std::string(40, ']')).detail == "Nest at most 32 deep.");
    Json document{{"type", "EPCISDocument"}, {"schemaVersion", "1.2"}, {"@context", "x:y"}};
    CHECK(no(document.dump()).param == "/schemaVersion");
    document["schemaVersion"] = "2.0";
    CHECK(no(document.dump()).param == "/epcisBody/eventList");
    document["epcisBody"]["eventList"] = Json(1001, Json::object());
    CHECK(no(document.dump()).code == Code::too_large);
    document["epcisHeader"] = Json::object();
    CHECK(no(document.dump()).param == "/epcisHeader");
}

TEST_CASE("a query asks by its parameters alone", "[epcis]")
{
    const Json event = to_events(std::span{&arrival, 1}).at(0);
    const auto finds = [&](const std::string& name, const std::string& value) {
        return read_query({{name, value}}).value().matches(event);
    };
    CHECK(finds("eventType", "ObjectEvent"));
    CHECK_FALSE(finds("eventType", "TransactionEvent"));
    CHECK(finds("EQ_bizStep", "shipping|https://ref.gs1.org/cbv/BizStep-arriving"));
    CHECK_FALSE(finds("EQ_disposition", "in_transit"));
    CHECK(finds("EQ_readPoint", base + "office/SHA-01"));
    CHECK_FALSE(finds("EQ_bizLocation", base + "site/DC-1"));
    CHECK(finds("EQ_bizTransaction_chipledger:shipment", base + "shipment/S-1"));
    CHECK(finds("MATCH_anyEPC", base + "batch/B01/unit/398"));
    CHECK_FALSE(finds("MATCH_anyEPC", base + "batch/B01/unit/399"));
    CHECK_FALSE(finds("MATCH_anyEPC", "urn:epc:id:sgtin:0614141.107346.2017"));
    CHECK(finds("MATCH_anyEPCClass", base + "batch/B02"));
    CHECK_FALSE(finds("MATCH_anyEPCClass", base + "batch/B03"));
    CHECK(finds("GE_eventTime", "2026-02-20T01:00:00Z"));
    CHECK_FALSE(finds("LT_eventTime", "2026-02-20T01:00:00Z"));
    CHECK(finds("LT_recordTime", "2026-02-20T01:00:03.120418Z"));
    CHECK_FALSE(finds("GE_recordTime", "2026-02-20T01:00:03.120418Z"));
    CHECK_FALSE(finds("EXISTS_errorDeclaration", "true"));
    CHECK(finds("EXISTS_errorDeclaration", "false"));
    CHECK(finds("EQ_eventID", "urn:uuid:" + arrival.id));
    const auto no = [](const std::string& name, const std::string& value) {
        return read_query({{name, value}}).error().param;
    };
    CHECK(no("WD_readPoint", "x") == "?WD_readPoint");
    CHECK(no("GE_eventTime", "now") == "?GE_eventTime");
    CHECK(no("perPage", "0") == "?perPage");
    CHECK(no("EQ_bizStep", "") == "?EQ_bizStep");
    CHECK(no("EXISTS_errorDeclaration", "maybe") == "?EXISTS_errorDeclaration");
    CHECK(read_query({{"perPage", "1"}, {"perPage", "2"}}).error().param == "?perPage");
}

}  // namespace chipledger
