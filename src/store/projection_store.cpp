#include "store/projection_store.hpp"

#include <set>

#include "store/session.hpp"
#include "store/sql_values.hpp"

namespace chipledger {

namespace {

void delete_old(pqxx::work& work, std::span<const BalanceRow> balances,
                std::span<const InventoryRow> inventory)
{
    std::set<std::string> named;
    for (const BalanceRow& row : balances) named.insert(row.approval);
    for (const InventoryRow& row : inventory) named.insert(row.approval);
    SqlArray approvals;
    for (const std::string& approval : named) approvals.add(approval);
    for (const char* table : {"approval_balance", "inventory"})
        work.exec_params(std::string{"DELETE FROM "} + table +
                             " WHERE approval = ANY ($1::text[])",
                         approvals.text());
}

void insert_balances(pqxx::work& work, std::span<const BalanceRow> balances)
{
    for (const BalanceRow& row : balances)
        work.exec_params("INSERT INTO approval_balance VALUES"
                         " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                         row.approval, row.firm, row.period, row.status, row.granted,
                         row.available, row.reserved, row.drawn, row.forfeited, row.carried_out);
}

void insert_inventory(pqxx::work& work, std::span<const InventoryRow> inventory)
{
    SqlArray firm, approval, batch, state, units;
    for (const InventoryRow& row : inventory) {
        firm.add(row.firm);
        approval.add(row.approval);
        batch.add(row.batch);
        state.add(row.state);
        units.add(row.units);
    }
    work.exec_params("INSERT INTO inventory SELECT * FROM unnest($1::text[], $2::text[],"
                     " $3::text[], $4::text[], $5::bigint[])",
                     firm.text(), approval.text(), batch.text(), state.text(), units.text());
}

}  // namespace

ProjectionStore::ProjectionStore(std::string conninfo)
    : session_{std::make_unique<Session>(std::move(conninfo))}
{
}
ProjectionStore::~ProjectionStore() = default;

Result<void> ProjectionStore::write(Position upto, std::span<const BalanceRow> balances,
                                    std::span<const InventoryRow> inventory)
{
    return session_->transact([&](pqxx::work& work) -> Result<void> {
        const pqxx::result moved =
            work.exec_params("UPDATE projection_checkpoint SET position = $1"
                             " WHERE name = 'balances' AND position <= $1",
                             upto.number);
        if (moved.affected_rows() != 1) return {};
        if (balances.empty() && inventory.empty()) return {};
        delete_old(work, balances, inventory);
        insert_balances(work, balances);
        insert_inventory(work, inventory);
        return {};
    });
}

Result<void> ProjectionStore::clear()
{
    return session_->transact([](pqxx::work& work) -> Result<void> {
        work.exec("DELETE FROM inventory");
        work.exec("DELETE FROM approval_balance");
        work.exec("UPDATE projection_checkpoint SET position = 0");
        return {};
    });
}

Result<Position> ProjectionStore::checkpoint()
{
    return session_->run([](auto& work) -> Result<Position> {
        return Position{work.exec1("SELECT position FROM projection_checkpoint"
                                   " WHERE name = 'balances'")[0]
                            .template as<std::int64_t>()};
    });
}

}  // namespace chipledger
