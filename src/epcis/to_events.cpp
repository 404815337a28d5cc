#include "epcis/event.hpp"
#include "epcis/terms.hpp"
#include "epcis/things.hpp"

namespace chipledger::epcis {

namespace {

using Json = nlohmann::json;

constexpr UtcOffset offset_max{14 * 60};  // Of eventTimeZoneOffset in the schema.

std::string own(std::string_view name) { return std::string{prefix}.append(name); }

/// EPCIS writes no Z beside its offset, and none beyond 14:00.
Timestamp zoned(Timestamp at)
{
    if (at.offset > offset_max || at.offset < -offset_max) at.offset = UtcOffset{0};
    return at;
}

std::string offset_text(UtcOffset offset)
{
    return offset == UtcOffset{0} ? "+00:00" : to_string(offset);
}

void put_units(Json& event, const Units& units)
{
    for (const UnitRange& range : units)
        if (range.from == range.to)
            event["epcList"].push_back(uri_of(range));
        else
            event["quantityList"].push_back({{"epcClass", uri_of(range)},
                                             {"quantity", count(range)}});
    if (units.empty()) event["epcList"] = Json::array();
}

Units units_in(const Json& list)
{
    Units units;
    for (const Json& range : list)
        units.push_back({BatchId{range["batch"].get<std::string>()},
                         range["from"].get<std::int64_t>(), range["to"].get<std::int64_t>()});
    return units;
}

/// Takes out of `data` what the event is about.
void put_what(Json& event, Json& data, What what)
{
    if (what == What::units) {
        put_units(event, units_in(data["units"]));
        data.erase("units");
        return;
    }
    if (what == What::inspected) {  // pass and fail stay: they say which is which.
        Units units;
        for (const char* name : {"pass", "fail"})
            if (data[name].is_array())
                for (UnitRange& range : units_in(data[name])) units.push_back(std::move(range));
        units = normalised(std::move(units));
        units.erase(std::ranges::unique(units).begin(), units.end());  // EPCIS lists are sets.
        return put_units(event, units);
    }
    const BatchId batch{data["batch"].get<std::string>()};
    data.erase("batch");
    if (what == What::serials) {
        const auto from = data["from"].get<std::int64_t>();
        const auto serials = static_cast<std::int64_t>(data["serials"].size());
        data.erase("from");
        return put_units(event, {{batch, from, from + serials - 1}});
    }
    Json item{{"epcClass", uri_of("batch", batch.value)}};
    if (what == What::lot) {
        item["quantity"] = data["qty"];
        data.erase("qty");
    }
    event["quantityList"].push_back(std::move(item));
}

void put_member(Json& event, const std::string& name, const Json& value)
{
    const Place* place = place_of(name);
    if (!place) {
        event[own(name)] = value;
        return;
    }
    if (place->where == Where::ilmd) {
        event["ilmd"][own(name)] = value;
        return;
    }
    const std::string uri = uri_of(place->kind, value.get<std::string>());
    const std::string type{place->type};
    switch (place->where) {
    case Where::transaction:
        event["bizTransactionList"].push_back({{"type", type}, {"bizTransaction", uri}});
        break;
    case Where::destination:
        event["destinationList"].push_back({{"type", type}, {"destination", uri}});
        break;
    case Where::read_point: event["readPoint"] = {{"id", uri}}; break;
    case Where::biz_location: event["bizLocation"] = {{"id", uri}}; break;
    case Where::ilmd: break;
    }
}

/// The remark and the documents of an entry, but for the client's eventID.
void put_envelope(Json& into, const Event& entry)
{
    if (entry.reason) into[own("remark")] = entry.reason->value;
    Json documents = Json::array();
    for (const Document& document : entry.documents) {
        if (document.type.value == client_id_type) continue;
        Json item{{"type", document.type.value}, {"ref", document.ref.value}};
        if (document.sha256) item["sha256"] = document.sha256->value;
        documents.push_back(std::move(item));
    }
    if (!documents.empty()) into[own("documents")] = std::move(documents);
}

const EventData* replacement_of(const Event& entry)
{
    const auto* correction = std::get_if<EventCorrected>(&entry.data);
    return correction ? &correction->replacement->data : nullptr;
}

Json declaration_of(const Event& correction)
{
    const bool corrected = replacement_of(correction) != nullptr;
    Json declared{{"declarationTime", to_string(zoned(correction.occurred_at))},
                  {"reason", corrected ? "incorrect_data" : "did_not_occur"}};
    if (corrected) declared["correctiveEventIDs"] = Json::array({event_id_of(correction)});
    put_envelope(declared, correction);
    return declared;
}

}  // namespace

Position target_of(const Event& entry)
{
    if (const auto* corrected = std::get_if<EventCorrected>(&entry.data))
        return {corrected->target};
    if (const auto* voided = std::get_if<EventVoided>(&entry.data)) return {voided->target};
    return {};
}

std::string event_id_of(const Event& entry)
{
    for (const Document& document : entry.documents)
        if (document.type.value == client_id_type && is_uri(document.ref.value))
            return document.ref.value;
    return "urn:uuid:" + entry.id;
}

// A correction changes what an event says, never when it happened: that is its target's time.
Json stated_event(std::span<const Event> chain)
{
    if (chain.empty()) return nullptr;
    const Event& entry = chain.front();
    const EventData* replacement = replacement_of(entry);
    const EventData& stated = replacement ? *replacement : entry.data;
    const Term* term = term_of(type_name(stated));
    if (!term) return nullptr;
    Timestamp happened = entry.occurred_at;
    if (replacement) {
        const Json before = stated_event(chain.subspan(1));
        if (before.is_null()) return nullptr;
        happened = parse_timestamp(before["eventTime"].get<std::string>()).value();
    }
    happened = zoned(happened);
    Json event{{"type", std::string{term->event}},
               {"eventID", event_id_of(entry)},
               {"eventTime", to_string(happened)},
               {"eventTimeZoneOffset", offset_text(happened.offset)},
               {"recordTime", to_string(entry.recorded_at)},
               {"action", std::string{term->action}},
               {"bizStep", std::string{term->biz_step}},
               {own("entry"), entry.position.number}};
    if (!term->disposition.empty()) event["disposition"] = std::string{term->disposition};
    Json data = to_json(stated);
    put_what(event, data, term->what);
    for (const auto& [name, value] : data.items())
        if (!value.is_null()) put_member(event, name, value);
    if (!replacement) put_envelope(event, entry);
    return event;
}

std::vector<Json> to_events(std::span<const Event> chain)
{
    std::vector<Json> events;
    const Event& entry = chain.front();
    if (target_of(entry) > Position{}) {
        Json declared = stated_event(chain.subspan(1));
        if (declared.is_null()) return {};
        declared["recordTime"] = to_string(entry.recorded_at);
        declared["errorDeclaration"] = declaration_of(entry);
        events.push_back(std::move(declared));
    }
    if (Json stated = stated_event(chain); !stated.is_null()) events.push_back(std::move(stated));
    return events;
}

}  // namespace chipledger::epcis
