#include "codec/event_json.hpp"
#include "codec/json_profile.hpp"
#include "codec/wire.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

template <class T>
Json write(const T& value)
{
    if constexpr (is_id_type<T> || std::is_same_v<T, Text>) {
        return value.value;
    } else if constexpr (is_bounded<T>) {
        return value.value;
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::int64_t>) {
        return value;
    } else if constexpr (std::is_same_v<T, Day>) {
        return to_string(value);
    } else if constexpr (std::is_enum_v<T>) {
        return std::string{boost::describe::enum_to_string(value, "")};
    } else if constexpr (std::is_same_v<T, Inspected>) {
        return std::visit([](const auto& found) { return write(found); }, value);
    } else if constexpr (std::is_same_v<T, Box<Replacement>>) {
        return {{"type", std::string{type_name(value->data)}}, {"data", to_json(value->data)}};
    } else if constexpr (is_list<T>) {
        Json list = Json::array();
        for (const auto& item : value) list.push_back(write(item));
        return list;
    } else {
        Json object = Json::object();
        for_each_member<T>([&](std::string_view name, auto member) {
            const auto& part = value.*member;
            if constexpr (is_optional<std::decay_t<decltype(part)>>) {
                if (part) object[std::string{name}] = write(*part);
            } else {
                object[std::string{name}] = write(part);
            }
        });
        return object;
    }
}

Json actor_json(const Actor& actor)
{
    Json json = write(actor);
    if (!actor.firm) json["firm"] = nullptr;
    return json;
}

}  // namespace

Json to_json(const EventData& data)
{
    return std::visit([](const auto& event) { return write(event); }, data);
}

Json to_json(const Event& event)
{
    Json json{{"v", 1},
            {"position", event.position.number},
            {"id", event.id},
            {"type", std::string{type_name(event.data)}},
            {"occurred_at", to_string(event.occurred_at)},
            {"recorded_at", to_string(event.recorded_at)},
            {"actor", actor_json(event.actor)},
            {"subjects", write(event.subjects)},
            {"reason", event.reason ? Json(event.reason->value) : Json(nullptr)},
            {"documents", write(event.documents)},
            {"data", to_json(event.data)}};
    if (event.confirmed_by) json["confirmed_by"] = actor_json(*event.confirmed_by);
    return json;
}

Json to_json(const Proposal& proposal)
{
    Json json{{"type", std::string{type_name(proposal.data)}},
              {"data", to_json(proposal.data)},
              {"documents", write(proposal.documents)}};
    for (const Wanted& wanted : proposal.wanted)
        json["data"]["units"].push_back({{"batch", wanted.batch.value}, {"count", wanted.count}});
    if (proposal.occurred_at) json["occurred_at"] = to_string(*proposal.occurred_at);
    if (proposal.reason) json["reason"] = proposal.reason->value;
    return json;
}

}  // namespace chipledger
