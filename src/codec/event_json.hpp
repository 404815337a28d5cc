#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/events.hpp"
#include "domain/refusal.hpp"

namespace chipledger {

/// The `data` member of an entry.
nlohmann::json to_json(const EventData& data);
/// The whole entry (DESIGN §4).
nlohmann::json to_json(const Event& event);
/// The canonical bytes of an entry: what is stored, hashed and served.
std::string encode(const Event& event);
/// An entry's stored bytes, read back: decode(encode(e)) == e.
Result<Event> decode(std::string_view bytes);

/// An event as a client proposes it.
struct Proposal {
    EventData data{};
    std::optional<Timestamp> occurred_at{};
    std::optional<Text> reason{};
    std::vector<Document> documents{};
    std::vector<Wanted> wanted{};  ///< `{"batch","count"}` items of data.units.
};

/// The same again as a request: read_proposal(to_json(p)) == p.
nlohmann::json to_json(const Proposal& proposal);

/// Asks for the type of a recorded entry, for corrections that do not name it.
using TypeOfTarget = std::function<std::optional<std::string>(std::int64_t position)>;

/// Reads the object at JSON pointer `pointer` of a request ("" or "/events/3"), validates it
/// completely, and rewrites what a request may say shorter (caps as an object, a plain string as
/// a condition, counts of units). Refusals are malformed, or unknown-entry for a correction.
Result<Proposal> read_proposal(const nlohmann::json& body, const std::string& pointer,
                               const TypeOfTarget& type_of_target = {});

}  // namespace chipledger
