#pragma once
#include <functional>
#include <memory>
#include <string>

#include "domain/ids.hpp"
#include "domain/refusal.hpp"
#include "domain/time.hpp"
#include "store/projected_tables.hpp"

namespace chipledger
{

class Session;

/// Which rows count, and the last entry folded into them; 0 when they are empty.
struct ProjectionMark {
    Position position{};
    std::int64_t generation = 1;
    friend bool operator==(const ProjectionMark&, const ProjectionMark&) = default;
};

/// The tables for SQL users. Not thread-safe, one connection, blocks; fails like EventStore.
class ProjectionStore {
public:
    explicit ProjectionStore(std::string conninfo);
    ~ProjectionStore();

    Result<ProjectionMark> mark();

    /// In one transaction: `change` to the rows of generation `to`, the ledger's day there, and the
    /// mark from `from` to `to`. False, and nothing is written, where the mark is not `from`.
    Result<bool> write(const ProjectionMark& from, const ProjectionMark& to, Day day,
                       const ProjectedChange& change);

    /// `change` to rows of a generation that does not count yet.
    Result<void> write_beside(std::int64_t generation, const ProjectedChange& change);

    /// Takes away, a bounded number at a time, all rows of generations but this one.
    Result<void> keep_only(std::int64_t generation);

    /// One who rebuilds at a time: false where another one does. Held by the connection.
    Result<bool> lock_rebuild();

    /// Mark and rows of the generation that counts, of one instant; movements are fed by themselves
    /// in the order of their key, those of entries in (after, upto]. On a fresh connection, so that
    /// nothing is fed twice.
    using Feed = std::function<void(ProjectedRow&&)>;
    /// All rows of a table about things beyond `after`, up to `upto`; none: to the last. A few
    /// thousand at a time, in the order of their key.
    using FeedThings =
        std::function<void(Projected table, const std::string& after,
                           const std::optional<std::string>& upto, std::vector<ProjectedRow>&&)>;
    /// Keeps them all.
    static FeedThings into(ProjectedRows& rows);
    Result<ProjectionMark> read(const FeedThings& things, Position after, Position upto,
                                const Feed& movement);
    /// The same of any generation.
    Result<void> read_generation(std::int64_t generation, const FeedThings& things,
                                 const Feed& movement);

private:
    std::unique_ptr<Session> session_;
};

}  // namespace chipledger
