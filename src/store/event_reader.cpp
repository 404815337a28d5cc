// What reads the log: always by position, never by anything that a late commit could upset.
#include <algorithm>

#include "store/event_store.hpp"
#include "store/kinds.hpp"
#include "store/session.hpp"
#include "store/sql_values.hpp"

namespace chipledger {

namespace {

constexpr std::int64_t chunk_entries = 500;  // At 60,000 bytes each: 30 MB at most.
constexpr std::int64_t chunk_keys = 10'000;

using Entries = std::vector<StoredEntry>;

Entries entries_of(const pqxx::result& rows)
{
    Entries entries;
    entries.reserve(rows.size());
    for (const auto& row : rows)
        entries.push_back({{row[0].as<std::int64_t>()}, from_bytea(row[1].c_str()),
                           from_bytea(row[2].c_str()), row.size() > 3 ? row[3].c_str() : ""});
    return entries;
}

/// A SELECT that grows clause by clause, its parameters with it.
struct Query {
    std::string text;
    std::vector<std::string> values{};

    std::string bind(std::string value)
    {
        values.push_back(std::move(value));
        return '$' + std::to_string(values.size());
    }
    void where(const std::string& condition) { text += " AND " + condition; }
};

std::string array_of(const std::vector<std::string>& texts)
{
    SqlArray array;
    for (const std::string& text : texts) array.add(text);
    return array.text();
}

int bits_of(const std::vector<std::string>& kinds)
{
    int bits = 0;
    for (const std::string& kind : kinds) bits |= bit_of_kind(kind);
    return bits;
}

// Few requests name a trace: the index over those that do is small, or empty.
constexpr const char* listed =
    "SELECT e.position, e.bytes, e.salt,"
    " (SELECT CASE WHEN e.position < c.first_position + c.count THEN c.traceparent END"
    " FROM command c WHERE c.traceparent IS NOT NULL AND c.count > 0"
    " AND c.first_position <= e.position ORDER BY c.first_position DESC LIMIT 1) ";

// The narrowest subject leads, through its own index; a second one is probed entry by entry.
Query from_subject(const EventFilter& filter)
{
    std::optional<SubjectFilter> leading = filter.subject;
    if (!leading && filter.visible_firm) leading = SubjectFilter{"firm", *filter.visible_firm};
    Query query{listed};
    query.text += "FROM event e WHERE true";
    if (leading) {
        query.text = listed;
        query.text += "FROM event_subject s JOIN event e ON e.position = s.position WHERE true";
        query.where("s.kind = " + query.bind(leading->kind));
        query.where("s.id = " + query.bind(leading->id));
    }
    if (filter.subject && filter.visible_firm)
        query.where("EXISTS (SELECT FROM event_subject f WHERE f.kind = 'firm' AND f.id = " +
                    query.bind(*filter.visible_firm) + " AND f.position = s.position)");
    return query;
}

void narrow_entries(Query& query, const EventFilter& filter)
{
    if (!filter.types.empty())
        query.where("e.type = ANY (" + query.bind(array_of(filter.types)) + "::text[])");
    if (filter.actor_principal)
        query.where("e.principal = " + query.bind(*filter.actor_principal));
    if (filter.occurred_from)
        query.where("e.occurred_at >= " + query.bind(to_string(*filter.occurred_from)) +
                    "::timestamptz");
    if (filter.occurred_to)
        query.where("e.occurred_at <= " + query.bind(to_string(*filter.occurred_to)) +
                    "::timestamptz");
    if (!filter.hidden_shipments.empty())
        query.where("NOT EXISTS (SELECT FROM event_subject h WHERE h.kind = 'shipment' AND"
                    " h.position = e.position AND h.id = ANY (" +
                    query.bind(array_of(filter.hidden_shipments)) + "::text[]))");
    if (!filter.visible_kinds.empty())
        query.where("e.kinds & " + query.bind(std::to_string(bits_of(filter.visible_kinds))) +
                    "::smallint <> 0");
}

Query query_of(const EventFilter& filter, Position before, Position upto)
{
    Query query = from_subject(filter);
    const std::string position =
        filter.subject || filter.visible_firm ? "s.position" : "e.position";
    query.where(position + " > " + query.bind(std::to_string(before.number)) + "::bigint");
    query.where(position + " <= " + query.bind(std::to_string(upto.number)) + "::bigint");
    if (filter.after.number > 0)
        query.where(position + (filter.descending ? " < " : " > ") +
                    query.bind(std::to_string(filter.after.number)) + "::bigint");
    narrow_entries(query, filter);
    query.text += " ORDER BY " + position + (filter.descending ? " DESC" : "") + " LIMIT " +
                  query.bind(std::to_string(filter.limit)) + "::bigint";
    return query;
}

}  // namespace

Result<Head> EventStore::head()
{
    return session_->run([](auto& work) -> Result<Head> {
        const pqxx::row row = work.exec1("SELECT epoch, size FROM log_head");
        return Head{row[0].template as<std::int64_t>(), {row[1].template as<std::int64_t>()}};
    });
}

Result<bool> EventStore::is_standby()
{
    return session_->run([](auto& work) -> Result<bool> {
        return work.exec1("SELECT pg_is_in_recovery()")[0].template as<bool>();
    });
}

Result<void> EventStore::read(Position after, Position upto,
                              const std::function<void(StoredEntry&&)>& entry)
{
    while (after < upto) {
        // Without statistics yet, PostgreSQL would fetch and sort an open range for each LIMIT.
        const Position end{std::min(upto.number, after.number + chunk_entries)};
        Result<Entries> chunk = session_->run([&](auto& work) -> Result<Entries> {
            return entries_of(work.exec_params(
                "SELECT position, bytes, salt FROM event WHERE position > $1 AND position <= $2"
                " ORDER BY position",
                after.number, end.number));
        });
        if (!chunk) return chunk.error();
        after = end;
        for (StoredEntry& one : *chunk) entry(std::move(one));
    }
    return {};
}

Result<void> EventStore::read(const std::vector<Position>& positions,
                              const std::function<void(StoredEntry&&)>& entry)
{
    if (positions.empty()) return {};
    SqlArray wanted;
    for (const Position position : positions) wanted.add(position.number);
    Result<Entries> some = session_->run([&](auto& work) -> Result<Entries> {
        return entries_of(work.exec_params("SELECT position, bytes, salt FROM event"
                                           " WHERE position = ANY ($1::bigint[])"
                                           " ORDER BY position",
                                           wanted.text()));
    });
    if (!some) return some.error();
    for (StoredEntry& one : *some) entry(std::move(one));
    return {};
}

// recorded_at never falls, so a range of it is a range of positions. Row security would hide the
// entries between, so they are looked for before a firm's eyes are put on.
Result<std::pair<Position, Position>> EventStore::range_of(const EventFilter& filter)
{
    Position before{}, upto = filter.upto;
    if (filter.recorded_from) {
        const Time earlier = *filter.recorded_from - Time::duration{1};
        const Result<Position> last = position_at(earlier);
        if (!last) return last.error();
        before = *last;
    }
    if (filter.recorded_to) {
        const Result<Position> last = position_at(*filter.recorded_to);
        if (!last) return last.error();
        upto = std::min(upto, *last);
    }
    return std::pair{before, upto};
}

Result<Entries> EventStore::list(const EventFilter& filter)
{
    const auto range = range_of(filter);
    if (!range) return range.error();
    const Query query = query_of(filter, range->first, range->second);
    if (filter.visible_firm)  // Row security looks too (migration 0006).
        return session_->transact([&](pqxx::work& work) -> Result<Entries> {
            work.exec_params("SELECT set_config('chipledger.firm', $1, true)",
                             *filter.visible_firm);
            return entries_of(
                work.exec_params(query.text, pqxx::prepare::make_dynamic_params(query.values)));
        });
    return session_->run([&](auto& work) -> Result<Entries> {
        return entries_of(
            work.exec_params(query.text, pqxx::prepare::make_dynamic_params(query.values)));
    });
}

Result<std::optional<CommandRow>> EventStore::command(const std::string& principal,
                                                      const std::string& key)
{
    return session_->run([&](auto& work) -> Result<std::optional<CommandRow>> {
        const pqxx::result rows = work.exec_params(
            "SELECT body_hash, status, first_position, count, answer FROM command"
            " WHERE principal = $1 AND key = $2",
            principal, key);
        if (rows.empty()) return std::optional<CommandRow>{};
        const pqxx::row row = rows[0];
        return std::optional{CommandRow{principal, key, from_bytea(row[0].c_str()),
                                        row[1].template as<int>(),
                                        {row[2].template as<std::int64_t>()},
                                        row[3].template as<std::int64_t>(), row[4].c_str()}};
    });
}

Result<std::vector<ProposalRow>> EventStore::proposals(const std::string& id)
{
    const std::string query =
        "SELECT c.answer, coalesce(d.answer, ''), coalesce(d.first_position, 0),"
        " coalesce(d.count, 0) FROM command c LEFT JOIN command d"
        " ON d.principal = 'proposal/' AND d.key = c.answer::jsonb ->> 'id'"
        " WHERE c.status = 202 AND ";
    return session_->run([&](auto& work) -> Result<std::vector<ProposalRow>> {
        const pqxx::result rows =
            id.empty() ? work.exec(query + "d.key IS NULL"
                                           " ORDER BY c.answer::jsonb ->> 'proposed_at'")
                       : work.exec_params(query + "c.answer::jsonb ->> 'id' = $1", id);
        std::vector<ProposalRow> found;
        for (const auto& row : rows)
            found.push_back({row[0].c_str(), row[1].c_str(),
                             {row[2].template as<std::int64_t>()},
                             row[3].template as<std::int64_t>()});
        return found;
    });
}

Result<void> EventStore::keys(
    const std::function<bool(const std::string&, const std::string&)>& each)
{
    std::string principal, key;
    while (true) {
        Result<pqxx::result> chunk = session_->run([&](auto& work) -> Result<pqxx::result> {
            return work.exec_params("SELECT principal, key FROM command"
                                    " WHERE (principal, key) > ($1, $2)"
                                    " ORDER BY principal, key LIMIT $3",
                                    principal, key, chunk_keys);
        });
        if (!chunk) return chunk.error();
        if (chunk->empty()) return {};
        for (const auto& row : *chunk) {
            principal = row[0].c_str();
            key = row[1].c_str();
            if (!each(principal, key)) return {};
        }
    }
}

// Bisection over the primary key: one probe for each doubling of the log.
Result<Position> EventStore::position_at(Time recorded)
{
    return session_->run([&](auto& work) -> Result<Position> {
        const pqxx::row row = work.exec_params1(
            "WITH RECURSIVE seek (low, high) AS ("
            " SELECT 0::bigint, coalesce(max(position), 0) FROM event UNION ALL"
            " SELECT CASE WHEN earlier THEN middle ELSE low END,"
            " CASE WHEN earlier THEN high ELSE middle - 1 END"
            " FROM seek, LATERAL (SELECT (low + high + 1) / 2 AS middle) AS half,"
            // LIMIT keeps it a look at one entry; a join was planned as a walk through ten million.
            " LATERAL (SELECT recorded_at <= $1::timestamptz AS earlier FROM event"
            " WHERE position = middle LIMIT 1) AS entry WHERE low < high)"
            "SELECT low FROM seek WHERE low = high",
            to_string(recorded));
        return Position{row[0].template as<std::int64_t>()};
    });
}

Result<std::optional<Time>> EventStore::simulated_now()
{
    return session_->run([](auto& work) -> Result<std::optional<Time>> {
        const pqxx::row row = work.exec1(
            "SELECT (extract(epoch FROM simulated_now) * 1000000)::bigint FROM log_head");
        if (row[0].is_null()) return std::optional<Time>{};
        return std::optional{from_micros(row[0].template as<std::int64_t>())};
    });
}

}  // namespace chipledger
