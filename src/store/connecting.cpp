#include "store/connecting.hpp"

namespace chipledger {

namespace {

// libpq waits at least 2 s for a host that does not answer at all; a server that is down refuses
// at once. statement_timeout bounds what a living server may take, a wait for the standby too.
// A machine that is cut off is noticed in 5 s: by what it does not acknowledge, and where it has
// acknowledged the question and owes the answer, by keepalives.
constexpr const char* defaults =
    "connect_timeout=1 tcp_user_timeout=5000"
    " keepalives_idle=2 keepalives_interval=1 keepalives_count=3";

bool is_uri(const std::string& conninfo)
{
    return conninfo.starts_with("postgresql://") || conninfo.starts_with("postgres://");
}

// Data, integrity, transaction state, syntax and access, raised by a trigger: no try helps.
bool is_hopeless(const std::string& sqlstate)
{
    for (const char* kind : {"22", "23", "25006", "28", "3D", "42", "P0"})
        if (sqlstate.starts_with(kind)) return true;
    return false;
}

}  // namespace

// A role's own settings may not weaken what 201 promises.
const char* const session_settings =
    "SET client_min_messages = warning; SET statement_timeout = '10s'; SET lock_timeout = '5s';"
    "SET idle_in_transaction_session_timeout = '10s'; SET TimeZone = 'UTC';"
    "SET bytea_output = 'hex'; SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') IN ('off', 'local')";

// In a key=value conninfo the last of a keyword wins, so what the caller set stays.
std::string with_defaults(const std::string& conninfo)
{
    return is_uri(conninfo) ? conninfo : defaults + (' ' + conninfo);
}

bool is_lost(const std::string& sqlstate)
{
    return sqlstate.starts_with("57P") || sqlstate.starts_with("08");
}

Refusal store_refusal(const std::string& sqlstate, std::string detail)
{
    const Code code = is_hopeless(sqlstate) ? Code::internal : Code::store_unavailable;
    return {.code = code, .detail = std::move(detail)};
}

}  // namespace chipledger
