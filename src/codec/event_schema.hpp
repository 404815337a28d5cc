#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace chipledger {

/// A member of an event's `data`.
struct MemberInfo {
    std::string name{};
    bool required = true;
    nlohmann::json schema{};
};

/// An event of the catalogue, as a page or a client's form needs it.
struct EventInfo {
    std::string_view type{};
    std::string_view about{};  ///< One sentence, for people.
    std::vector<MemberInfo> members{};  ///< In the order of the catalogue.
};

/// All events, in the order of the catalogue.
std::vector<EventInfo> catalogue();

/// JSON Schema (2020-12) of the event's `data` in its stored form; null where there is no such
/// event.
nlohmann::json schema_of(std::string_view type);
/// JSON Schema of the whole entry (DESIGN §4).
nlohmann::json entry_schema();

/// A file of api/events.
struct SchemaFile {
    std::string name{};
    std::string text{};
};
/// One for each event, and entry.json: two spaces of indent, ended by a newline.
std::vector<SchemaFile> schema_files();

}  // namespace chipledger
