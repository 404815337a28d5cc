// What writes: the head is the fence.
#include "store/event_store.hpp"

#include <set>

#include "store/session.hpp"
#include "store/sql_values.hpp"

namespace chipledger {

namespace {

// Advisory locks are per database, so one number serves every ledger of a cluster.
constexpr std::int64_t writer_lock = 0x636c6b5772697465;

constexpr const char* move_head =
    "UPDATE log_head SET size = $3 WHERE epoch = $1 AND size = $2";
constexpr const char* insert_events =
    "INSERT INTO event SELECT position, id, type, occurred_at, recorded_at, salt, bytes,"
    " principal, string_to_array(kinds, ',') FROM unnest($1::bigint[], $2::uuid[], $3::text[],"
    " $4::timestamptz[], $5::timestamptz[], $6::bytea[], $7::bytea[], $8::text[], $9::text[])"
    " AS row (position, id, type, occurred_at, recorded_at, salt, bytes, principal, kinds)";
constexpr const char* insert_subjects =
    "INSERT INTO event_subject SELECT * FROM"
    " unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])";
constexpr const char* insert_commands =
    "INSERT INTO command SELECT principal, key, hash, status, first, count, answer,"
    " nullif(trace, '') FROM unnest($1::text[], $2::text[], $3::bytea[], $4::int[],"
    " $5::bigint[], $6::bigint[], $7::text[], $8::text[])"
    " AS row (principal, key, hash, status, first, count, answer, trace)";

void prepare(pqxx::connection& connection)
{
    connection.prepare("move_head", move_head);
    connection.prepare("insert_events", insert_events);
    connection.prepare("insert_subjects", insert_subjects);
    connection.prepare("insert_commands", insert_commands);
}

std::string kinds_of(const EventRow& row)
{
    std::set<std::string_view> kinds;
    for (const Subject& subject : row.subjects) kinds.insert(subject.kind);
    std::string text;
    for (const std::string_view kind : kinds) {
        if (!text.empty()) text += ',';
        text += kind;
    }
    return text;
}

void write_events(pqxx::work& work, std::span<const EventRow> events)
{
    if (events.empty()) return;
    SqlArray position, id, type, occurred_at, recorded_at, salt, bytes, principal, kinds;
    for (const EventRow& row : events) {
        position.add(row.position.number);
        id.add(row.id);
        type.add(row.type);
        occurred_at.add(to_string(row.occurred_at));
        recorded_at.add(to_string(row.recorded_at));
        salt.add_bytes(row.salt);
        bytes.add_bytes(row.bytes);
        principal.add(row.principal);
        kinds.add(kinds_of(row));
    }
    work.exec_prepared("insert_events", position.text(), id.text(), type.text(),
                       occurred_at.text(), recorded_at.text(), salt.text(), bytes.text(),
                       principal.text(), kinds.text());
}

void write_subjects(pqxx::work& work, std::span<const EventRow> events)
{
    SqlArray kind, id, version, position;
    for (const EventRow& row : events)
        for (const Subject& subject : row.subjects) {
            kind.add(subject.kind);
            id.add(subject.id);
            version.add(subject.version);
            position.add(row.position.number);
        }
    if (events.empty()) return;
    work.exec_prepared("insert_subjects", kind.text(), id.text(), version.text(),
                       position.text());
}

void write_commands(pqxx::work& work, std::span<const CommandRow> commands)
{
    if (commands.empty()) return;
    SqlArray principal, key, body_hash, status, first, count, answer, trace;
    for (const CommandRow& row : commands) {
        principal.add(row.principal);
        key.add(row.key);
        body_hash.add_bytes(row.body_hash);
        status.add(std::int64_t{row.status});
        first.add(row.first.number);
        count.add(row.count);
        answer.add(row.answer);
        trace.add(row.traceparent);
    }
    work.exec_prepared("insert_commands", principal.text(), key.text(), body_hash.text(),
                       status.text(), first.text(), count.text(), answer.text(), trace.text());
}

void ensure_gapless(const Head& head, std::span<const EventRow> events)
{
    std::int64_t next = head.size.number;
    for (const EventRow& row : events)
        ensure(row.position.number == ++next, "appended positions follow the head without gaps");
}

}  // namespace

EventStore::EventStore(std::string conninfo, std::chrono::milliseconds takeover_wait)
    : takeover_wait_{takeover_wait},
      session_{std::make_unique<Session>(std::move(conninfo), prepare)}
{
}
EventStore::~EventStore() = default;
EventStore::EventStore(EventStore&&) noexcept = default;
EventStore& EventStore::operator=(EventStore&&) noexcept = default;

// The lock only spares a living writer a take-over that it does not need: nobody trusts it.
void EventStore::await_writer_lock()
{
    (void)session_->transact([&](pqxx::work& work) -> Result<void> {
        work.exec("SET LOCAL lock_timeout = " + std::to_string(takeover_wait_.count()));
        work.exec("SELECT pg_advisory_lock(" + std::to_string(writer_lock) + ")");
        return {};
    });
}

Result<Head> EventStore::take_over()
{
    await_writer_lock();
    return session_->transact([](pqxx::work& work) -> Result<Head> {
        const pqxx::row row =
            work.exec1("UPDATE log_head SET epoch = epoch + 1 RETURNING epoch, size");
        return Head{row[0].as<std::int64_t>(), {row[1].as<std::int64_t>()}};
    });
}

Result<Head> EventStore::append(const Head& head, std::span<const EventRow> events,
                                std::span<const CommandRow> commands)
{
    ensure_gapless(head, events);
    const Head next{head.epoch, {head.size.number + std::ssize(events)}};
    return session_->transact([&](pqxx::work& work) -> Result<Head> {
        const pqxx::result moved = work.exec_prepared("move_head", head.epoch, head.size.number,
                                                      next.size.number);
        if (moved.affected_rows() != 1) return Refusal{Code::fenced};
        write_events(work, events);
        write_subjects(work, events);
        write_commands(work, commands);
        return next;
    });
}

// The row lock waits for a COMMIT that still runs, so what is not there now never will be. What is
// there may not be on the standby yet: a commit of our own, after it in the WAL, waits for that.
template <class Look>
Result<std::optional<Head>> EventStore::settle_with(const Head& before, const Look& look)
{
    session_->drop();
    return session_->transact([&](pqxx::work& work) -> Result<std::optional<Head>> {
        const pqxx::row row = work.exec1("SELECT epoch, size FROM log_head FOR UPDATE");
        const Head now{row[0].as<std::int64_t>(), {row[1].as<std::int64_t>()}};
        if (now.epoch != before.epoch) return Refusal{Code::fenced};
        if (!look(work)) return std::optional<Head>{};
        work.exec("UPDATE log_head SET size = size");
        return std::optional<Head>{now};
    });
}

Result<std::optional<Head>> EventStore::settle(const Head& before, Position last,
                                               const std::string& last_id)
{
    return settle_with(before, [&](pqxx::work& work) {
        return !work.exec_params("SELECT FROM event WHERE position = $1 AND id = $2::uuid",
                                 last.number, last_id).empty();
    });
}

Result<std::optional<Head>> EventStore::settle_command(const Head& before,
                                                       const std::string& principal,
                                                       const std::string& key)
{
    return settle_with(before, [&](pqxx::work& work) {
        return !work.exec_params("SELECT FROM command WHERE principal = $1 AND key = $2",
                                 principal, key).empty();
    });
}

Result<void> EventStore::set_simulated_now(const Head& mine, Time now)
{
    return session_->transact([&](pqxx::work& work) -> Result<void> {
        const pqxx::result moved = work.exec_params(
            "UPDATE log_head SET simulated_now = $2::timestamptz WHERE epoch = $1", mine.epoch,
            to_string(now));
        if (moved.affected_rows() != 1) return Refusal{Code::fenced};
        return {};
    });
}

}  // namespace chipledger
