#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "http/router.hpp"
#include "store/trace_store.hpp"

namespace chipledger {

/// Writes down what auditors read, in batches, on a thread and a connection of its own. Nobody
/// waits for it; when it cannot keep up, auditors are refused rather than unseen.
class Trace {
public:
    explicit Trace(TraceStore store);
    ~Trace();

    /// False when too much waits to be written.
    bool note(const Context& context);
    /// Waits until all that was noted is written.
    void flush();

private:
    void run();

    TraceStore store_;
    std::mutex mutex_{};
    std::condition_variable wake_{};
    std::condition_variable written_{};
    std::deque<TraceRow> waiting_{};
    bool writing_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

/// The routes, with a trace of every read by an auditor.
std::vector<Route> traced(std::vector<Route> routes, Trace& trace);

}  // namespace chipledger
