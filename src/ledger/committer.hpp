#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "ledger/judge.hpp"

namespace chipledger {

/// Appends one group at a time on a thread of its own, while the writer judges the next.
class Committer {
public:
    struct Outcome {
        Result<Head> head;
        std::chrono::steady_clock::duration took{};
    };

    /// Only the append of `store` is used. `through` is called, on the thread, when an outcome is
    /// there to be taken.
    Committer(EventStore& store, std::function<void()> through);
    ~Committer();
    Committer(const Committer&) = delete;

    /// Appends after `head`; the rows and commands of `group` stay as they are until the outcome
    /// is taken. Only when nothing is under way.
    void begin(const Head& head, const Group& group);
    /// The outcome, once; none while it is under way, or nothing is.
    std::optional<Outcome> take();

private:
    void run();

    EventStore& store_;
    std::function<void()> through_;
    std::mutex mutex_{};
    std::condition_variable wake_{};
    Head head_{};
    const Group* group_ = nullptr;  ///< Under way.
    std::optional<Outcome> outcome_{};
    bool stopping_ = false;
    std::thread thread_{};
};

}  // namespace chipledger
