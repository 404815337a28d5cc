#pragma once
#include <string>

#include "support/await.hpp"
#include "support/cluster.hpp"
#include "support/command.hpp"

// A ledger of an earlier version as files: a dump of its database, its verifier key, what it said.
namespace chipledger::upgrade {

inline constexpr const char* programs = "/usr/lib/postgresql/15/bin/";
inline constexpr std::int64_t step = 25;  ///< Entries between two digests of the telling.

}  // namespace chipledger::upgrade
