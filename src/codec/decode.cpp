#include "codec/canonical_reader.hpp"
#include "codec/event_json.hpp"
#include "codec/json_profile.hpp"
#include "codec/reader.hpp"
#include "codec/wire.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

bool read_type(Reader& reader, const Json& body, const std::string& pointer, std::string& type)
{
    if (!body["type"].is_string()) return reader.no(pointer + "/type", "Send a string.");
    type = body["type"].get<std::string>();
    if (with_type(type, [](auto) {})) return true;
    return reader.no(pointer + "/type", "There is no such event. /v1/event-types lists them.");
}

bool read_remark(Reader& reader, const Json& body, const std::string& pointer,
                 std::optional<Text>& reason, std::vector<Document>& documents)
{
    if (const auto found = body.find("reason"); found != body.end() && !found->is_null())
        if (!reader.text(*found, pointer + "/reason", reason.emplace())) return false;
    if (const auto found = body.find("documents"); found != body.end())
        return reader.documents(*found, pointer + "/documents", documents);
    return true;
}

}  // namespace

Result<Proposal> read_proposal(const Json& body, const std::string& pointer,
                               const TypeOfTarget& type_of_target)
{
    Reader reader{true, &type_of_target};
    Proposal proposal;
    std::string type;
    const auto good = [&] {
        if (!reader.object(body, pointer, {"type", "data"}, {"occurred_at", "reason", "documents"}))
            return false;
        if (!read_type(reader, body, pointer, type)) return false;
        if (const auto found = body.find("occurred_at"); found != body.end())
            if (!reader.timestamp(*found, pointer + "/occurred_at",
                                  proposal.occurred_at.emplace()))
                return false;
        if (!read_remark(reader, body, pointer, proposal.reason, proposal.documents)) return false;
        auto data = reader.data(type, body["data"], pointer + "/data");
        if (data) proposal.data = std::move(*data);
        return data.has_value();
    };
    if (!good()) return *reader.refusal();
    proposal.wanted = reader.take_wanted();
    return proposal;
}

Result<Event> decode(std::string_view bytes)
{
    if (auto event = read_canonical(bytes)) return std::move(*event);
    return decode_slowly(bytes);
}

Result<Event> decode_slowly(std::string_view bytes)
{
    const Result<Json> parsed = parse_profile(bytes, {.bytes_max = entry_bytes_max});
    if (!parsed) return parsed.error();
    const Json& body = *parsed;
    Reader reader{false};
    Event event;
    const auto good = [&] {
        if (!reader.object(body, "",
                           {"v", "position", "id", "type", "occurred_at", "recorded_at", "actor",
                            "subjects", "reason", "documents", "data"},
                           {"confirmed_by"}))
            return false;
        if (body["v"] != 1) return reader.no("/v", "This version reads entries of version 1.");
        if (!body["position"].is_number_integer() || !body["id"].is_string())
            return reader.no("/position", "This is not an entry.");
        event.position.number = body["position"].get<std::int64_t>();
        event.id = body["id"].get<std::string>();
        Timestamp recorded;
        if (!reader.timestamp(body["occurred_at"], "/occurred_at", event.occurred_at) ||
            !reader.timestamp(body["recorded_at"], "/recorded_at", recorded) ||
            !reader.actor(body["actor"], "/actor", event.actor) ||
            !reader.subjects(body["subjects"], "/subjects", event.subjects) ||
            !read_remark(reader, body, "", event.reason, event.documents))
            return false;
        if (const auto second = body.find("confirmed_by"); second != body.end())
            if (!reader.actor(*second, "/confirmed_by", event.confirmed_by.emplace())) return false;
        event.recorded_at = recorded.at;
        std::string type;
        if (!read_type(reader, body, "", type)) return false;
        auto data = reader.data(type, body["data"], "/data");
        if (data) event.data = std::move(*data);
        return data.has_value();
    };
    if (!good()) return *reader.refusal();
    return event;
}

}  // namespace chipledger
