#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "domain/refusal.hpp"
#include "domain/time.hpp"

// EPCIS events as entries: the other direction of event.hpp, by the same table.
namespace chipledger::epcis {

/// An errorDeclaration (EPCIS 2.0 §7.4.1.4).
struct Declaration {
    Timestamp time{};
    std::string reason{};  ///< incorrect_data or did_not_occur
    std::vector<std::string> corrective{};
    nlohmann::json remark{};
    nlohmann::json documents{};
};

/// What an event says, in the ledger's words.
struct Said {
    std::string id{};       ///< eventID; "" where it has none.
    Timestamp at{};         ///< eventTime at eventTimeZoneOffset.
    std::string entry{};    ///< Type of the entry.
    nlohmann::json data{};  ///< Its data, as POST /v1/events takes it.
    nlohmann::json remark{};
    nlohmann::json documents{};
    std::optional<Declaration> declared{};
    std::string pointer{};  ///< Of the event in its document.
};

/// Reads one event. `context` is its document's @context, `pointer` its place there. Nothing is
/// left out silently: malformed for a member that no entry has a place for, for goods and
/// transactions that are not this ledger's, and for a step that no entry stands for. recordTime and
/// chipledger:entry are the ledger's own to give and are passed over.
Result<Said> read_event(const nlohmann::json& event, const nlohmann::json& context,
                        const std::string& pointer);

}  // namespace chipledger::epcis
