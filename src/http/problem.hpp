#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace chipledger {

/// RFC 9457 form. With the id in the path, what is unknown is 404; in a body it is 422.
nlohmann::json to_problem(const Refusal& refusal, std::string_view request_id,
                          bool id_in_path = false);
int status_of(Code code, bool id_in_path = false);
Response problem_reply(const Refusal& refusal, std::string_view request_id,
                       bool id_in_path = false);

/// The page behind a problem's `type`, or nothing for a slug that there is not.
std::optional<std::string> problem_page(std::string_view slug);

}  // namespace chipledger
