#pragma once
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "codec/event_json.hpp"

// Entries as EPCIS events (EPCIS 2.0 §7.4, JSON form §10).
namespace chipledger::epcis {

/// Documents of this type keep the eventID that a capturing client gave.
inline constexpr std::string_view client_id_type = "https://chipledger.example/epcis/eventID";

/// The events of an entry, none where it is not about goods. `chain` is the entry, its target where
/// it is a correction, the target's target, and so on; where one of them is missing (the reader may
/// not see it) there are no events. A correction is two events: the target once more with an
/// errorDeclaration, and the corrective event. A void is the first alone.
std::vector<nlohmann::json> to_events(std::span<const Event> chain);

/// The event that an entry states (of a correction: the corrective one), or null.
nlohmann::json stated_event(std::span<const Event> chain);

/// urn:uuid of the entry, unless a client gave an eventID of its own.
std::string event_id_of(const Event& entry);

/// The position that a correction speaks of; 0 for other entries.
Position target_of(const Event& entry);

}  // namespace chipledger::epcis
