#include "ledger/snapshots.hpp"

#include <spdlog/spdlog.h>

#include "ledger/background.hpp"
#include "store/crash_point.hpp"

namespace chipledger {

namespace {

// A start has at most so much to fold beyond the snapshot.
constexpr std::int64_t entries_between = 20'000;
constexpr std::int64_t share_between = 16;
constexpr int rest_share = 16;  // While entries rush in, it rests so many times as long as it wrote.

/// Whether the last entry of the snapshot is the one that the store holds there.
bool fits(const Snapshot& snapshot, EventStore& store)
{
    const Position last = snapshot.state.position;
    bool same = false;
    const auto compare = [&](StoredEntry&& entry) {
        same = leaf_hash(log_entry(entry.salt, entry.bytes)) == snapshot.leaves.back();
    };
    return store.read({last.number - 1}, last, compare) && same;
}

}  // namespace

std::optional<Snapshot> Snapshots::found(const std::string& path, EventStore& store, Position head)
{
    if (path.empty() || head == Position{}) return {};
    Result<Snapshot> snapshot = read_snapshot(path);
    if (!snapshot) {
        spdlog::info("the log is folded from its first entry, without the snapshot: {}",
                     snapshot.error().detail);
        return {};
    }
    if (snapshot->state.position == Position{} || snapshot->state.position > head ||
        !fits(*snapshot, store)) {
        spdlog::warn("the log is folded from its first entry: the snapshot is of another log");
        return {};
    }
    return std::move(*snapshot);
}

Snapshots::Snapshots(std::string path, Position kept, const Log& log)
    : path_{std::move(path)}, log_{log}, written_{kept}, thread_{[this] { run(); }}
{
}

Snapshots::~Snapshots() { stop(); }

void Snapshots::follow(std::shared_ptr<const State> head)
{
    {
        const std::scoped_lock lock{mutex_};
        head_ = std::move(head);
        if (!due()) return;
    }
    wake_.notify_one();
}

void Snapshots::stop()
{
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

bool Snapshots::due() const
{
    if (path_.empty() || !head_) return false;
    const std::int64_t more = head_->position.number - written_.number;
    if (stopping_) return more > 0;
    return more >= std::max(entries_between, written_.number / share_between);
}

void Snapshots::run()
{
    give_way();
    std::unique_lock lock{mutex_};
    while (true) {
        wake_.wait(lock, [&] { return stopping_ || due(); });
        wake_.wait_until(lock, rested_, [&] { return stopping_; });
        if (!due()) return;
        const std::shared_ptr<const State> state = head_;
        written_ = state->position;  // Where it cannot be written, the next one may.
        lock.unlock();
        const auto begin = Clock::now();
        write(*state);
        rested_ = Clock::now() + rest_share * (Clock::now() - begin);
        lock.lock();
    }
}

void Snapshots::write(const State& state)
{
    try {
        CRASH_POINT("snapshot-unwritten");
        write_snapshot(path_, state, [this](std::uint64_t from, std::uint64_t count) {
            return log_.leaves(from, count);
        });
        CRASH_POINT("snapshot-written");
    } catch (const std::exception& failed) {
        spdlog::warn("no snapshot was written, so the next start takes longer: {}", failed.what());
    }
}

}  // namespace chipledger
