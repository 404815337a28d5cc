#include "store/session.hpp"

#include "store/connecting.hpp"

namespace chipledger {

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

Session::Session(std::string conninfo) : conninfo_{with_defaults(conninfo)} {}

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
        work.exec(session_settings);
    }
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
    return store_refusal(sqlstate, std::move(what));
}

}  // namespace chipledger
