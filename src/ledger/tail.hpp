#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "ledger/ledger.hpp"

namespace chipledger {

/// Follows a log that another process writes, in the same database or in a copy of it: reads what
/// is new every few milliseconds, folds it as the writer has, and tells of it as far as a commit
/// went, so that nobody sees half a list. A standby that has less than was read before is waited
/// for; a log that got shorter, or has another entry in the place of the last one read, raises the
/// log's alarm, and is followed no more.
class Tail {
public:
    using Publish = std::function<void(std::shared_ptr<const State>)>;

    /// Goes on from `state`, which is settled and what all readers see.
    Tail(const std::string& database, std::shared_ptr<const State> state, Log& log,
         Publish publish);
    ~Tail();

    LedgerHealth health() const;
    /// The wall clock; a simulated one as the writer last left it.
    Time now() const;
    void stop();

private:
    void run();
    Result<void> step();
    Result<void> shorter();
    void raise(const std::string& why);
    Result<void> take(const std::vector<StoredEntry>& entries);
    void settle(State state);

    EventStore store_;
    std::shared_ptr<const State> durable_;
    Position published_;
    const bool simulated_;
    Log& log_;
    Publish publish_;
    mutable std::mutex mutex_{};
    std::string trouble_{};
    std::int64_t behind_ = 0;
    std::atomic<std::int64_t> simulated_now_{0};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace chipledger
