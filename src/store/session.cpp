#include "store/session.hpp"

namespace chipledger {

namespace {

// libpq waits at least 2 s for a host that does not answer at all; a server that is down refuses
// at once. statement_timeout bounds what a living server may take, a wait for the standby too.
constexpr const char* defaults = "connect_timeout=1 tcp_user_timeout=5000";

// A role's own settings may not weaken what 201 promises.
constexpr const char* settings =
    "SET client_min_messages = warning; SET statement_timeout = '10s'; SET lock_timeout = '5s';"
    "SET idle_in_transaction_session_timeout = '10s'; SET TimeZone = 'UTC';"
    "SET bytea_output = 'hex'; SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') IN ('off', 'local')";

bool is_uri(const std::string& conninfo)
{
    return conninfo.starts_with("postgresql://") || conninfo.starts_with("postgres://");
}

// In a key=value conninfo the last of a keyword wins, so what the caller set stays.
std::string with_defaults(const std::string& conninfo)
{
    return is_uri(conninfo) ? conninfo : defaults + (' ' + conninfo);
}

// A backend that is told to go says so as an error of its own (class 57P).
bool is_lost(const std::string& sqlstate)
{
    return sqlstate.starts_with("57P") || sqlstate.starts_with("08");
}

// Data, integrity, transaction state, syntax and access, raised by a trigger: no try helps.
bool is_hopeless(const std::string& sqlstate)
{
    for (const char* kind : {"22", "23", "25006", "28", "3D", "42", "P0"})
        if (sqlstate.starts_with(kind)) return true;
    return false;
}

}  // namespace

bool Notices::operator()(const char said[]) noexcept
{
    try {
        text += said;
    } catch (...) {
        text = "?";  // Short enough to need no memory; any text counts.
    }
    return false;
}

struct Session::Link {
    explicit Link(const std::string& conninfo) : connection{conninfo} {}

    pqxx::connection connection;
    Notices notices{connection};
};

void Session::Unlink::operator()(Link* link) const noexcept { delete link; }

Session::Session(std::string conninfo, Prepare prepare)
    : conninfo_{with_defaults(conninfo)}, prepare_{std::move(prepare)}
{
}

bool Session::is_open() const { return link_ && link_->connection.is_open(); }

pqxx::connection& Session::connection()
{
    if (is_open()) return link_->connection;
    link_.reset();
    std::unique_ptr<Link, Unlink> link{new Link{conninfo_}};
    // Otherwise pqxx reconnects behind our back, without the settings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    link->connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
    {
        pqxx::nontransaction work{link->connection};
        work.exec(settings);
    }
    if (prepare_) prepare_(link->connection);
    link_ = std::move(link);
    return link_->connection;
}

Notices& Session::notices() { return link_->notices; }

std::optional<Refusal> Session::failure(bool committing, bool may_retry)
{
    std::string sqlstate, what;
    bool lost = !is_open();
    try {
        throw;
    } catch (const pqxx::sql_error& error) {
        sqlstate = error.sqlstate();
        what = error.what();
    } catch (const pqxx::broken_connection& error) {
        lost = true;
        what = error.what();
    } catch (const pqxx::pqxx_exception& error) {
        what = error.base().what();
    }
    lost = lost || is_lost(sqlstate);
    if (lost || committing) drop();
    if (committing) return Refusal{.code = Code::outcome_unknown, .detail = what};
    if (lost && may_retry) return std::nullopt;
    const Code code = is_hopeless(sqlstate) ? Code::internal : Code::store_unavailable;
    return Refusal{.code = code, .detail = what};
}

}  // namespace chipledger
