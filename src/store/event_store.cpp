#include "store/event_store.hpp"

#include "store/link.hpp"
#include "store/sql_text.hpp"

namespace chipledger {

namespace {

constexpr std::int64_t page_entries = 1000;
constexpr std::int64_t writer_lock = 0x63686970;  // "chip"

// Columns as arrays, one statement for any number of rows.
struct Columns {
    std::vector<std::vector<std::string>> columns;

    explicit Columns(std::size_t count) : columns(count) {}
    template <class... Values>
    void add(Values&&... values)
    {
        std::size_t i = 0;
        (columns[i++].push_back(std::forward<Values>(values)), ...);
    }
    std::string array(std::size_t column) const { return to_array(columns[column]); }
    bool empty() const { return columns.front().empty(); }
};

void insert_events(pqxx::work& work, std::span<const EventRow> events)
{
    Columns rows{8}, subjects{4};
    for (const EventRow& row : events) {
        const std::string position = std::to_string(row.position.number);
        rows.add(position, row.id, row.type, to_string(row.occurred_at),
                 to_string(row.recorded_at), row.principal, to_bytea(row.salt),
                 to_bytea(row.bytes));
        for (const Subject& subject : row.subjects)
            subjects.add(subject.kind, subject.id, std::to_string(subject.version), position);
    }
    if (rows.empty()) return;
    work.exec_params(
        "INSERT INTO event (position, id, type, occurred_at, recorded_at, principal, salt, bytes) "
        "SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::timestamptz[], "
        "$5::timestamptz[], $6::text[], $7::bytea[], $8::bytea[])",
        rows.array(0), rows.array(1), rows.array(2), rows.array(3), rows.array(4), rows.array(5),
        rows.array(6), rows.array(7));
    if (subjects.empty()) return;
    work.exec_params("INSERT INTO event_subject (kind, id, version, position) "
                     "SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])",
                     subjects.array(0), subjects.array(1), subjects.array(2), subjects.array(3));
}

void insert_commands(pqxx::work& work, std::span<const CommandRow> commands)
{
    Columns rows{7};
    for (const CommandRow& row : commands)
        rows.add(row.principal, row.key, to_bytea(row.body_hash), std::to_string(row.status),
                 std::to_string(row.first.number), std::to_string(row.count), row.answer);
    if (rows.empty()) return;
    work.exec_params("INSERT INTO command (principal, key, body_hash, status, first, count, answer) "
                     "SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::int[], "
                     "$5::bigint[], $6::bigint[], $7::text[])",
                     rows.array(0), rows.array(1), rows.array(2), rows.array(3), rows.array(4),
                     rows.array(5), rows.array(6));
}

bool found(pqxx::work& work, std::span<const EventRow> events, std::span<const CommandRow> commands)
{
    if (!events.empty())
        return !work.exec_params("SELECT FROM event WHERE position = $1 AND id = $2",
                                 events.back().position.number, events.back().id)
                    .empty();
    if (commands.empty()) return false;
    return !work.exec_params("SELECT FROM command WHERE principal = $1 AND key = $2",
                             commands.back().principal, commands.back().key)
                .empty();
}

}  // namespace

EventStore::EventStore(std::string conninfo) : link_{std::make_unique<Link>(std::move(conninfo))} {}
EventStore::~EventStore() = default;
EventStore::EventStore(EventStore&&) noexcept = default;

Result<Head> EventStore::take_over()
{
    try {
        pqxx::work work{link_->open()};
        // Only saves a useless take-over when two start at once; the fence is the epoch.
        work.exec("SET LOCAL lock_timeout = '3s'");
        work.exec_params("SELECT pg_try_advisory_lock($1)", writer_lock);
        const pqxx::result moved =
            work.exec("UPDATE log_head SET epoch = epoch + 1 RETURNING epoch, size");
        const Head head{moved[0][0].as<std::int64_t>(), {moved[0][1].as<std::int64_t>()}};
        work.commit();
        return head;
    } catch (const std::exception& failure) {
        link_->close();
        return unavailable(failure);
    }
}

Result<Head> EventStore::head()
{
    try {
        pqxx::work work{link_->open()};
        const pqxx::result row = work.exec("SELECT epoch, size FROM log_head");
        return Head{row[0][0].as<std::int64_t>(), {row[0][1].as<std::int64_t>()}};
    } catch (const std::exception& failure) {
        link_->close();
        return unavailable(failure);
    }
}

// The head is the fence: whoever lost the epoch moves no row and writes nothing.
Result<Head> EventStore::append(const Head& head, std::span<const EventRow> events,
                                std::span<const CommandRow> commands)
{
    const Head next{head.epoch, {head.size.number + std::ssize(events)}};
    try {
        pqxx::work work{link_->open()};
        const pqxx::result moved = work.exec_params(
            "UPDATE log_head SET size = $3 WHERE epoch = $1 AND size = $2", head.epoch,
            head.size.number, next.size.number);
        if (moved.affected_rows() != 1)
            return Refusal{.code = Code::fenced, .detail = "Another writer has taken over."};
        insert_events(work, events);
        insert_commands(work, commands);
        work.commit();
        if (link_->committed_locally())
            return Refusal{.code = Code::outcome_unknown, .detail = "The standby did not confirm."};
        return next;
    } catch (const pqxx::in_doubt_error& failure) {
        link_->close();
        return Refusal{.code = Code::outcome_unknown, .detail = failure.what()};
    } catch (const std::exception& failure) {
        link_->close();
        return unavailable(failure);
    }
}

Result<bool> EventStore::settle(const Head& before, std::span<const EventRow> events,
                                std::span<const CommandRow> commands)
{
    try {
        pqxx::work work{link_->open_fresh()};
        // Waits for a COMMIT that still runs in a backend we lost.
        const pqxx::result row = work.exec("SELECT epoch, size FROM log_head FOR UPDATE");
        const bool happened = found(work, events, commands);
        if (row[0][0].as<std::int64_t>() != before.epoch)
            return Refusal{.code = Code::fenced, .detail = "Another writer has taken over."};
        return happened;
    } catch (const std::exception& failure) {
        link_->close();
        return unavailable(failure);
    }
}

Result<void> EventStore::read(Position after, Position upto,
                              const std::function<Result<void>(StoredEntry&&)>& entry)
{
    try {
        pqxx::work work{link_->open()};
        while (after < upto) {
            const pqxx::result page = work.exec_params(
                "SELECT position, bytes FROM event WHERE position > $1 AND position <= $2 "
                "ORDER BY position LIMIT $3",
                after.number, upto.number, page_entries);
            if (page.empty()) break;
            for (const pqxx::row& row : page) {
                const Position position{row[0].as<std::int64_t>()};
                ensure(position.number == after.number + 1, "positions have no gaps (I7)");
                if (auto yes = entry({position, from_bytea(row[1])}); !yes) return yes;
                after = position;
            }
        }
        return {};
    } catch (const pqxx::failure& failure) {
        link_->close();
        return unavailable(failure);
    }
}

Result<Position> EventStore::position_at(Time recorded)
{
    try {
        pqxx::work work{link_->open()};
        const pqxx::result row = work.exec_params(
            "SELECT position FROM event WHERE recorded_at <= $1 "
            "ORDER BY recorded_at DESC, position DESC LIMIT 1",
            to_string(recorded));
        return row.empty() ? Position{} : Position{row[0][0].as<std::int64_t>()};
    } catch (const std::exception& failure) {
        link_->close();
        return unavailable(failure);
    }
}

Result<std::optional<CommandRow>> EventStore::command(const std::string& principal,
                                                      const std::string& key)
{
    try {
        pqxx::work work{link_->open()};
        const pqxx::result row = work.exec_params(
            "SELECT body_hash, status, first, count, answer FROM command "
            "WHERE principal = $1 AND key = $2",
            principal, key);
        if (row.empty()) return std::optional<CommandRow>{};
        return std::optional{CommandRow{principal, key, from_bytea(row[0][0]),
                                        row[0][1].as<int>(), {row[0][2].as<std::int64_t>()},
                                        row[0][3].as<std::int64_t>(),
                                        row[0][4].as<std::string>()}};
    } catch (const std::exception& failure) {
        link_->close();
        return unavailable(failure);
    }
}

Result<void> EventStore::keys(
    const std::function<void(std::string_view, std::string_view)>& each)
{
    try {
        pqxx::work work{link_->open()};
        std::string principal, key;
        while (true) {
            const pqxx::result page = work.exec_params(
                "SELECT principal, key FROM command WHERE (principal, key) > ($1, $2) "
                "ORDER BY principal, key LIMIT $3",
                principal, key, page_entries * 10);
            for (const pqxx::row& row : page) each(row[0].c_str(), row[1].c_str());
            if (page.empty()) return {};
            principal = page.back()[0].as<std::string>();
            key = page.back()[1].as<std::string>();
        }
    } catch (const std::exception& failure) {
        link_->close();
        return unavailable(failure);
    }
}

Result<std::optional<Time>> EventStore::simulated_now()
{
    try {
        pqxx::work work{link_->open()};
        const pqxx::result row = work.exec("SELECT simulated_now FROM log_head");
        if (row[0][0].is_null()) return std::optional<Time>{};
        return std::optional{from_timestamptz(row[0][0])};
    } catch (const std::exception& failure) {
        link_->close();
        return unavailable(failure);
    }
}

Result<void> EventStore::set_simulated_now(const Head& mine, Time now)
{
    try {
        pqxx::work work{link_->open()};
        const pqxx::result moved = work.exec_params(
            "UPDATE log_head SET simulated_now = $2 WHERE epoch = $1", mine.epoch, to_string(now));
        if (moved.affected_rows() != 1)
            return Refusal{.code = Code::fenced, .detail = "Another writer has taken over."};
        work.commit();
        return {};
    } catch (const std::exception& failure) {
        link_->close();
        return unavailable(failure);
    }
}

}  // namespace chipledger
