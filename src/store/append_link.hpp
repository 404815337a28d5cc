#pragma once
// Inside src/store alone.
#include <memory>
#include <span>
#include <string>

#include "domain/refusal.hpp"
#include "store/rows.hpp"

struct pg_conn;

namespace chipledger {

/// The connection that groups are appended over: one statement for a group, a transaction of its
/// own, its columns as binary arrays. The one place that speaks libpq itself, as libpqxx sends text
/// alone (decision 0061). Connects on first use, and again where the server has gone meanwhile.
class AppendLink {
public:
    explicit AppendLink(std::string conninfo) : conninfo_{std::move(conninfo)} {}

    /// EventStore::append, but that every loss of the connection from the first byte on is
    /// outcome_unknown.
    Result<Head> append(const Head& head, std::span<const EventRow> events,
                        std::span<const CommandRow> commands);

    /// Closes; the next append connects anew.
    void drop() { link_.reset(); }

private:
    struct Close {
        void operator()(pg_conn* link) const noexcept;
    };
    using Link = std::unique_ptr<pg_conn, Close>;

    Result<void> connect();
    bool is_alive();

    std::string conninfo_;
    Link link_{};
    std::unique_ptr<std::string> warned_ = std::make_unique<std::string>();  ///< By the server.
};

}  // namespace chipledger
