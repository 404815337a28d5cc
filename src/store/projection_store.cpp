#include "store/projection_store.hpp"

#include <limits>

#include "store/crash_point.hpp"
#include "store/session.hpp"
#include "store/sql_values.hpp"

namespace chipledger
{

namespace
{

constexpr std::int64_t rebuild_lock = 0x636c6b5265627569;
constexpr std::int64_t chunk_rows = 10'000;
constexpr std::int64_t read_rows = 2'000;  // Of things; a row is half a kilobyte in memory.
constexpr Position last_of_all{std::numeric_limits<std::int64_t>::max()};

std::string columns_of(const ProjectedTable& table)
{
    std::string list;
    for (const ProjectedColumn& column : table.columns)
        list += (list.empty() ? "\"" : ", \"") + std::string{column.name} + '"';
    return list;
}

std::string key_of(const ProjectedTable& table)
{
    std::string list;
    for (std::size_t i = 0; i < table.key; ++i)
        list += (i ? ", \"" : "\"") + std::string{table.columns[i].name} + '"';
    return list;
}

std::string name_of(const ProjectedTable& table)
{
    return "projected.\"" + std::string{table.name} + '"';
}

void take_away(pqxx::work& work, const ProjectedTable& table, std::int64_t generation,
               const std::set<std::string>& things)
{
    if (things.empty()) return;
    SqlArray ids;
    for (const std::string& thing : things) ids.add(thing);
    work.exec_params("DELETE FROM " + name_of(table) + " WHERE generation = $1 AND \"" +
                         table.columns[0].name + "\" = ANY ($2::text[])",
                     generation, ids.text());
}

void insert(pqxx::work& work, const ProjectedTable& table, std::int64_t generation,
            std::span<const ProjectedRow> rows)
{
    if (rows.empty()) return;
    std::string picked, arrays, names;
    std::vector<std::string> values{std::to_string(generation)};
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        SqlArray cells;
        for (const ProjectedRow& row : rows) {
            if (row[c])
                cells.add(*row[c]);
            else
                cells.add_null();
        }
        values.push_back(cells.text());
        const std::string number = std::to_string(c + 2);
        picked += ", c" + number + "::" + table.columns[c].type;
        arrays += (c ? ", $" : "$") + number + "::text[]";
        names += (c ? ", c" : "c") + number;
    }
    work.exec_params("INSERT INTO " + name_of(table) + " (generation, " + columns_of(table) +
                         ") SELECT $1::bigint" + picked + " FROM unnest(" + arrays + ") AS r (" +
                         names + ")",
                     pqxx::prepare::make_dynamic_params(values));
}

void put(pqxx::work& work, std::int64_t generation, const ProjectedChange& change)
{
    for (std::size_t i = 0; i < projected_count; ++i) {
        const ProjectedTable& table = table_of(static_cast<Projected>(i));
        take_away(work, table, generation, change.gone[i]);
        std::span<const ProjectedRow> rows{change.come.tables[i]};
        for (; !rows.empty(); rows = rows.subspan(std::min<std::size_t>(chunk_rows, rows.size())))
            insert(work, table, generation,
                   rows.first(std::min<std::size_t>(chunk_rows, rows.size())));
    }
}

ProjectedRow row_of(const pqxx::row& from)
{
    ProjectedRow row;
    row.reserve(from.size());
    for (const auto& field : from)
        row.push_back(field.is_null() ? Cell{} : Cell{std::string{field.c_str(), field.size()}});
    return row;
}

ProjectionMark mark_of(pqxx::transaction_base& work)
{
    const pqxx::row row = work.exec1(
        "SELECT position, generation FROM projection_checkpoint WHERE name = 'balances'");
    return {{row[0].as<std::int64_t>()}, row[1].as<std::int64_t>()};
}

void read_movements(pqxx::work& work, std::int64_t generation, Position after, Position upto,
                    const ProjectionStore::Feed& feed)
{
    const ProjectedTable& table = table_of(Projected::movement);
    std::int64_t position = after.number + 1;
    std::string approval;  // Every row's is above "".
    while (true) {
        const pqxx::result chunk =
            work.exec_params("SELECT " + columns_of(table) +
                                 " FROM projected.movement WHERE generation = $1"
                                 " AND (position, approval) > ($2, $3) AND position <= $4"
                                 " ORDER BY position, approval LIMIT " +
                                 std::to_string(chunk_rows),
                             generation, position, approval, upto.number);
        if (chunk.empty()) return;
        for (const auto& row : chunk) feed(row_of(row));
        position = chunk.back()[0].as<std::int64_t>();
        approval = chunk.back()[1].c_str();
    }
}

/// The thing that a chunk beginning after `after` ends with; none: there are not so many rows left.
std::optional<std::string> end_of_chunk(pqxx::work& work, const ProjectedTable& table,
                                        std::int64_t generation, const std::string& after)
{
    const std::string thing = table.columns[0].name;
    const pqxx::result last = work.exec_params(
        "SELECT " + thing + " FROM " + name_of(table) + " WHERE generation = $1 AND " + thing +
            " > $2 ORDER BY " + thing + " OFFSET " + std::to_string(read_rows) + " LIMIT 1",
        generation, after);
    if (last.empty()) return {};
    return std::string{last[0][0].c_str()};
}

// No id is "", so every one is beyond it.
void read_things(pqxx::work& work, std::int64_t generation, const ProjectionStore::FeedThings& feed)
{
    for (std::size_t i = 0; i < projected_count; ++i) {
        const auto kind = static_cast<Projected>(i);
        if (kind == Projected::movement) continue;
        const ProjectedTable& table = table_of(kind);
        const std::string thing = table.columns[0].name;
        std::optional<std::string> upto = "";
        while (upto) {
            const std::string after = *upto;
            upto = end_of_chunk(work, table, generation, after);
            std::vector<ProjectedRow> rows;
            for (const auto& row : work.exec_params(
                     "SELECT " + columns_of(table) + " FROM " + name_of(table) +
                         " WHERE generation = $1 AND " + thing + " > $2 AND ($3::text IS NULL OR " +
                         thing + " <= $3) ORDER BY " + key_of(table),
                     generation, after, upto))
                rows.push_back(row_of(row));
            feed(kind, after, upto, std::move(rows));
        }
    }
}

constexpr const char* one_instant = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

}  // namespace

ProjectionStore::ProjectionStore(std::string conninfo)
    : session_{std::make_unique<Session>(std::move(conninfo))}
{
}
ProjectionStore::~ProjectionStore() = default;

Result<ProjectionMark> ProjectionStore::mark()
{
    return session_->run([](auto& work) -> Result<ProjectionMark> { return mark_of(work); });
}

Result<bool> ProjectionStore::write(const ProjectionMark& from, const ProjectionMark& to, Day day,
                                    const ProjectedChange& change)
{
    return session_->transact([&](pqxx::work& work) -> Result<bool> {
        const pqxx::result moved = work.exec_params(
            "UPDATE projection_checkpoint SET position = $1, generation = $2, day = $3"
            " WHERE name = 'balances' AND position = $4 AND generation = $5",
            to.position.number, to.generation, to_string(day), from.position.number,
            from.generation);
        if (moved.affected_rows() != 1) return false;
        CRASH_POINT("projection-mark-moved");
        put(work, to.generation, change);
        CRASH_POINT("projection-uncommitted");
        return true;
    });
}

Result<void> ProjectionStore::write_beside(std::int64_t generation, const ProjectedChange& change)
{
    return session_->transact([&](pqxx::work& work) -> Result<void> {
        put(work, generation, change);
        return {};
    });
}

Result<void> ProjectionStore::keep_only(std::int64_t generation)
{
    for (std::size_t i = 0; i < projected_count; ++i) {
        const std::string name = name_of(table_of(static_cast<Projected>(i)));
        while (true) {
            const Result<std::int64_t> gone =
                session_->transact([&](pqxx::work& work) -> Result<std::int64_t> {
                    return static_cast<std::int64_t>(
                        work.exec_params("DELETE FROM " + name +
                                             " WHERE ctid = ANY (ARRAY(SELECT"
                                             " ctid FROM " +
                                             name + " WHERE generation <> $1 LIMIT " +
                                             std::to_string(chunk_rows) + "))",
                                         generation)
                            .affected_rows());
                });
            if (!gone) return gone.error();
            if (*gone < chunk_rows) break;
        }
    }
    return {};
}

Result<bool> ProjectionStore::lock_rebuild()
{
    return session_->run([](auto& work) -> Result<bool> {
        return work.exec_params1("SELECT pg_try_advisory_lock($1)", rebuild_lock)[0]
            .template as<bool>();
    });
}

Result<ProjectionMark> ProjectionStore::read(const FeedThings& things, Position after, Position upto,
                                             const Feed& movement)
{
    session_->drop();
    return session_->transact([&](pqxx::work& work) -> Result<ProjectionMark> {
        work.exec(one_instant);
        const ProjectionMark mark = mark_of(work);
        read_things(work, mark.generation, things);
        read_movements(work, mark.generation, after, upto, movement);
        return mark;
    });
}

ProjectionStore::FeedThings ProjectionStore::into(ProjectedRows& rows)
{
    return [&rows](Projected table, const std::string&, const std::optional<std::string>&,
                   std::vector<ProjectedRow>&& more) {
        std::ranges::move(more, std::back_inserter(rows.of(table)));
    };
}

Result<void> ProjectionStore::read_generation(std::int64_t generation, const FeedThings& things,
                                              const Feed& movement)
{
    session_->drop();
    return session_->transact([&](pqxx::work& work) -> Result<void> {
        work.exec(one_instant);
        read_things(work, generation, things);
        read_movements(work, generation, {}, last_of_all, movement);
        return {};
    });
}

}  // namespace chipledger
