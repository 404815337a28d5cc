#pragma once
#include <nlohmann/json.hpp>
#include <string_view>

#include "http/reading.hpp"

namespace chipledger {

/// Puts in where each figure of a view is explained: "explain", URI templates (RFC 6570 level 1)
/// by the member that they explain, for whoever may ask there. `kind` is what the view is of.
nlohmann::json with_explanations(const Context& context, const Moment& moment, std::string_view kind,
                                 const std::string& id, nlohmann::json view);

}  // namespace chipledger
