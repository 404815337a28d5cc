#pragma once
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "ledger/log.hpp"
#include "ledger/snapshot.hpp"
#include "store/event_store.hpp"

namespace chipledger {

/// Keeps a snapshot in a file while the ledger grows, on a thread of its own that gives way to all
/// others. What a start takes from it is checked as all else is: the signer hashes every entry of
/// the store anew, and its root must be that of the leaves here.
class Snapshots {
public:
    /// The snapshot in `path` where it fits the log in `store`, whose head is `head`; none without a
    /// path, and none that is damaged, of another log or of another rulebook.
    static std::optional<Snapshot> found(const std::string& path, EventStore& store, Position head);

    /// The file holds the ledger as of `kept`. No path: nothing is kept.
    Snapshots(std::string path, Position kept, const Log& log);
    ~Snapshots();
    /// There is a newer state.
    void follow(std::shared_ptr<const State> head);
    /// Writes the last state, where it is not in the file. Idempotent.
    void stop();

private:
    using Clock = std::chrono::steady_clock;

    void run();
    bool due() const;
    void write(const State& state);

    const std::string path_;
    const Log& log_;
    mutable std::mutex mutex_{};
    std::condition_variable wake_{};
    std::shared_ptr<const State> head_{};
    Position written_;
    Clock::time_point rested_{};  ///< Not again before.
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace chipledger
