#include "http/log_lines.hpp"

#include <spdlog/formatter.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "domain/time.hpp"

namespace chipledger
{

namespace
{

using Json = nlohmann::json;

constexpr const char* access_level = "access";  // In place of a level: its payload is JSON.
bool as_json = false;

std::string text_of(const Json& json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// One object a line; an access line brings its members along as JSON.
class JsonFormatter : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override
    {
        const auto time = std::chrono::floor<std::chrono::microseconds>(message.time);
        Json json{{"time", to_string(Time{time.time_since_epoch()})}};
        const std::string_view payload{message.payload.data(), message.payload.size()};
        const Json members = payload.starts_with('{') ? Json::parse(payload, nullptr, false)
                                                      : Json(Json::value_t::discarded);
        const auto level = spdlog::level::to_string_view(message.level);
        json["level"] = std::string{level.data(), level.size()};
        if (members.is_object() && members.contains(access_level))
            json.update(members[access_level]);
        else
            json["message"] = std::string{payload};
        const std::string text = text_of(json) + '\n';
        line.append(text.data(), text.data() + text.size());
    }
    std::unique_ptr<spdlog::formatter> clone() const override
    {
        return std::make_unique<JsonFormatter>();
    }
};

bool is_lower_hex(std::string_view text)
{
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text)
{
    return text.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

std::string_view trace_of(const Request& request)
{
    const std::string_view trace = request.header("traceparent").value_or("");
    if (trace.size() != 55 || trace[2] != '-' || trace[35] != '-' || trace[52] != '-') return {};
    const std::string_view version = trace.substr(0, 2), id = trace.substr(3, 32),
                           parent = trace.substr(36, 16), flags = trace.substr(53, 2);
    for (const std::string_view part : {version, id, parent, flags})
        if (!is_lower_hex(part)) return {};
    if (version != "00" || is_zero(id) || is_zero(parent)) return {};
    return trace;
}

void log_as_json()
{
    as_json = true;
    spdlog::set_formatter(std::make_unique<JsonFormatter>());
}

void log_access(const Access& access)
{
    const Request& request = access.request;
    const std::string_view trace = trace_of(request);
    const std::string principal = request.principal.empty() ? "-" : request.principal;
    if (!as_json) {
        spdlog::info("{} {} {} {} {} us {}{}{}", request.request_id, principal, request.method,
                     request.path, access.took.count(), access.status,
                     trace.empty() ? "" : " traceparent ", trace);
        return;
    }
    Json members{{"request_id", request.request_id},
                 {"principal", principal},
                 {"method", request.method},
                 {"path", request.path},
                 {"route", std::string{request.route}},
                 {"status", access.status},
                 {"microseconds", access.took.count()},
                 {"peer", request.peer}};
    if (!access.problem.empty()) members["code"] = std::string{access.problem};
    if (!trace.empty()) members["traceparent"] = std::string{trace};
    spdlog::info(text_of(Json{{access_level, std::move(members)}}));
}

}  // namespace chipledger
