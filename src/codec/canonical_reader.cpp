#include "codec/canonical_reader.hpp"

#include "codec/direct_reader.hpp"

namespace chipledger {

namespace {

bool take_actor(Cursor& at, Actor& out)
{
    bool has_principal = false, has_role = false;
    const bool read = at.object([&](std::string_view name) {
        if (name == "firm") return at.literal("null") || take(at, out.firm);
        if (name == "principal") return has_principal = take(at, out.principal);
        if (name == "role") return has_role = take(at, out.role);
        return false;
    });
    return read && has_principal && has_role;
}

/// The type, which canonical order puts behind what depends on it.
std::string_view type_at_end(std::string_view bytes)
{
    constexpr std::string_view before = ",\"type\":\"", after = "\",\"v\":1}";
    if (!bytes.ends_with(after)) return {};
    bytes.remove_suffix(after.size());
    const std::size_t at = bytes.rfind(before);
    return at == std::string_view::npos ? std::string_view{} : bytes.substr(at + before.size());
}

/// A member of the envelope after the other; `missing` are those that are still to come.
bool take_member(Cursor& at, std::string_view name, std::string_view type, Event& out, int& missing)
{
    if (name == "confirmed_by") return take_actor(at, out.confirmed_by.emplace());
    --missing;
    if (name == "actor") return take_actor(at, out.actor);
    if (name == "data") return take_data(at, type, out.data);
    if (name == "documents") return take(at, out.documents);
    if (name == "id") return take(at, out.id);
    if (name == "occurred_at") return take(at, out.occurred_at);
    if (name == "position") return at.integer(out.position.number);
    if (name == "reason") return at.literal("null") || take(at, out.reason);
    if (name == "recorded_at") {
        Timestamp recorded;
        if (!take(at, recorded)) return false;
        out.recorded_at = recorded.at;
        return true;
    }
    if (name == "subjects") return take(at, out.subjects);
    if (name == "type") return at.literal("\"") && at.literal(type) && at.literal("\"");
    return name == "v" && at.literal("1");
}

}  // namespace

std::optional<Event> read_canonical(std::string_view bytes)
{
    const std::string_view type = type_at_end(bytes);
    if (type.empty() || bytes.size() > entry_bytes_max) return {};
    Event event;
    int missing = 11;
    Cursor at{bytes};
    const bool read = at.object([&](std::string_view name) {
        return take_member(at, name, type, event, missing);
    });
    if (!read || !at.done() || missing != 0) return {};
    return event;
}

}  // namespace chipledger
