#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace chipledger {

/// What a cell says, as the member of this schema in an event's data. Ranges of units are read as
/// people write them ("B01:1-350, B02:7", "B01 x 20" for any twenty), lists of words with commas
/// between, caps as "T1:1000, T2:500", documents as "declaration:D-1", conditions a line each; a
/// cell that begins with [ or { is JSON. What fits nothing stays text, for the reader of events to
/// refuse by name.
nlohmann::json cell_json(const std::string& cell, const nlohmann::json& schema);

/// A time as people write it ("2026-02-20 09:00", a day alone for its first moment) in RFC 3339,
/// with `offset` ("+08:00") where it says none. What is no such time stays as it is.
std::string cell_time(const std::string& cell, const std::string& offset);

}  // namespace chipledger
