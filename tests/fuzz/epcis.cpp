#include "codec/event_json.hpp"
#include "epcis/document.hpp"
#include "epcis/event.hpp"
#include "epcis/query.hpp"
#include "epcis/terms.hpp"
#include "fuzz/fuzz.hpp"

namespace chipledger::fuzz {

namespace {

using Json = nlohmann::json;

Event entry_of(const Proposal& proposal, std::int64_t position)
{
    Event entry;
    entry.position = {position};
    entry.id = "0195c0de-0000-7000-8000-000000000041";
    entry.occurred_at = *proposal.occurred_at;
    entry.recorded_at = proposal.occurred_at->at;
    entry.reason = proposal.reason;
    entry.documents = proposal.documents;
    entry.data = proposal.data;
    return entry;
}

/// An entry that an event became states an event that becomes this entry.
void stated_again(const Event& entry)
{
    const std::vector<Event> chain{entry};
    const Json stated = epcis::stated_event(chain);
    require(stated.is_object(), "an entry that was captured states an event");
    const Json document = epcis::query_document(Json::array({stated}), entry.recorded_at);
    const Result<std::vector<epcis::Said>> said = epcis::read_document(document.dump());
    require(said.has_value(), "what is answered can be captured",
            said ? "" : said.error().param + ' ' + said.error().detail + ' ' + stated.dump());
    const Result<std::vector<epcis::Proposed>> proposed = epcis::proposals_of(*said, {});
    require(proposed && proposed->size() == 1, "an event is one entry");
    const Result<Proposal> again = read_proposal(proposed->front().event, "");
    require(again && type_name(again->data) == type_name(entry.data),
            "an event becomes an entry of the type that stated it", stated.dump());
    Event other = entry_of(*again, entry.position.number);
    const std::vector<Event> other_chain{other};
    other.id = entry.id;
    require(epcis::stated_event(other_chain) == stated, "it states the same again",
            stated.dump());
}

void document(std::string_view bytes)
{
    const Result<std::vector<epcis::Said>> said = epcis::read_document(bytes);
    if (!said) return;
    std::map<std::string, epcis::Declared> targets;
    std::vector<Event> entries;
    for (const epcis::Said& one : *said) {
        if (one.declared) continue;
        const std::vector<epcis::Said> alone{one};
        const Result<std::vector<epcis::Proposed>> proposed = epcis::proposals_of(alone, {});
        if (!proposed) continue;
        const Result<Proposal> proposal = read_proposal(proposed->front().event, "");
        if (!proposal || !proposal->wanted.empty()) continue;
        entries.push_back(entry_of(*proposal, std::ssize(entries) + 1));
        stated_again(entries.back());
        const std::vector<Event> chain{entries.back()};
        targets.emplace(one.id, epcis::Declared{std::ssize(entries), epcis::stated_event(chain)});
    }
    epcis::proposals_of(*said, targets);
}

/// Parameters of a query, name=value in a line each.
void query(std::string_view bytes)
{
    std::vector<std::pair<std::string, std::string>> parameters;
    while (!bytes.empty()) {
        std::string_view line = take_until(bytes, '\n');
        const std::string name{take_until(line, '=')};
        parameters.emplace_back(name, line);
    }
    const Result<epcis::Query> query = epcis::read_query(parameters);
    if (!query) return;
    require(query->per_page >= 1 && query->per_page <= epcis::per_page_max, "pages have a bound");
    query->entry_types();
    query->batch();
    Proposal arrival;
    arrival.data = ShipmentArrived{ShipmentId{"S-1"}, {{BatchId{"B01"}, 1, 398}}, {}};
    arrival.occurred_at = parse_timestamp("2026-02-20T09:00:00+08:00");
    const std::vector<Event> chain{entry_of(arrival, 1)};
    query->matches(epcis::stated_event(chain));
}

}  // namespace

void epcis(std::string_view bytes)
{
    if (bytes.starts_with('{')) document(bytes);
    else query(bytes);
}

}  // namespace chipledger::fuzz
