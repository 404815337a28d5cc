#pragma once
#include <string>
#include <vector>

#include "domain/refusal.hpp"

namespace chipledger {

/// Settings of the server, as "fsync = off", under which PostgreSQL may lose or silently damage
/// what it has confirmed (PostgreSQL 15 documentation, 20.5 Write Ahead Log and 30.2 Checksums);
/// empty when it is safe.
Result<std::vector<std::string>> unsafe_settings(const std::string& conninfo);

}  // namespace chipledger
