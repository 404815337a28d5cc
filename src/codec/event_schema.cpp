#include "codec/event_schema.hpp"

#include "codec/event_about.hpp"
#include "codec/wire.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::string_view dialect = "https://json-schema.org/draft/2020-12/schema";
constexpr std::string_view id_pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";

template <class T>
Json schema();

Json integer(std::int64_t min, std::int64_t max)
{
    return {{"type", "integer"}, {"minimum", min}, {"maximum", max}};
}

Json one_of(std::vector<std::string> values)
{
    return {{"type", "string"}, {"enum", std::move(values)}};
}

Json object(Json properties, std::vector<std::string> required)
{
    return {{"type", "object"},
            {"properties", std::move(properties)},
            {"required", std::move(required)},
            {"additionalProperties", false}};
}

template <class T>
struct Bare {
    using type = T;
};
template <class T>
struct Bare<std::optional<T>> {
    using type = T;
};

template <class T>
std::vector<MemberInfo> members_of()
{
    std::vector<MemberInfo> members;
    for_each_member<T>([&](std::string_view name, auto member) {
        using Part = std::decay_t<decltype(std::declval<T>().*member)>;
        members.push_back(
            {std::string{name}, !is_optional<Part>, schema<typename Bare<Part>::type>()});
    });
    return members;
}

Json object_of(const std::vector<MemberInfo>& members)
{
    Json properties = Json::object();
    std::vector<std::string> required;
    for (const MemberInfo& member : members) {
        properties[member.name] = member.schema;
        if (member.required) required.push_back(member.name);
    }
    return object(std::move(properties), std::move(required));
}

template <class T>
Json list()
{
    Json list{{"type", "array"}, {"items", schema<T>()}, {"maxItems", limit_of<T>}};
    if (std::is_same_v<T, UnitRange> || std::is_same_v<T, SerialId> || std::is_same_v<T, TierCap>)
        list["minItems"] = 1;
    if (std::is_same_v<T, SerialId>) list["uniqueItems"] = true;
    return list;
}

/// A condition with these codes has `code`, the member named and perhaps another.
Json condition(std::vector<std::string> codes, const std::string& member, Json value,
               Json more = Json::object())
{
    more["code"] = one_of(std::move(codes));
    more[member] = std::move(value);
    return object(std::move(more), {"code", member});
}

Json conditions()
{
    Json allow = list<Text>();
    allow["minItems"] = 1;
    return {{"oneOf",
             {condition({"ports", "sites", "end_use"}, "allow", allow),
              condition({"max_units_per_shipment", "max_uses"}, "max", schema<Amount>()),
              condition({"text"}, "text", schema<Text>(), {{"due", schema<Day>()}})}}};
}

/// Either of the events named, each with the `data` of its own schema.
Json data_by_type(const std::vector<std::string>& types)
{
    Json choices = Json::array();
    for (const std::string& type : types)
        choices.push_back({{"properties",
                            {{"type", {{"const", type}}}, {"data", {{"$ref", type + ".json"}}}}}});
    return choices;
}

std::vector<std::string> all_types() { return {event_types().begin(), event_types().end()}; }

Json replacement()
{
    std::vector<std::string> types = all_types();
    std::erase_if(types, [](const std::string& type) {
        return type == "EventCorrected" || type == "EventVoided";
    });
    Json value = object({{"type", one_of(types)}, {"data", {{"type", "object"}}}},
                        {"type", "data"});
    value["oneOf"] = data_by_type(types);
    return value;
}

template <class T>
Json schema()
{
    if constexpr (is_id_type<T>) {
        return {{"type", "string"}, {"pattern", id_pattern}};
    } else if constexpr (is_bounded<T>) {
        return integer(T::min, T::max);
    } else if constexpr (std::is_same_v<T, Text>) {
        return {{"type", "string"}, {"minLength", 1}, {"maxLength", Text::length_max}};
    } else if constexpr (std::is_same_v<T, std::string>) {
        return {{"type", "string"}};
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        return integer(1, EntryNumber::max);
    } else if constexpr (std::is_same_v<T, Day>) {
        return {{"type", "string"}, {"format", "date"}};
    } else if constexpr (std::is_enum_v<T>) {
        std::vector<std::string> names;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
            [&](auto item) { names.emplace_back(item.name); });
        return one_of(std::move(names));
    } else if constexpr (std::is_same_v<T, Inspected>) {
        return {{"oneOf", {schema<Amount>(), schema<Units>()}}};
    } else if constexpr (std::is_same_v<T, Condition>) {
        return conditions();
    } else if constexpr (std::is_same_v<T, Box<Replacement>>) {
        return replacement();
    } else if constexpr (is_list<T>) {
        return list<typename T::value_type>();
    } else {
        return object_of(members_of<T>());
    }
}

std::vector<MemberInfo> members_at(std::size_t index)
{
    std::vector<MemberInfo> members;
    boost::mp11::mp_with_index<std::variant_size_v<EventData>>(index, [&](auto at) {
        members = members_of<std::variant_alternative_t<at, EventData>>();
    });
    for (MemberInfo& member : members)
        if (const auto about = about_member(member.name); !about.empty())
            member.schema["description"] = about;
    return members;
}

Json headed(Json body, const std::string& name, std::string_view about)
{
    body["$schema"] = dialect;
    body["$id"] = "/api/events/" + name + ".json";
    body["title"] = name;
    body["description"] = about;
    return body;
}

Json schema_of(const EventInfo& event)
{
    Json body = object_of(event.members);
    const bool amends = event.type == "ApprovalAmended" || event.type == "FirmAmended";
    if (amends) body["minProperties"] = 2;  // Who, and at least one change.
    return headed(std::move(body), std::string{event.type}, event.about);
}

Json nullable(Json value)
{
    value["type"] = {value["type"], "null"};
    return value;
}

std::string text_of(const Json& schema) { return schema.dump(2) + '\n'; }

}  // namespace

std::vector<EventInfo> catalogue()
{
    std::vector<EventInfo> events;
    for (std::size_t i = 0; i < event_types().size(); ++i)
        events.push_back({event_types()[i], about_event(i), members_at(i)});
    return events;
}

Json schema_of(std::string_view type)
{
    for (std::size_t i = 0; i < event_types().size(); ++i)
        if (event_types()[i] == type) return schema_of({type, about_event(i), members_at(i)});
    return nullptr;
}

Json entry_schema()
{
    const Json instant{{"type", "string"}, {"format", "date-time"}};
    Json actor = schema<Actor>(), documents = list<Document>(), subjects = list<Subject>();
    actor["properties"]["firm"] = nullable(actor["properties"]["firm"]);
    actor["required"].push_back("firm");
    documents["items"]["properties"]["sha256"] = {{"type", "string"},
                                                      {"pattern", "^[0-9a-f]{64}$"}};
    const std::vector<MemberInfo> members{
        {"v", true, {{"const", 1}}},
        {"position", true, schema<EntryNumber>()},
        {"id", true, {{"type", "string"}, {"format", "uuid"}}},
        {"type", true, one_of(all_types())},
        {"occurred_at", true, instant},
        {"recorded_at", true, instant},
        {"actor", true, actor},
        {"confirmed_by", false, std::move(actor)},
        {"subjects", true, std::move(subjects)},
        {"reason", true, nullable(schema<Text>())},
        {"documents", true, std::move(documents)},
        {"data", true, {{"type", "object"}}},
    };
    Json body = object_of(members);
    body["oneOf"] = data_by_type(all_types());
    return headed(std::move(body), "entry", "An entry of the ledger, as stored and served.");
}

std::vector<SchemaFile> schema_files()
{
    std::vector<SchemaFile> files{{"entry.json", text_of(entry_schema())}};
    for (const EventInfo& event : catalogue())
        files.push_back({std::string{event.type} + ".json", text_of(schema_of(event))});
    return files;
}

}  // namespace chipledger
