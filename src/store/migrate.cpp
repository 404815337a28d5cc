#include "store/migrate.hpp"

#include <openssl/sha.h>

#include <pqxx/pqxx>

#include "store/sql_values.hpp"

namespace chipledger {

namespace {

constexpr std::int64_t migration_lock = 0x636c6b4d69677261;

std::string checksum(std::string_view sql)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(sql.data()), sql.size(), digest);
    return to_bytea({reinterpret_cast<const char*>(digest), sizeof digest}).substr(2);
}

Refusal refused(std::string detail)
{
    return {.code = Code::bad_state, .detail = std::move(detail)};
}

// Held by the session, so that it outlives the transactions of the single migrations.
void lock_out_others(pqxx::connection& connection)
{
    pqxx::nontransaction setup{connection};
    setup.exec("SET client_min_messages = warning");
    setup.exec_params("SELECT pg_advisory_lock($1)", migration_lock);
    setup.exec("CREATE TABLE IF NOT EXISTS schema_migration (number int PRIMARY KEY,"
               " name text NOT NULL, checksum text NOT NULL,"
               " applied_at timestamptz NOT NULL DEFAULT now())");
}

std::optional<Refusal> disagreement(const pqxx::result& done, const std::vector<Migration>& plan)
{
    if (done.size() > plan.size())
        return refused("The database is newer than this program. Install the newer program.");
    for (std::size_t i = 0; i < plan.size(); ++i)
        if (plan[i].number != static_cast<int>(i) + 1)
            return refused("Migration " + std::to_string(i + 1) + " is missing. Put it back.");
    for (std::size_t i = 0; i < done.size(); ++i) {
        const pqxx::row row = done[static_cast<pqxx::result::size_type>(i)];
        if (row[0].as<int>() != plan[i].number || row[1].as<std::string>() != checksum(plan[i].sql))
            return refused("Migration " + plan[i].name +
                           " differs from the one that was applied. Put it back and add a new "
                           "one.");
    }
    return {};
}

}  // namespace

Result<void> check_migrated(const std::string& conninfo)
{
    const int wanted = embedded_migrations().back().number;
    try {
        pqxx::connection connection{conninfo};
        pqxx::nontransaction read{connection};
        const int there =
            read.exec1("SELECT coalesce(max(number), 0) FROM schema_migration")[0].as<int>();
        if (there == wanted) return {};
        if (there > wanted)
            return refused("The database is newer than this program. Install the newer program.");
    } catch (const pqxx::broken_connection& failure) {
        return Refusal{.code = Code::store_unavailable, .detail = failure.what()};
    } catch (const pqxx::pqxx_exception&) {
        // Not there, or from before others might read it: older in any case.
    }
    return refused("The database is older than this program: run chipledger migrate as its owner.");
}

Result<MigrationReport> migrate(const std::string& conninfo)
{
    return migrate(conninfo, embedded_migrations());
}

Result<MigrationReport> migrate(const std::string& conninfo, const std::vector<Migration>& plan)
{
    try {
        pqxx::connection connection{conninfo};
        lock_out_others(connection);
        pqxx::work read{connection};
        const pqxx::result done =
            read.exec("SELECT number, checksum FROM schema_migration ORDER BY number");
        read.commit();
        if (auto no = disagreement(done, plan)) return *no;
        MigrationReport report{static_cast<int>(done.size()), static_cast<int>(plan.size()), {}};
        for (std::size_t i = done.size(); i < plan.size(); ++i) {
            pqxx::work work{connection};
            work.exec(plan[i].sql);
            work.exec_params("INSERT INTO schema_migration (number, name, checksum)"
                             " VALUES ($1, $2, $3)",
                             plan[i].number, plan[i].name, checksum(plan[i].sql));
            work.commit();
            report.applied.push_back(plan[i].name);
        }
        return report;
    } catch (const pqxx::broken_connection& failure) {
        return Refusal{.code = Code::store_unavailable, .detail = failure.what()};
    } catch (const pqxx::pqxx_exception& failure) {
        return refused(failure.base().what());
    }
}

}  // namespace chipledger
