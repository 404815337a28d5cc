#include "http/entry_filter.hpp"

#include <algorithm>

#include "codec/event_schema.hpp"
#include "http/reading.hpp"

namespace chipledger {

namespace {

std::optional<Refusal> read_type(std::string_view text, EventFilter& filter)
{
    const auto& all = event_types();
    if (std::ranges::find(all, text) == all.end())
        return malformed_parameter("type", "There is no such event. GET /v1/event-types names them all.");
    filter.types.emplace_back(text);
    return {};
}

std::optional<Refusal> read_subject(std::string_view text, EventFilter& filter)
{
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size())
        return malformed_parameter("subject", "Send kind:id, as in subject=batch:B01.");
    filter.subject = SubjectFilter{std::string{text.substr(0, colon)},
                                   std::string{text.substr(colon + 1)}};
    return {};
}

std::optional<Refusal> read_time(std::string_view name, std::string_view text,
                                 std::optional<Time>& out)
{
    const auto time = parse_timestamp(text);
    if (!time) return malformed_parameter(name, "Send an RFC 3339 time, as in 2026-02-20T09:00:00%2B08:00.");
    out = time->at;
    return {};
}

std::optional<Refusal> read_position(std::string_view name, std::string_view text, Position& out)
{
    const Result<std::int64_t> number = integer_of(name, text);
    if (!number) return number.error();
    if (*number < 1) return malformed_parameter(name, "Positions count from 1.");
    out = Position{*number};
    return {};
}

std::optional<Refusal> read_order(std::string_view text, EventFilter& filter)
{
    if (text != "asc" && text != "desc") return malformed_parameter("order", "Send asc or desc.");
    filter.descending = text == "desc";
    return {};
}

std::optional<Refusal> read_filter_member(std::string_view name, std::string_view value,
                                          EventFilter& filter)
{
    if (name == "type") return read_type(value, filter);
    if (name == "subject") return read_subject(value, filter);
    if (name == "order") return read_order(value, filter);
    if (name == "recorded_from") return read_time(name, value, filter.recorded_from);
    if (name == "recorded_to") return read_time(name, value, filter.recorded_to);
    if (name == "occurred_from") return read_time(name, value, filter.occurred_from);
    if (name == "occurred_to") return read_time(name, value, filter.occurred_to);
    if (name == "from") {
        auto bad = read_position(name, value, filter.after);
        filter.after.number -= 1;
        return bad;
    }
    if (name == "to") return read_position(name, value, filter.upto);
    if (name == "firm") filter.visible_firm = std::string{value};
    if (name == "actor") filter.actor_principal = std::string{value};
    return {};
}

}  // namespace

Result<EventFilter> read_event_filter(const Fields& query)
{
    EventFilter filter;
    for (const auto& [name, value] : query)
        if (auto bad = read_filter_member(name, value, filter)) return *bad;
    return filter;
}

}  // namespace chipledger
