#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "epcis/read_event.hpp"

// Documents of EPCIS 2.0 (JSON binding, §10) around the events.
namespace chipledger::epcis {

/// Reads an EPCISDocument, an EPCISQueryDocument or a single event, each of its events by
/// read_event. Malformed for what is no JSON, deeper than 32 or says a name twice, for another
/// schemaVersion than 2.0 and for master data; too-large for more than 1,000 events.
Result<std::vector<Said>> read_document(std::string_view body);

/// An entry to propose, as POST /v1/events takes it.
struct Proposed {
    nlohmann::json event{};
    std::string pointer{};  ///< Of the EPCIS event that it comes from.
};

/// The event that an errorDeclaration speaks of, as this ledger states it.
struct Declared {
    std::int64_t position = 0;
    nlohmann::json stated{};  ///< By stated_event.
};

/// Events in their order. A declaration becomes EventVoided, or with the corrective event that the
/// same document brings EventCorrected. Refused where it repeats another event than the ledger's,
/// where `targets` lacks its eventID, and where the corrective event has another type or time.
Result<std::vector<Proposed>> proposals_of(std::span<const Said> said,
                                           const std::map<std::string, Declared>& targets);

/// An EPCISQueryDocument with these events.
nlohmann::json query_document(nlohmann::json events, Time created);

}  // namespace chipledger::epcis
