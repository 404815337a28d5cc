#include "ledger/projector.hpp"

#include <spdlog/spdlog.h>

namespace chipledger {

namespace {

constexpr std::chrono::milliseconds pause{100};  // Between two transactions, so that they batch.

/// The rows of an approval, into both tables.
struct Rows {
    std::vector<BalanceRow> balances{};
    std::vector<InventoryRow> inventory{};
};

BalanceRow row_of(const State& state, const ApprovalId& id, const Approval& approval)
{
    const Balance& b = approval.balance;
    return {id.value,    approval.terms->firm.value, approval.terms->period.value,
            std::string{status_name(state, id)},
            b.granted,   b.available,         b.reserved,
            b.drawn,     b.forfeited,         b.carried_out};
}

using ByBatch = std::map<ApprovalId, std::map<BatchId, UnitCounts>>;

/// Units of each approval by batch.
ByBatch count_units(const State& state)
{
    ByBatch counts;
    for (const auto& batch : state.batches) {
        const Custody custody = state.custody_of(batch.key);
        for (const auto& run : custody.runs())
            if (!run.value.holding.approval.empty())
                counts[run.value.holding.approval][batch.key][run.value.holding.state] +=
                    static_cast<std::int32_t>(run.value.to - run.key + 1);
    }
    return counts;
}

/// The rows of each approval that may differ after `done`.
Rows changed(const State& state, const State& done)
{
    Rows rows;
    const ByBatch counts = count_units(state);
    for (const auto& item : state.approvals) {
        BalanceRow row = row_of(state, item.key, item.value);
        const Approval* before = done.approvals.find(item.key);
        const bool same = before && before->balance == item.value.balance &&
                          before->units == item.value.units &&
                          status_name(done, item.key) == row.status;
        if (same) continue;
        if (const auto found = counts.find(item.key); found != counts.end())
            for (const auto& [batch, units] : found->second)
                for (std::size_t i = 0; i < unit_states; ++i)
                    if (units.by_state[i] > 0)
                        rows.inventory.push_back({row.firm, row.approval, batch.value,
                                                  std::string{name_of(static_cast<UnitState>(i))},
                                                  units.by_state[i]});
        rows.balances.push_back(std::move(row));
    }
    return rows;
}

}  // namespace

Projector::Projector(std::string database)
    : store_{std::move(database)}, thread_{[this] { run(); }}
{
}

Projector::~Projector() { stop(); }

void Projector::follow(std::shared_ptr<const State> head)
{
    {
        const std::scoped_lock lock{mutex_};
        next_ = std::move(head);
    }
    wake_.notify_one();
}

void Projector::stop()
{
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Projector::run()
{
    State done;
    while (true) {
        std::shared_ptr<const State> next;
        {
            std::unique_lock lock{mutex_};
            wake_.wait(lock, [&] { return stopping_ || next_; });
            wake_.wait_for(lock, pause, [&] { return stopping_; });
            if (stopping_ && !next_) return;
            next = std::exchange(next_, {});
        }
        const Rows rows = changed(*next, done);
        if (auto written = store_.write(next->position, rows.balances, rows.inventory); written) {
            done = *next;
            continue;
        }
        spdlog::warn("the projection for SQL users lags: the store is away");
        std::unique_lock lock{mutex_};
        if (stopping_) return;
        if (!next_) next_ = next;
        wake_.wait_for(lock, std::chrono::seconds{1}, [&] { return stopping_; });
        if (stopping_) return;
    }
}

}  // namespace chipledger
