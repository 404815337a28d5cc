#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "ledger/projection_fold.hpp"
#include "ledger/projection_health.hpp"
#include "store/event_store.hpp"
#include "store/projection_store.hpp"

namespace chipledger
{

/// Keeps the tables for SQL users behind the head: it reads the log, folds it by itself, and writes
/// rows and checkpoint in one transaction, on a thread and connections of its own. Writers never
/// wait. Now and then it compares memory, tables and log; no two of them may differ.
class Projector {
public:
    using StateAt = std::function<State(Position)>;  ///< The state as of an entry.

    Projector(const std::string& database, ProjectionChecks checks, StateAt state_at);
    ~Projector();
    /// There is a newer state to project.
    void follow(std::shared_ptr<const State> head);
    ProjectionHealth health() const;
    void stop();

private:
    using Clock = std::chrono::steady_clock;
    /// One source of drift each; cleared when it is seen to be well again.
    enum Source { ahead, memory, things, movements, sources };

    void run();
    std::shared_ptr<const State> wait();
    void rest(Clock::duration pause);
    bool stopping() const;
    bool out_of_time() const;

    Result<void> work(const std::shared_ptr<const State>& head);
    ProjectionFold::Step step();
    Result<void> anchor(const State& head);
    Result<void> advance(const std::shared_ptr<const State>& head);
    Result<void> advance_to(Position upto, const std::shared_ptr<const State>& head);
    Result<void> check();
    Result<std::vector<ProjectedRow>> movements_between(Position after, Position upto);
    void judge(Source source, std::string why);

    ProjectionStore store_;
    EventStore events_;
    StateAt state_at_;
    ProjectionChecks when_;

    // Of the thread alone.
    ProjectionMark mark_{};
    std::optional<ProjectionFold> fold_{};  ///< At the mark; none until it is known.
    Position window_{};                     ///< Movements up to here were compared in this round.
    Clock::time_point next_check_;

    mutable std::mutex mutex_{};
    std::condition_variable wake_{};
    std::shared_ptr<const State> head_{};
    Position projected_{};
    std::int64_t checks_ = 0;
    std::array<std::string, sources> drift_{};
    bool stopping_ = false;
    Clock::time_point give_up_{};
    std::thread thread_;
};

}  // namespace chipledger
