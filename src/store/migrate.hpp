#pragma once
#include <string>
#include <vector>

#include "domain/refusal.hpp"

namespace chipledger {

/// One numbered SQL file of migrations/.
struct Migration {
    int number = 0;
    std::string name{};  ///< The file's, without ".sql": 0001_roles.
    std::string sql{};
};

struct MigrationReport {
    int before = 0;                      ///< Last migration that was there; 0 for none.
    int after = 0;                       ///< Last migration that is there now.
    std::vector<std::string> applied{};  ///< Names, in order.
};

/// The files of migrations/, ascending, compiled into the binary.
const std::vector<Migration>& embedded_migrations();

/// Brings the database to the last of `migrations`, each in a transaction of its own, under a lock
/// against a second migrator (which then finds nothing to do). Runs as the owner of the database,
/// with CREATEROLE where the roles do not exist yet. Refused bad-state, with the reason in detail,
/// when an applied migration has changed, when there is a gap, or when the database is newer.
Result<MigrationReport> migrate(const std::string& conninfo);
Result<MigrationReport> migrate(const std::string& conninfo,
                                const std::vector<Migration>& migrations);

/// As the runtime role: refused bad-state, with the remedy, unless the database is at the last of
/// embedded_migrations().
Result<void> check_migrated(const std::string& conninfo);

}  // namespace chipledger
