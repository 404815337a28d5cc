#pragma once
#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "ledger/log.hpp"
#include "ledger/signer.hpp"

namespace chipledger {

/// Asks whoever is to cosign a note that the log has signed; never waits long.
using Cosign = std::function<std::vector<NoteSignature>(const Note& note)>;

struct SigningOptions {
    std::string database{};
    std::filesystem::path folder{};
    std::string origin{};
    /// False: the log grows as the ledger records. True: from the store, as it is signed, in a
    /// process that does nothing else.
    bool alone = false;
    std::chrono::milliseconds pause{1000};  ///< Between two checkpoints, at least.
    Cosign cosign{};
};

/// Signs what is durable, at most once a pause, on a thread and connections of its own, and
/// publishes it: first to the database, so that standbys have it too, then to the log. An alarm
/// ends it, for good.
class Signing {
public:
    Signing(SigningOptions options, Log& log);
    ~Signing();
    void stop();
    /// Signs what is there now; false when the store is away. Throws Alarm. For a process that
    /// does nothing else.
    bool step();

private:
    void run();
    std::uint64_t upto();
    void look_back();
    void raise(const std::string& why);

    SigningOptions options_;
    Log& log_;
    EventStore entries_;
    CheckpointStore checkpoints_;
    std::unique_ptr<Signer> signer_{};
    std::uint64_t published_ = 0;
    std::atomic<bool> stopping_{false};
    std::thread thread_{};
};

/// Shows the log what a signer elsewhere has put into the database, every `pause`.
class Following {
public:
    Following(std::string database, Log& log, std::chrono::milliseconds pause);
    ~Following();
    void stop();

private:
    void run(std::chrono::milliseconds pause);

    CheckpointStore checkpoints_;
    Log& log_;
    std::atomic<bool> stopping_{false};
    std::thread thread_{};
};

}  // namespace chipledger
