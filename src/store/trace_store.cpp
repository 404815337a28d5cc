#include "store/trace_store.hpp"

#include "store/session.hpp"
#include "store/sql_values.hpp"

namespace chipledger {

TraceStore::TraceStore(std::string conninfo)
    : session_{std::make_unique<Session>(std::move(conninfo))}
{
}
TraceStore::~TraceStore() = default;
TraceStore::TraceStore(TraceStore&&) noexcept = default;

Result<void> TraceStore::add(std::span<const TraceRow> rows)
{
    SqlArray at, principal, role, path, request_id;
    for (const TraceRow& row : rows) {
        at.add(to_string(row.at));
        principal.add(row.principal);
        role.add(row.role);
        path.add(row.path);
        request_id.add(row.request_id);
    }
    return session_->transact([&](pqxx::work& work) -> Result<void> {
        work.exec_params("INSERT INTO access_trace SELECT * FROM unnest($1::timestamptz[],"
                         " $2::text[], $3::text[], $4::text[], $5::text[])",
                         at.text(), principal.text(), role.text(), path.text(),
                         request_id.text());
        return {};
    });
}

}  // namespace chipledger
