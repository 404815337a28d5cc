#include "store/append_link.hpp"

#include <libpq-fe.h>

#include <vector>

#include "store/binary_array.hpp"
#include "store/connecting.hpp"
#include "store/crash_point.hpp"
#include "store/kinds.hpp"

namespace chipledger {

namespace {

// Where the head has moved, nothing joins it, and nothing is written.
constexpr const char* append_group = R"(
WITH moved AS (UPDATE log_head SET size = $3 WHERE epoch = $1 AND size = $2 RETURNING size),
entries AS (
    INSERT INTO event (position, id, type, occurred_at, recorded_at, salt, bytes, principal, kinds)
    SELECT entry.* FROM moved, unnest($4::bigint[], $5::uuid[], $6::text[], $7::timestamptz[],
        $8::timestamptz[], $9::bytea[], $10::bytea[], $11::text[], $12::smallint[]) AS entry),
subjects AS (
    INSERT INTO event_subject (kind, id, version, position)
    SELECT subject.* FROM moved, unnest($13::text[], $14::text[], $15::bigint[], $16::bigint[])
        AS subject),
commands AS (
    INSERT INTO command (principal, key, body_hash, status, first_position, count, answer,
                         traceparent)
    SELECT command.* FROM moved, unnest($17::text[], $18::text[], $19::bytea[], $20::int[],
        $21::bigint[], $22::bigint[], $23::text[], $24::text[]) AS command)
SELECT size FROM moved)";

/// The 16 bytes of a UUID in its text form.
std::string bytes_of_uuid(std::string_view text)
{
    std::string bytes;
    int high = -1;
    for (const char c : text) {
        if (c == '-') continue;
        const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        if (high < 0)
            high = digit;
        else
            bytes += static_cast<char>(std::exchange(high, -1) << 4 | digit);
    }
    return bytes;
}

/// The parameters of a group, in the order of the statement.
class Parameters {
public:
    Parameters(const Head& head, std::int64_t next, std::span<const EventRow> events,
               std::span<const CommandRow> commands)
    {
        for (const std::int64_t number : {head.epoch, head.size.number, next}) {
            std::string& big_endian = numbers_.emplace_back();
            for (int shift = 56; shift >= 0; shift -= 8)
                big_endian += static_cast<char>(number >> shift & 0xFF);
        }
        for (const EventRow& row : events) add(row);
        for (const CommandRow& row : commands) add(row);
        for (const std::string& number : numbers_) bind(number);
        for (BinaryArray& column : columns_) bind(column.bytes());
    }
    Parameters(const Parameters&) = delete;

    int count() const { return static_cast<int>(values_.size()); }
    const char* const* values() const { return values_.data(); }
    const int* lengths() const { return lengths_.data(); }
    const int* formats() const { return formats_.data(); }

private:
    enum Column {
        position, id, type, occurred_at, recorded_at, salt, bytes, principal, kinds,
        subject_kind, subject_id, subject_version, subject_position,
        actor, key, body_hash, status, first, entries, answer, trace
    };

    void add(const EventRow& row)
    {
        std::int16_t bits = 0;
        for (const Subject& subject : row.subjects) {
            bits = static_cast<std::int16_t>(bits | bit_of_kind(subject.kind));
            columns_[subject_kind].add(subject.kind);
            columns_[subject_id].add(subject.id);
            columns_[subject_version].add_integer(subject.version);
            columns_[subject_position].add_integer(row.position.number);
        }
        columns_[position].add_integer(row.position.number);
        columns_[id].add(bytes_of_uuid(row.id));
        columns_[type].add(row.type);
        columns_[occurred_at].add_time(row.occurred_at);
        columns_[recorded_at].add_time(row.recorded_at);
        columns_[salt].add(row.salt);
        columns_[bytes].add(row.bytes);
        columns_[principal].add(row.principal);
        columns_[kinds].add_integer(bits);
    }
    void add(const CommandRow& row)
    {
        columns_[actor].add(row.principal);
        columns_[key].add(row.key);
        columns_[body_hash].add(row.body_hash);
        columns_[status].add_integer(std::int32_t{row.status});
        columns_[first].add_integer(row.first.number);
        columns_[entries].add_integer(row.count);
        columns_[answer].add(row.answer);
        if (row.traceparent.empty())
            columns_[trace].add_null();
        else
            columns_[trace].add(row.traceparent);
    }
    void bind(const std::string& value)
    {
        values_.push_back(value.data());
        lengths_.push_back(static_cast<int>(value.size()));
        formats_.push_back(1);
    }

    std::vector<std::string> numbers_{};
    std::vector<BinaryArray> columns_ = [] {
        using enum SqlType;
        std::vector<BinaryArray> columns;
        for (const SqlType each : {int8, uuid, text, timestamptz, timestamptz, bytea, bytea, text,
                                   int2, text, text, int8, int8, text, text, bytea, int4, int8,
                                   int8, text, text})
            columns.emplace_back(each);
        return columns;
    }();
    std::vector<const char*> values_{};
    std::vector<int> lengths_{};
    std::vector<int> formats_{};
};

struct Clear {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Clear>;

/// Like PQexecPrepared, in its two steps. Null: nothing was sent.
Answer execute(pg_conn* link, const Parameters& group)
{
    CRASH_POINT("statement-unsent");
    if (PQsendQueryPrepared(link, "append", group.count(), group.values(), group.lengths(),
                            group.formats(), 1) == 0)
        return {};
    CRASH_POINT("statement-sent");
    Answer last;
    while (PGresult* answer = PQgetResult(link)) last.reset(answer);
    CRASH_POINT("statement-answered");
    return last;
}

std::string sqlstate_of(const PGresult* answer)
{
    const char* state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    return state ? state : "";
}

void keep_warning(void* text, const char* said)
{
    *static_cast<std::string*>(text) += said;
}

}  // namespace

void AppendLink::Close::operator()(pg_conn* link) const noexcept { PQfinish(link); }

// A server that went while nobody asked has closed: the first look takes what it said at its end.
bool AppendLink::is_alive()
{
    return link_ && PQconsumeInput(link_.get()) == 1 && PQconsumeInput(link_.get()) == 1 &&
           PQstatus(link_.get()) == CONNECTION_OK;
}

Result<void> AppendLink::connect()
{
    if (is_alive()) return {};
    Link link{PQconnectdb(with_defaults(conninfo_).c_str())};
    const auto refused = [&](const PGresult* answer) {
        return store_refusal(sqlstate_of(answer), PQerrorMessage(link.get()));
    };
    if (PQstatus(link.get()) != CONNECTION_OK) return refused(nullptr);
    PQsetNoticeProcessor(link.get(), keep_warning, warned_.get());
    const Answer set{PQexec(link.get(), session_settings)};
    if (PQresultStatus(set.get()) != PGRES_TUPLES_OK) return refused(set.get());
    const Answer prepared{PQprepare(link.get(), "append", append_group, 0, nullptr)};
    if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) return refused(prepared.get());
    link_ = std::move(link);
    return {};
}

Result<Head> AppendLink::append(const Head& head, std::span<const EventRow> events,
                                std::span<const CommandRow> commands)
{
    if (auto connected = connect(); !connected) return connected.error();
    const Head next{head.epoch, {head.size.number + std::ssize(events)}};
    const Parameters group{head, next.size.number, events, commands};
    warned_->clear();
    const Answer answer = execute(link_.get(), group);
    if (PQresultStatus(answer.get()) == PGRES_TUPLES_OK) {
        if (!warned_->empty()) return Refusal{.code = Code::outcome_unknown, .detail = *warned_};
        if (PQntuples(answer.get()) == 0) return Refusal{Code::fenced};
        return next;
    }
    const std::string sqlstate = sqlstate_of(answer.get());
    std::string said = PQerrorMessage(link_.get());
    if (!sqlstate.empty() && !is_lost(sqlstate) && PQstatus(link_.get()) == CONNECTION_OK)
        return store_refusal(sqlstate, std::move(said));
    drop();
    return Refusal{.code = Code::outcome_unknown, .detail = std::move(said)};
}

}  // namespace chipledger
