// What writes: the head is the fence.
#include "store/event_store.hpp"

#include "store/append_link.hpp"
#include "store/crash_point.hpp"
#include "store/session.hpp"

namespace chipledger {

namespace {

// Advisory locks are per database, so one number serves every ledger of a cluster.
constexpr std::int64_t writer_lock = 0x636c6b5772697465;

void ensure_gapless(const Head& head, std::span<const EventRow> events)
{
    std::int64_t next = head.size.number;
    for (const EventRow& row : events)
        ensure(row.position.number == ++next, "appended positions follow the head without gaps");
}

}  // namespace

EventStore::EventStore(std::string conninfo, std::chrono::milliseconds takeover_wait)
    : takeover_wait_{takeover_wait},
      session_{std::make_unique<Session>(conninfo)},
      appending_{std::make_unique<AppendLink>(std::move(conninfo))}
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
        CRASH_POINT("take-over-uncommitted");
        return Head{row[0].as<std::int64_t>(), {row[1].as<std::int64_t>()}};
    });
}

Result<Head> EventStore::append(const Head& head, std::span<const EventRow> events,
                                std::span<const CommandRow> commands)
{
    ensure_gapless(head, events);
    return appending_->append(head, events, commands);
}

// The row lock waits for a COMMIT that still runs, so what is not there now never will be. What is
// there may not be on the standby yet: a commit of our own, after it in the WAL, waits for that.
template <class Look>
Result<std::optional<Head>> EventStore::settle_with(const Head& before, const Look& look)
{
    session_->drop();
    appending_->drop();
    return session_->transact([&](pqxx::work& work) -> Result<std::optional<Head>> {
        const pqxx::row row = work.exec1("SELECT epoch, size FROM log_head FOR UPDATE");
        const Head now{row[0].as<std::int64_t>(), {row[1].as<std::int64_t>()}};
        if (now.epoch != before.epoch) return Refusal{Code::fenced};
        if (!look(work)) return std::optional<Head>{};
        work.exec("UPDATE log_head SET size = size");
        CRASH_POINT("outcome-unconfirmed");
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
