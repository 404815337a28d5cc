#pragma once
// Inside src/store alone: what every connection has in common.
#include <string>

#include "domain/refusal.hpp"

namespace chipledger {

/// The caller's conninfo with bounds on how long a server may be silent.
std::string with_defaults(const std::string& conninfo);

/// What a new connection runs first.
extern const char* const session_settings;

/// Whether the server tells its end as an error of its own (class 57P, or 08).
bool is_lost(const std::string& sqlstate);

/// Of an error that wrote nothing: internal where no other try helps, else store_unavailable.
Refusal store_refusal(const std::string& sqlstate, std::string detail);

}  // namespace chipledger
