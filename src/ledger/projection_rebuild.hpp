#pragma once
#include <functional>

#include "ledger/projection_digest.hpp"
#include "store/projection_store.hpp"

namespace chipledger
{

/// What the log makes of the tables for SQL users, beside what was found in them.
struct ProjectionReport {
    ProjectionDigest log{};     ///< As of the entry that the tables spoke of.
    ProjectionDigest tables{};  ///< Of what was found.
    std::string drift{};        ///< The first difference in words; "" when there is none.
    Position rebuilt{};         ///< What the new tables speak of; 0 where none were built.
};

using RebuildProgress = std::function<void(std::int64_t done, std::int64_t all)>;

/// Folds the log from its first entry and compares; changes nothing.
Result<ProjectionReport> check_projection(const std::string& database,
                                          const RebuildProgress& progress = {});

/// The same, and builds the tables beside the live ones from the log alone, reads them back,
/// compares their digest with the fold's, and puts them in the place of the live ones by one
/// UPDATE. Readers and writers never wait. Refused bad-state while another one rebuilds.
Result<ProjectionReport> rebuild_projection(const std::string& database,
                                            const RebuildProgress& progress = {});

}  // namespace chipledger
