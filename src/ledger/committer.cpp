#include "ledger/committer.hpp"

#include "store/crash_point.hpp"

namespace chipledger {

Committer::Committer(EventStore& store, std::function<void()> through)
    : store_{store}, through_{std::move(through)}, thread_{[this] { run(); }}
{
}

Committer::~Committer()
{
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void Committer::begin(const Head& head, const Group& group)
{
    {
        const std::scoped_lock lock{mutex_};
        ensure(!group_ && !outcome_, "one group is appended at a time");
        head_ = head;
        group_ = &group;
    }
    wake_.notify_one();
}

std::optional<Committer::Outcome> Committer::take()
{
    const std::scoped_lock lock{mutex_};
    return std::exchange(outcome_, {});
}

void Committer::run()
{
    std::unique_lock lock{mutex_};
    while (true) {
        wake_.wait(lock, [&] { return stopping_ || group_; });
        if (!group_) return;
        const Group& group = *group_;
        lock.unlock();
        const auto begin = std::chrono::steady_clock::now();
        CRASH_POINT("append-begun");
        Result<Head> head = store_.append(head_, group.rows, group.commands);
        CRASH_POINT("append-ended");
        const auto took = std::chrono::steady_clock::now() - begin;
        lock.lock();
        group_ = nullptr;
        outcome_ = Outcome{std::move(head), took};
        lock.unlock();
        CRASH_POINT("append-untold");
        through_();
        lock.lock();
    }
}

}  // namespace chipledger
