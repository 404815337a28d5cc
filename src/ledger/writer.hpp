#pragma once
#include <atomic>
#include <boost/unordered/unordered_flat_set.hpp>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "ledger/judge.hpp"

namespace chipledger {

/// The one who writes (DESIGN §6): judges what waits against speculative state, appends it in one
/// transaction, publishes what is durable, answers. A thread of its own, a connection of its own.
class Writer {
public:
    using Publish = std::function<void(std::shared_ptr<const State>)>;

    Writer(LedgerOptions options, EventStore store, Head head, State state, Log& log,
           std::optional<Time> simulated_now, Publish publish);
    ~Writer();

    /// Opens an empty ledger, starts the thread; the idempotency keys are loaded meanwhile.
    Result<void> start();
    /// Queues; refuses by itself when too much waits or the key is being worked on.
    void submit(Pending pending);
    Time now() const;
    LedgerHealth health() const;
    void stop();

private:
    using Clock = std::chrono::steady_clock;

    void run();
    void load_keys();
    bool may_be_known(std::uint64_t key);
    std::vector<Pending> wait();
    void work(std::vector<Pending> batch);
    bool settled();
    void take_on(Group& group, Pending& pending);
    void record(Group& group, Pending& pending);
    Result<Recorded> decide(Group& group, const Submission& submission);
    void move_clock(Group& group, Pending& pending);
    void commit(Group& group);
    void published(Group& group);
    void answer(Group& group, const std::optional<Refusal>& failed);
    std::optional<Time> next_due() const;
    bool states() const;
    void fall_due(Group& group, Time upto);

    LedgerOptions options_;
    EventStore store_;
    Head head_;
    std::shared_ptr<const State> durable_;
    Log& log_;
    Judge judge_;
    Publish publish_;
    boost::unordered_flat_set<std::uint64_t> keys_{};  ///< Of each known principal and key.
    bool knows_keys_ = false;                        ///< keys_ has all of them.
    std::unique_ptr<Group> unsettled_{};      ///< A commit whose outcome is not known yet.

    mutable std::mutex mutex_{};
    std::condition_variable wake_{};
    std::deque<Pending> queue_{};
    std::set<std::uint64_t> running_{};  ///< Keys that wait or are being worked on.
    std::optional<std::vector<std::uint64_t>> loaded_keys_{};
    bool stopping_ = false;
    std::string trouble_{};
    WriterFigures figures_{};
    std::atomic<bool> fenced_{false};
    std::atomic<bool> ending_{false};
    std::atomic<std::int64_t> simulated_now_{0};
    std::thread thread_{};
    std::thread keys_thread_{};
};

}  // namespace chipledger
