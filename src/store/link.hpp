#pragma once
#include <memory>
#include <pqxx/pqxx>
#include <string>

#include "store/event_store.hpp"

// Private to src/store: the connection, and how its failures become refusals.
namespace chipledger {

/// Hears what PostgreSQL says beside its answers. A COMMIT that did not reach the synchronous
/// standby "succeeds" with a warning: that is no success.
class CommitWarnings : public pqxx::errorhandler {
public:
    explicit CommitWarnings(pqxx::connection_base& connection) : errorhandler{connection} {}
    bool operator()(const char message[]) noexcept override;
    bool local_only = false;
};

class EventStore::Link {
public:
    explicit Link(std::string conninfo) : conninfo_{std::move(conninfo)} {}

    /// The open connection; opens it where there is none. Throws what pqxx throws.
    pqxx::connection& open();
    pqxx::connection& open_fresh();
    void close();
    bool committed_locally() const { return warnings_ && warnings_->local_only; }

private:
    std::string conninfo_;
    std::unique_ptr<pqxx::connection> connection_{};
    std::unique_ptr<CommitWarnings> warnings_{};
};

Refusal unavailable(const std::exception& failure);

}  // namespace chipledger
