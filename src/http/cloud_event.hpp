#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"
#include "store/rows.hpp"

// Entries as CloudEvents 1.0 in structured mode (CloudEvents JSON Event Format).
namespace chipledger {

inline constexpr std::string_view cloud_event_type = "application/cloudevents+json";
inline constexpr std::string_view cloud_events_type = "application/cloudevents-batch+json";

/// What all events of a ledger have in common.
struct CloudSource {
    std::string source{};  ///< The log's origin, as a URI reference.
    std::string schema{};  ///< Address of the entries' JSON Schema; empty: events do not name it.
};

/// `origin` is the log's (checkpoint_origin), `base` where this server is reached, as base_of says.
CloudSource cloud_source(std::string_view origin, std::string_view base);

/// "https://host[:port]" as the caller reached us, a proxy's X-Forwarded-Proto believed; "" where
/// Host is none.
std::string base_of(const Request& request);

/// id = position, type = org.chipledger.<type>, subject = kind:id of the first subject, time =
/// occurred_at, data = the stored bytes, spliced in as they are.
std::string to_cloud_event(const CloudSource& source, const StoredEntry& entry);
/// A JSON array of them (CloudEvents JSON Event Format §4).
std::string to_cloud_events(const CloudSource& source, const std::vector<StoredEntry>& entries);

/// Whether ?format=cloudevents or Accept asks for CloudEvents rather than for JSON: `type` is the
/// media type that the route would answer with.
bool wants_cloud_events(const Request& request, std::string_view type);

}  // namespace chipledger
