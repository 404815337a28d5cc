#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "domain/state.hpp"
#include "store/projection_store.hpp"

namespace chipledger {

/// Keeps the tables for SQL users (approval_balance, inventory) behind the head: rows and
/// checkpoint in one transaction, on a thread and a connection of its own. Writers never wait.
class Projector {
public:
    explicit Projector(std::string database);
    ~Projector();
    /// There is a newer state to project; what was not projected yet is skipped.
    void follow(std::shared_ptr<const State> head);
    void stop();

private:
    void run();
    ProjectionStore store_;
    std::mutex mutex_{};
    std::condition_variable wake_{};
    std::shared_ptr<const State> next_{};
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace chipledger
