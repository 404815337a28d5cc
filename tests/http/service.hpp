#pragma once
#include <memory>
#include <string>

#include "http/app.hpp"
#include "http/wire.hpp"
#include "ledger/signing.hpp"

namespace chipledger {

class TestCluster;

/// Someone with a token and a connection.
class Client {
public:
    Client(unsigned short port, std::string token);

    Reply get(const std::string& path, const std::string& headers = {});
    /// POSTs JSON with a key of its own, unless `headers` brings one.
    Reply post(const std::string& path, const std::string& body, const std::string& headers = {});
    /// POST /v1/events with one event; `more` is further members, as in "\"occurred_at\":…".
    Reply record(const std::string& type, const std::string& data, const std::string& headers = {},
                 const std::string& more = {});
    /// The JSON of a GET that must be 200.
    nlohmann::json read(const std::string& path);
    Wire& wire() { return *wire_; }
    const std::string& token() const { return token_; }

private:
    std::string authorization() const;

    unsigned short port_;
    std::string token_;
    std::unique_ptr<Wire> wire_;
};

/// A real ledger on a real PostgreSQL, behind real sockets, with a simulated clock.
class Service {
public:
    explicit Service(const std::string& now = "2026-01-05T09:00:00+08:00");
    explicit Service(TestCluster& cluster, const std::string& now = "2026-01-05T09:00:00+08:00");
    ~Service();

    unsigned short port() const { return running_->port(); }
    Client as(Role role, const std::string& firm = {});
    /// The runtime role's conninfo.
    const std::string& database() const { return database_; }
    std::shared_ptr<const State> head() const { return ledger_->head(); }
    /// What `token mint` would print, of this principal.
    std::string mint(const Principal& principal, std::optional<int> rate = {});
    /// "principal role path" of each read that left a trace, a line each.
    std::string traces();
    const std::vector<Route>& routes() const { return routes_; }

private:
    TestCluster& cluster_;
    std::string database_;
    std::unique_ptr<Ledger> ledger_{};
    std::unique_ptr<Signing> signing_{};
    std::unique_ptr<Doorkeeper> doorkeeper_{};
    Metrics metrics_{};
    std::unique_ptr<Trace> trace_{};
    std::unique_ptr<SignedHeads> heads_{};
    std::unique_ptr<Answers> answers_{};
    std::vector<Route> routes_{};
    std::unique_ptr<Running> running_{};
};

}  // namespace chipledger
