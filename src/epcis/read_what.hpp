#pragma once
#include <nlohmann/json.hpp>

#include "domain/refusal.hpp"
#include "epcis/terms.hpp"

namespace chipledger::epcis {

/// Puts into `data` what epcList and quantityList name, as an entry of this kind says it. The lists
/// are null where the event has none; `data` holds the extension members already.
Result<void> read_what(const nlohmann::json& epcs, const nlohmann::json& quantities, What what,
                       nlohmann::json& data, const std::string& pointer);

}  // namespace chipledger::epcis
