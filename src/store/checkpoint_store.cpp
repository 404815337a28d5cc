#include "store/checkpoint_store.hpp"

#include "store/crash_point.hpp"
#include "store/session.hpp"
#include "store/sql_values.hpp"

namespace chipledger {

namespace {

std::vector<CheckpointRow> checkpoints_of(const pqxx::result& rows)
{
    std::vector<CheckpointRow> found;
    for (const auto& row : rows)
        found.push_back({row[0].as<std::int64_t>(), from_bytea(row[1].c_str()),
                         from_bytea(row[2].c_str())});
    return found;
}

}  // namespace

CheckpointStore::CheckpointStore(std::string conninfo)
    : session_{std::make_unique<Session>(std::move(conninfo))}
{
}
CheckpointStore::~CheckpointStore() = default;
CheckpointStore::CheckpointStore(CheckpointStore&&) noexcept = default;

Result<void> CheckpointStore::put(const CheckpointRow& checkpoint, std::span<const TileRow> tiles)
{
    return session_->transact([&](pqxx::work& work) -> Result<void> {
        for (const TileRow& tile : tiles)
            work.exec_params("INSERT INTO tile (level, index, width, hashes)"
                             " VALUES (0, $1, 256, $2::bytea) ON CONFLICT DO NOTHING",
                             tile.index, to_bytea(tile.hashes));
        CRASH_POINT("tiles-put");
        work.exec_params("INSERT INTO checkpoint (size, root, note)"
                         " VALUES ($1, $2::bytea, $3::bytea) ON CONFLICT DO NOTHING",
                         checkpoint.size, to_bytea(checkpoint.root), to_bytea(checkpoint.note));
        CRASH_POINT("checkpoint-uncommitted");
        return {};
    });
}

Result<std::optional<CheckpointRow>> CheckpointStore::latest()
{
    return session_->run([&](auto& work) -> Result<std::optional<CheckpointRow>> {
        const auto found = checkpoints_of(work.exec(
            "SELECT size, root, note FROM checkpoint ORDER BY size DESC, created_at DESC LIMIT 1"));
        if (found.empty()) return std::optional<CheckpointRow>{};
        return std::optional{found.front()};
    });
}

Result<std::optional<CheckpointRow>> CheckpointStore::covering(std::int64_t size)
{
    return session_->run([&](auto& work) -> Result<std::optional<CheckpointRow>> {
        const auto found = checkpoints_of(
            work.exec_params("SELECT size, root, note FROM checkpoint WHERE size >= $1"
                             " ORDER BY size, created_at, sha256(note) LIMIT 1",
                             size));
        if (found.empty()) return std::optional<CheckpointRow>{};
        return std::optional{found.front()};
    });
}

Result<std::vector<CheckpointRow>> CheckpointStore::list(std::int64_t after, std::int64_t limit)
{
    return session_->run([&](auto& work) -> Result<std::vector<CheckpointRow>> {
        return checkpoints_of(work.exec_params(
            "SELECT size, root, note FROM checkpoint WHERE size > $1 ORDER BY size"
            " FETCH FIRST $2 ROWS WITH TIES",
            after, limit));
    });
}

Result<std::vector<TileRow>> CheckpointStore::tiles(std::int64_t from, std::int64_t limit)
{
    return session_->run([&](auto& work) -> Result<std::vector<TileRow>> {
        std::vector<TileRow> found;
        for (const auto& row : work.exec_params(
                 "SELECT index, hashes FROM tile WHERE level = 0 AND width = 256 AND index >= $1"
                 " ORDER BY index LIMIT $2",
                 from, limit))
            found.push_back({row[0].template as<std::int64_t>(), from_bytea(row[1].c_str())});
        return found;
    });
}

}  // namespace chipledger
