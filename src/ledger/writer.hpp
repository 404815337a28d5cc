#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "ledger/committer.hpp"
#include "ledger/judge.hpp"
#include "ledger/known_keys.hpp"

namespace chipledger {

/// The one who writes (DESIGN §6): judges what waits against speculative state while the group
/// before is appended, publishes what is durable, answers. A thread of its own.
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

    /// What the thread wakes up for: a commit that is through, requests, or something due.
    struct Turn {
        std::optional<Committer::Outcome> through{};
        std::vector<Pending> batch{};
        bool last = false;  ///< Nothing comes any more.
    };

    void run();
    Turn wait();
    bool takes_next() const;
    std::vector<Pending> take_batch();
    void work(std::vector<Pending> batch);
    bool settled();
    std::optional<bool> settle();
    void record(Pending& pending);
    Result<Recorded> decide(const Submission& submission);
    void move_clock(Pending& pending);
    void hand_over();
    void finish(Committer::Outcome through);
    std::optional<Refusal> failure_of(Group& group, const Refusal& failed);
    std::optional<Refusal> clock_set(Time now);
    void give_up(const Refusal& refusal);
    void start_over();
    void published(Group& group);
    void answer(std::vector<Waiting>& waiting, const std::optional<Refusal>& failed);
    std::optional<Time> next_due() const;
    bool states() const;
    void fall_due(Time upto);

    LedgerOptions options_;
    EventStore store_;
    Head head_;
    std::shared_ptr<const State> durable_;
    std::atomic<ClockMode> clock_;
    Log& log_;
    Judge judge_;
    Publish publish_;
    KnownKeys keys_{};
    Group open_{};                        ///< What is judged goes in here, on the state it leads to.
    std::unique_ptr<Group> under_way_{};  ///< Being appended; what is open rests on it.
    std::unique_ptr<Group> unsettled_{};  ///< A commit whose outcome is not known yet.

    mutable std::mutex mutex_{};
    std::condition_variable wake_{};
    std::deque<Pending> queue_{};
    std::size_t queued_entries_ = 0;
    std::set<std::uint64_t> running_{};  ///< Keys that wait or are being worked on.
    bool committing_ = false;            ///< A group is under way and its outcome not taken.
    bool through_ = false;               ///< Its outcome is there.
    bool stopping_ = false;
    std::string trouble_{};
    WriterFigures figures_{};
    std::atomic<bool> fenced_{false};
    std::atomic<std::int64_t> simulated_now_{0};
    std::optional<Committer> committer_{};
    std::thread thread_{};
};

}  // namespace chipledger
