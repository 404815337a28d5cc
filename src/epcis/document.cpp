#include "epcis/document.hpp"

#include <algorithm>
#include <set>

#include "codec/json_profile.hpp"
#include "epcis/event.hpp"
#include "epcis/terms.hpp"

namespace chipledger::epcis {

namespace {

using Json = nlohmann::json;

constexpr int depth_max = 32;

/// Bounded depth, and no name twice in one object: two readers would choose differently.
Result<Json> parse(std::string_view body)
{
    std::vector<std::set<std::string>> names;
    bool deep = false;
    std::string twice;
    const Json::parser_callback_t check = [&](int depth, Json::parse_event_t event, Json& parsed) {
        deep |= depth > depth_max;
        if (event == Json::parse_event_t::object_start) names.emplace_back();
        if (event == Json::parse_event_t::object_end) names.pop_back();
        if (event == Json::parse_event_t::key)
            if (auto name = parsed.get<std::string>(); !names.back().insert(name).second)
                twice = std::move(name);
        return !deep;
    };
    Json document = Json::parse(body, check, false);
    if (deep) return malformed("", "Nest at most 32 deep.");
    if (document.is_discarded()) return malformed("", "Send JSON.");
    if (!twice.empty())
        return malformed("", "The member \"" + twice.substr(0, 100) + "\" is here twice.");
    return document;
}

/// Members of a document, each of which must be known or of another vocabulary's.
Result<void> only(const Json& object, const std::string& pointer,
                  std::initializer_list<std::string_view> known)
{
    if (!object.is_object()) return malformed(pointer, "Send an object.");
    for (const auto& [name, value] : object.items())
        if (std::ranges::find(known, name) == known.end())
            return malformed(pointer + '/' + pointer_token(name),
                             "The ledger keeps nothing of this. Leave it out.");
    return {};
}

/// Where the list of events is.
Result<std::string> list_in(const Json& document)
{
    const std::string type = document.is_object() && document.contains("type") &&
                                     document["type"].is_string()
                                 ? document["type"].get<std::string>()
                                 : std::string{};
    if (type == "EPCISQueryDocument")
        return std::string{"/epcisBody/queryResults/resultsBody/eventList"};
    if (type == "EPCISDocument") return std::string{"/epcisBody/eventList"};
    return malformed("/type", "Send an EPCISDocument or an EPCISQueryDocument.");
}

Result<void> check_envelope(const Json& document)
{
    if (auto yes = only(document, "",
                        {"@context", "id", "type", "schemaVersion", "creationDate",
                         "instanceIdentifier", "sender", "receiver", "epcisBody"});
        !yes)
        return yes;
    if (!document.contains("@context"))
        return malformed("/@context", "Send GS1's context, and the prefixes that you use.");
    const Json version = document.value("schemaVersion", Json("2.0"));
    const bool good = version.is_string() && version.get<std::string>().starts_with("2.0");
    if (!good) return malformed("/schemaVersion", "This takes EPCIS 2.0.");
    return {};
}

Json proposal_of(const Said& said)
{
    Json event{{"type", said.entry}, {"occurred_at", to_string(said.at)}, {"data", said.data}};
    if (!said.remark.is_null()) event["reason"] = said.remark;
    if (!said.documents.is_null()) event["documents"] = said.documents;
    return event;
}

/// The client's eventID goes with the entry, so that it finds its event by it.
void keep_id(Json& proposal, const std::string& id)
{
    if (id.empty()) return;
    if (!proposal.contains("documents")) proposal["documents"] = Json::array();
    if (proposal["documents"].is_array())
        proposal["documents"].push_back({{"type", std::string{client_id_type}}, {"ref", id}});
}

const Said* corrective_of(std::span<const Said> said, const Said& declared)
{
    if (declared.declared->corrective.size() != 1) return nullptr;
    for (const Said& one : said)
        if (!one.declared && one.id == declared.declared->corrective.front()) return &one;
    return nullptr;
}

Result<Json> correction(const Said& declared, const Declared& target, const Said* corrective)
{
    const Declaration& declaration = *declared.declared;
    const std::string pointer = declared.pointer + "/errorDeclaration";
    const Result<Said> stated = read_event(target.stated, context_of_answers(), declared.pointer);
    ensure(bool(stated), "what the ledger states it can read");
    const bool same = stated->entry == declared.entry && stated->data == declared.data &&
                      stated->at == declared.at;
    if (!same)
        return malformed(declared.pointer,
                         "A declaration repeats its event as it was; entry " +
                             std::to_string(target.position) + " says otherwise.");
    Json data{{"target", target.position}, {"reason", declaration.reason}};
    Json event{{"type", "EventVoided"}, {"occurred_at", to_string(declaration.time)}};
    if (declaration.reason == "incorrect_data") {
        if (!corrective)
            return malformed(pointer + "/correctiveEventIDs",
                             "Name the one corrective event that this document brings.");
        if (corrective->entry != declared.entry || corrective->at != declared.at)
            return malformed(corrective->pointer,
                             "A corrective event is of the same kind and has the same eventTime: "
                             "void what did not occur then.");
        if (!corrective->remark.is_null() || !corrective->documents.is_null())
            return malformed(corrective->pointer,
                             "Remark and documents of a correction go into its errorDeclaration.");
        event["type"] = "EventCorrected";
        data["replacement"] = {{"type", corrective->entry}, {"data", corrective->data}};
    } else if (declaration.reason != "did_not_occur" || !declaration.corrective.empty()) {
        return malformed(pointer + "/reason", "Send did_not_occur, or incorrect_data with its "
                                              "corrective event.");
    }
    event["data"] = std::move(data);
    if (!declaration.remark.is_null()) event["reason"] = declaration.remark;
    if (!declaration.documents.is_null()) event["documents"] = declaration.documents;
    return event;
}

}  // namespace

Result<std::vector<Said>> read_document(std::string_view body)
{
    const Result<Json> document = parse(body);
    if (!document) return document.error();
    const Result<std::string> list = list_in(*document);
    if (!list) return list.error();
    if (auto yes = check_envelope(*document); !yes) return yes.error();
    const Json::json_pointer pointer{*list};
    if (!document->contains(pointer) || !(*document)[pointer].is_array() ||
        (*document)[pointer].empty())
        return malformed(*list, "Send a list of events.");
    const Json& events = (*document)[pointer];
    if (events.size() > events_max)
        return Refusal{.code = Code::too_large,
                       .param = *list,
                       .detail = "Send at most 1000 events at once.",
                       .available = static_cast<std::int64_t>(events_max),
                       .requested = static_cast<std::int64_t>(events.size())};
    std::vector<Said> said;
    for (std::size_t i = 0; i < events.size(); ++i) {
        Result<Said> one =
            read_event(events[i], (*document)["@context"], *list + '/' + std::to_string(i));
        if (!one) return one.error();
        said.push_back(std::move(*one));
    }
    return said;
}

Result<std::vector<Proposed>> proposals_of(std::span<const Said> said,
                                           const std::map<std::string, Declared>& targets)
{
    std::vector<Proposed> proposed;
    std::set<const Said*> used;  // A corrective event goes into its correction.
    for (const Said& one : said)
        if (one.declared)
            if (const Said* corrective = corrective_of(said, one);
                corrective && !used.insert(corrective).second)
                return malformed(one.pointer, "Two declarations name one corrective event.");
    for (const Said& one : said) {
        if (used.contains(&one)) continue;
        if (!one.declared) {
            proposed.push_back({proposal_of(one), one.pointer});
            keep_id(proposed.back().event, one.id);
            continue;
        }
        const auto target = targets.find(one.id);
        if (target == targets.end())
            return malformed(one.pointer + "/eventID",
                             "There is no such event. Send the eventID that this ledger answers.");
        const Said* corrective = corrective_of(said, one);
        Result<Json> event = correction(one, target->second, corrective);
        if (!event) return event.error();
        if (corrective) keep_id(*event, corrective->id);
        proposed.push_back({std::move(*event), one.pointer});
    }
    return proposed;
}

Json query_document(Json events, Time created)
{
    return {{"@context", context_of_answers()},
            {"type", "EPCISQueryDocument"},
            {"schemaVersion", "2.0"},
            {"creationDate", to_string(created)},
            {"epcisBody",
             {{"queryResults",
               {{"queryName", "SimpleEventQuery"},
                {"resultsBody", {{"eventList", std::move(events)}}}}}}}};
}

}  // namespace chipledger::epcis
