#include "store/link.hpp"

#include <string_view>

namespace chipledger {

bool CommitWarnings::operator()(const char message[]) noexcept
{
    // PostgreSQL: "The transaction has already committed locally, but might not have been
    // replicated to the standby."
    if (std::string_view{message}.find("committed locally") != std::string_view::npos)
        local_only = true;
    return false;
}

pqxx::connection& EventStore::Link::open()
{
    if (connection_ && connection_->is_open()) {
        warnings_->local_only = false;
        return *connection_;
    }
    return open_fresh();
}

pqxx::connection& EventStore::Link::open_fresh()
{
    close();
    connection_ = std::make_unique<pqxx::connection>(
        conninfo_ + " connect_timeout=2 application_name=chipledger");
    warnings_ = std::make_unique<CommitWarnings>(*connection_);
    pqxx::nontransaction setup{*connection_};
    setup.exec("SET timezone = 'UTC'");
    setup.exec("SET bytea_output = 'hex'");
    return *connection_;
}

void EventStore::Link::close()
{
    warnings_.reset();
    connection_.reset();
}

Refusal unavailable(const std::exception& failure)
{
    return Refusal{.code = Code::store_unavailable, .detail = failure.what()};
}

}  // namespace chipledger
