#include "http/cloud_event.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "http/accept.hpp"
#include "http/target.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::string_view type_prefix = "org.chipledger.";
constexpr std::string_view hex = "0123456789ABCDEF";
constexpr std::size_t host_max = 255;

bool is_alphanumeric(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// Percent-encodes what may not stand in a URI's path; a colon too, or it would read as a scheme.
std::string to_uri(std::string_view origin)
{
    std::string out;
    for (const char c : origin) {
        if (is_alphanumeric(c) || std::string_view{"-._~/"}.find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        (out += '%') += {hex[byte >> 4], hex[byte & 15]};
    }
    return out;
}

}  // namespace

CloudSource cloud_source(std::string_view origin, std::string_view base)
{
    CloudSource source{to_uri(origin), {}};
    if (!base.empty()) source.schema = std::string{base} + "/api/events/entry.json";
    return source;
}

std::string base_of(const Request& request)
{
    const std::string_view host = request.header("host").value_or("");
    const auto fits = [](char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == ':' ||
                                          c == '[' || c == ']'; };
    if (host.empty() || host.size() > host_max || !std::ranges::all_of(host, fits)) return {};
    const bool secure =
        request.secure || request.header("x-forwarded-proto").value_or("") == "https";
    return (secure ? "https://" : "http://") + std::string{host};
}

std::string to_cloud_event(const CloudSource& source, const StoredEntry& entry)
{
    const Json told = Json::parse(entry.bytes);
    Json event{{"specversion", "1.0"},
               {"id", std::to_string(entry.position.number)},
               {"source", source.source},
               {"type", std::string{type_prefix} + told["type"].get<std::string>()},
               {"time", told["occurred_at"]},
               {"datacontenttype", "application/json"}};
    if (const Json& subjects = told["subjects"]; !subjects.empty())
        event["subject"] = subjects[0]["kind"].get<std::string>() + ':' +
                           subjects[0]["id"].get<std::string>();
    if (!entry.traceparent.empty()) event["traceparent"] = entry.traceparent;
    if (!source.schema.empty()) event["dataschema"] = source.schema;
    std::string text = event.dump();
    text.back() = ',';
    return text + R"("data":)" + entry.bytes + '}';
}

std::string to_cloud_events(const CloudSource& source, const std::vector<StoredEntry>& entries)
{
    std::string text = "[";
    for (const StoredEntry& entry : entries) {
        if (text.size() > 1) text += ',';
        text += to_cloud_event(source, entry);
    }
    return text + ']';
}

bool wants_cloud_events(const Request& request, std::string_view type)
{
    if (const auto format = request.parameter("format")) return *format == "cloudevents";
    const Accept accept{request};
    return accept.names(type) && accept.weight(type) >= accept.weight("application/json");
}

}  // namespace chipledger
