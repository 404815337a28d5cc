#pragma once
#include <nlohmann/json.hpp>
#include <string_view>

#include "domain/refusal.hpp"
#include "http/message.hpp"

namespace chipledger {

/// Addresses of the EPCIS interface begin like this; its problems have types of their own.
inline constexpr std::string_view epcis_base = "/epcis/v2";
inline bool is_epcis(std::string_view path) { return path.starts_with("/epcis/"); }

/// A refusal in the words of EPCIS 2.0 (§12.7): an epcisException: type, and the status that goes
/// with it in GS1's OpenAPI. `code`, `param` and the numbers that decided stay as they are. What
/// has no exception there (405, 429) keeps the type that it has elsewhere.
nlohmann::json to_epcis_problem(const Refusal& refusal, std::string_view request_id,
                                bool id_in_path = false);
Response epcis_problem_reply(const Refusal& refusal, std::string_view request_id,
                             bool id_in_path = false);

}  // namespace chipledger
