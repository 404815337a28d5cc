#pragma once
#include <string>

#include "domain/state.hpp"

namespace chipledger::upgrade {

/// Balances, custody and standing of all things, a line each, in a form that never changes: what
/// a ledger said once it must say for ever. Things that come later get lines of their own kind.
std::string telling(const State& state);

/// `entry N sha256` of the telling as of every `step` entries, as it was known then, and the
/// whole telling where the log ends. `state` stands there, settled.
std::string history(const State& state, std::int64_t step);

}  // namespace chipledger::upgrade
