#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/refusal.hpp"

namespace chipledger {

class Session;

/// A signed head of the log.
struct CheckpointRow {
    std::int64_t size = 0;
    std::string root{};  ///< 32 bytes.
    std::string note{};  ///< As it is served.
    friend bool operator==(const CheckpointRow&, const CheckpointRow&) = default;
};

/// A full tile of leaf hashes: 256 of them, from leaf 256·index on.
struct TileRow {
    std::int64_t index = 0;
    std::string hashes{};  ///< 8,192 bytes.
};

/// What was signed, kept beside the log. Not thread-safe, one connection, blocks; fails like
/// EventStore. Rows are never changed: what is there already stays as it is.
class CheckpointStore {
public:
    explicit CheckpointStore(std::string conninfo);
    ~CheckpointStore();
    CheckpointStore(CheckpointStore&&) noexcept;

    /// Success means durable, on the synchronous standby too where there is one: and so, being
    /// earlier in the WAL, is every entry that it signs.
    Result<void> put(const CheckpointRow& checkpoint, std::span<const TileRow> tiles);
    /// The largest; of several, the one put last.
    Result<std::optional<CheckpointRow>> latest();
    /// The smallest of at least this size; of several, the one put first. It stays the answer.
    Result<std::optional<CheckpointRow>> covering(std::int64_t size);
    /// Ascending by size, those beyond `after`; at most `limit`, and all of the last one's size.
    Result<std::vector<CheckpointRow>> list(std::int64_t after, std::int64_t limit);
    /// Ascending by index, from `from` on, at most `limit`.
    Result<std::vector<TileRow>> tiles(std::int64_t from, std::int64_t limit);

private:
    std::unique_ptr<Session> session_;
};

}  // namespace chipledger
