#pragma once
#include <memory>
#include <span>
#include <string>

#include "domain/refusal.hpp"
#include "domain/time.hpp"

namespace chipledger {

class Session;

/// Somebody has looked at something.
struct TraceRow {
    Time at{};  ///< Wall clock of the server.
    std::string principal{};
    std::string role{};
    std::string path{};  ///< With its query.
    std::string request_id{};
};

/// The table access_trace. Not thread-safe, one connection, blocks; fails like EventStore.
class TraceStore {
public:
    explicit TraceStore(std::string conninfo);
    ~TraceStore();
    TraceStore(TraceStore&&) noexcept;

    /// All or none.
    Result<void> add(std::span<const TraceRow> rows);

private:
    std::unique_ptr<Session> session_;
};

}  // namespace chipledger
