#include "store/migrate.hpp"

#include <openssl/sha.h>

#include <pqxx/pqxx>

#include "store/link.hpp"
#include "store/sql_text.hpp"

namespace chipledger {

namespace {

constexpr std::int64_t migration_lock = 0x6d696772;  // "migr"

std::string checksum(std::string_view sql)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(sql.data()), sql.size(), digest);
    return to_bytea({reinterpret_cast<const char*>(digest), sizeof digest}).substr(2);
}

Refusal refused(const std::string& detail)
{
    return Refusal{.code = Code::bad_state, .detail = detail};
}

}  // namespace

Result<std::int64_t> migrate(const std::string& conninfo, const std::vector<Migration>& plan)
{
    try {
        pqxx::connection connection{conninfo};
        {
            pqxx::nontransaction setup{connection};
            setup.exec_params("SELECT pg_advisory_lock($1)", migration_lock);
            setup.exec("SET client_min_messages = warning");
            setup.exec("CREATE TABLE IF NOT EXISTS schema_migration (number bigint PRIMARY KEY, "
                       "name text NOT NULL, checksum text NOT NULL, "
                       "applied_at timestamptz NOT NULL DEFAULT now())");
        }
        std::int64_t applied = 0;
        pqxx::work read{connection};
        const pqxx::result done =
            read.exec("SELECT number, checksum FROM schema_migration ORDER BY number");
        read.commit();
        if (done.size() > plan.size())
            return refused("The database is newer than this program. Install the newer one.");
        for (std::size_t i = 0; i < plan.size(); ++i) {
            const Migration& next = plan[i];
            if (i < done.size()) {
                if (done[static_cast<int>(i)][1].as<std::string>() != checksum(next.sql))
                    return refused("Migration " + std::string{next.name} +
                                   " differs from the one applied. Put it back, add a new one.");
                continue;
            }
            pqxx::work work{connection};
            work.exec(std::string{next.sql});
            work.exec_params("INSERT INTO schema_migration (number, name, checksum) "
                             "VALUES ($1, $2, $3)",
                             next.number, std::string{next.name}, checksum(next.sql));
            work.commit();
            ++applied;
        }
        return applied;
    } catch (const std::exception& failure) {
        return unavailable(failure);
    }
}

}  // namespace chipledger
