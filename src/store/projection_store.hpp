#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "domain/ids.hpp"
#include "domain/refusal.hpp"

namespace chipledger {

class Session;

/// A row of the table approval_balance.
struct BalanceRow {
    std::string approval{};
    std::string firm{};
    std::string period{};
    std::string status{};
    std::int64_t granted = 0;
    std::int64_t available = 0;
    std::int64_t reserved = 0;
    std::int64_t drawn = 0;
    std::int64_t forfeited = 0;
    std::int64_t carried_out = 0;
};

/// A row of the table inventory: units of a batch in one state under an approval.
struct InventoryRow {
    std::string firm{};
    std::string approval{};
    std::string batch{};
    std::string state{};
    std::int64_t units = 0;
};

/// The tables for SQL users. Not thread-safe, one connection, blocks; fails like EventStore.
class ProjectionStore {
public:
    explicit ProjectionStore(std::string conninfo);
    ~ProjectionStore();

    /// Replaces all rows of every approval that is named in `balances` or `inventory` and moves
    /// the checkpoint to `upto`, in one transaction. A checkpoint never falls: behind it, nothing
    /// is written.
    Result<void> write(Position upto, std::span<const BalanceRow> balances,
                       std::span<const InventoryRow> inventory);

    /// Empties the tables and sets the checkpoint to 0: for a rebuild from the first entry.
    Result<void> clear();

    /// The position that the tables speak for; 0 when they are empty.
    Result<Position> checkpoint();

private:
    std::unique_ptr<Session> session_;
};

}  // namespace chipledger
