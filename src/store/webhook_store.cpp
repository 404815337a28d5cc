#include "store/webhook_store.hpp"

#include <nlohmann/json.hpp>

#include "store/session.hpp"
#include "store/sql_values.hpp"

namespace chipledger {

namespace {

constexpr const char* select_webhooks =
    "SELECT w.id, p.name, p.role, p.firm, array_to_json(p.offices)::text,"
    " EXISTS (SELECT FROM token t WHERE t.principal = w.principal AND t.revoked_at IS NULL"
    "  AND coalesce(t.expires_at > now(), true)),"
    " w.url, array_to_json(w.types)::text, w.subject_kind, w.subject_id, w.content, w.status,"
    " w.base, w.secret, (extract(epoch FROM w.created_at) * 1000000)::bigint, w.delivered_through,"
    " w.attempts, (extract(epoch FROM w.next_attempt_at) * 1000000)::bigint,"
    " greatest(ceil(extract(epoch FROM w.next_attempt_at - clock_timestamp()) * 1000), 0)::bigint,"
    " coalesce(w.last_status, 0), coalesce(w.last_error, ''), w.delivered, w.failed,"
    " (SELECT count(*) FROM webhook_dead_letter d WHERE d.webhook = w.id)"
    " FROM webhook w JOIN principal p ON p.name = w.principal WHERE ";

std::vector<std::string> texts_of(const pqxx::field& json)
{
    return nlohmann::json::parse(json.c_str()).get<std::vector<std::string>>();
}

std::string array_of(const std::vector<std::string>& texts)
{
    SqlArray array;
    for (const std::string& text : texts) array.add(text);
    return array.text();
}

Principal principal_of(const pqxx::row& row)
{
    const std::optional<Role> role = role_named(row[2].c_str());
    ensure(role.has_value(), "the table holds known roles alone");
    Principal principal{row[1].c_str(), *role, {}, texts_of(row[4])};
    if (!row[3].is_null()) principal.firm = FirmId{row[3].c_str()};
    return principal;
}

WebhookRow webhook_of(const pqxx::row& row, const Seal& seal)
{
    WebhookRow hook;
    hook.id = row[0].c_str();
    hook.principal = principal_of(row);
    hook.entitled = row[5].as<bool>();
    hook.terms = {row[6].c_str(), texts_of(row[7]), {}, row[10].c_str(), row[11].c_str()};
    if (!row[8].is_null()) hook.terms.subject = SubjectFilter{row[8].c_str(), row[9].c_str()};
    hook.base = row[12].c_str();
    hook.secret = seal.open(from_bytea(row[13].c_str()), hook.id).value_or("");
    hook.created_at = from_micros(row[14].as<std::int64_t>());
    hook.through = {row[15].as<std::int64_t>()};
    hook.attempts = row[16].as<int>();
    if (!row[17].is_null()) hook.next_attempt_at = from_micros(row[17].as<std::int64_t>());
    hook.rests = std::chrono::milliseconds{row[18].is_null() ? 0 : row[18].as<std::int64_t>()};
    hook.last_status = row[19].as<int>();
    hook.last_error = row[20].c_str();
    hook.delivered = row[21].as<std::int64_t>();
    hook.failed = row[22].as<std::int64_t>();
    hook.dead = row[23].as<std::int64_t>();
    return hook;
}

DeadLetter letter_of(const pqxx::row& row)
{
    return {{row[0].as<std::int64_t>()}, row[1].as<int>(),
            row[2].as<int>(),            row[3].c_str(),
            from_micros(row[4].as<std::int64_t>()), row[5].as<bool>()};
}

/// One statement, whatever it changes.
template <class... Values>
Result<void> change_with(Session& session, const char* statement, const Values&... values)
{
    return session.run([&](auto& work) -> Result<void> {
        work.exec_params(statement, values...);
        return {};
    });
}

const char* or_null(const std::string* text) { return text ? text->c_str() : nullptr; }

}  // namespace

WebhookStore::WebhookStore(std::string conninfo, std::string_view pepper)
    : seal_{pepper}, session_{std::make_unique<Session>(std::move(conninfo))}
{
}
WebhookStore::~WebhookStore() = default;
WebhookStore::WebhookStore(WebhookStore&&) noexcept = default;

Result<void> WebhookStore::add(const std::string& id, const std::string& principal,
                               const WebhookTerms& terms, const std::string& base,
                               std::string_view secret, Position through, int most)
{
    const std::string sealed = to_bytea(seal_.close(secret, id));
    const SubjectFilter* subject = terms.subject ? &*terms.subject : nullptr;
    return session_->transact([&](pqxx::work& work) -> Result<void> {
        // Two at once of one principal: the second waits, and counts the first.
        work.exec_params("SELECT pg_advisory_xact_lock(hashtext('webhook/' || $1))", principal);
        const int there =
            work.exec_params1("SELECT count(*) FROM webhook WHERE principal = $1", principal)[0]
                .as<int>();
        if (there >= most)
            return Refusal{.code = Code::bad_state,
                           .detail = "You have " + std::to_string(there) +
                                     " webhooks already. Delete one first.",
                           .available = most - there,
                           .requested = 1};
        work.exec_params("INSERT INTO webhook (id, principal, url, types, subject_kind, subject_id,"
                         " content, base, secret, status, delivered_through) VALUES ($1, $2, $3,"
                         " $4::text[], $5, $6, $7, $8, $9::bytea, $10, $11)",
                         id, principal, terms.url, array_of(terms.types),
                         or_null(subject ? &subject->kind : nullptr),
                         or_null(subject ? &subject->id : nullptr), terms.content, base, sealed,
                         terms.status, through.number);
        return {};
    });
}

Result<std::vector<WebhookRow>> WebhookStore::rows(const std::string& where,
                                                   const std::vector<std::string>& values)
{
    return session_->run([&](auto& work) -> Result<std::vector<WebhookRow>> {
        std::vector<WebhookRow> found;
        for (const auto& row :
             work.exec_params(select_webhooks + where, pqxx::prepare::make_dynamic_params(values)))
            found.push_back(webhook_of(row, seal_));
        return found;
    });
}

Result<std::vector<WebhookRow>> WebhookStore::list(const std::string& principal)
{
    return rows("w.principal = $1 ORDER BY w.created_at, w.id", {principal});
}

Result<std::optional<WebhookRow>> WebhookStore::find(const std::string& id,
                                                     const std::string& principal)
{
    Result<std::vector<WebhookRow>> found =
        principal.empty() ? rows("w.id = $1", {id})
                          : rows("w.id = $1 AND w.principal = $2", {id, principal});
    if (!found) return found.error();
    if (found->empty()) return std::optional<WebhookRow>{};
    return std::optional{std::move(found->front())};
}

Result<std::vector<std::string>> WebhookStore::active()
{
    return session_->run([&](auto& work) -> Result<std::vector<std::string>> {
        std::vector<std::string> ids;
        for (const auto& row : work.exec("SELECT id FROM webhook WHERE status = 'active'"))
            ids.push_back(row[0].c_str());
        return ids;
    });
}

Result<void> WebhookStore::change(const std::string& id, const WebhookTerms& terms)
{
    const SubjectFilter* subject = terms.subject ? &*terms.subject : nullptr;
    return change_with(*session_,
                       "UPDATE webhook SET url = $2, types = $3::text[], subject_kind = $4,"
                       " subject_id = $5, content = $6, status = $7, attempts = 0,"
                       " next_attempt_at = NULL WHERE id = $1",
                       id, terms.url, array_of(terms.types),
                       or_null(subject ? &subject->kind : nullptr),
                       or_null(subject ? &subject->id : nullptr), terms.content, terms.status);
}

Result<bool> WebhookStore::remove(const std::string& id, const std::string& principal)
{
    return session_->run([&](auto& work) -> Result<bool> {
        return work.exec_params("DELETE FROM webhook WHERE id = $1 AND principal = $2", id,
                                principal)
                   .affected_rows() == 1;
    });
}

Result<std::vector<DeadLetter>> WebhookStore::dead_letters(const std::string& id, Position after)
{
    return session_->run([&](auto& work) -> Result<std::vector<DeadLetter>> {
        std::vector<DeadLetter> letters;
        for (const auto& row : work.exec_params(
                 "SELECT position, attempts, coalesce(last_status, 0), coalesce(last_error, ''),"
                 " (extract(epoch FROM died_at) * 1000000)::bigint, queued FROM webhook_dead_letter"
                 " WHERE webhook = $1 AND position > $2 ORDER BY position LIMIT 500",
                 id, after.number))
            letters.push_back(letter_of(row));
        return letters;
    });
}

Result<std::int64_t> WebhookStore::redeliver(const std::string& id,
                                             const std::vector<Position>& positions)
{
    SqlArray wanted;
    for (const Position position : positions) wanted.add(position.number);
    return session_->run([&](auto& work) -> Result<std::int64_t> {
        return static_cast<std::int64_t>(
            work.exec_params("UPDATE webhook_dead_letter SET queued = true WHERE webhook = $1 AND"
                             " ($2 OR position = ANY ($3::bigint[]))",
                             id, positions.empty(), wanted.text())
                .affected_rows());
    });
}

Result<std::optional<Position>> WebhookStore::queued(const std::string& id)
{
    return session_->run([&](auto& work) -> Result<std::optional<Position>> {
        const pqxx::result rows =
            work.exec_params("SELECT position FROM webhook_dead_letter WHERE webhook = $1 AND"
                             " queued ORDER BY position LIMIT 1",
                             id);
        if (rows.empty()) return std::optional<Position>{};
        return std::optional{Position{rows[0][0].template as<std::int64_t>()}};
    });
}

Result<void> WebhookStore::passed(const std::string& id, Position through)
{
    return change_with(*session_,
                       "UPDATE webhook SET delivered_through = $2 WHERE id = $1 AND"
                       " delivered_through < $2",
                       id, through.number);
}

Result<void> WebhookStore::delivered(const std::string& id, Position position, int status)
{
    return change_with(*session_,
                       "UPDATE webhook SET delivered_through = greatest(delivered_through, $2),"
                       " attempts = 0, next_attempt_at = NULL, last_status = $3, last_error = NULL,"
                       " delivered = delivered + 1 WHERE id = $1",
                       id, position.number, status);
}

Result<void> WebhookStore::failed(const std::string& id, const FailedAttempt& attempt,
                                  std::chrono::milliseconds pause)
{
    return change_with(*session_,
                       "UPDATE webhook SET attempts = attempts + 1, failed = failed + 1,"
                       " next_attempt_at = clock_timestamp() + $4 * interval '1 millisecond',"
                       " last_status = $2, last_error = $3 WHERE id = $1",
                       id, attempt.status, attempt.error, static_cast<std::int64_t>(pause.count()));
}

Result<void> WebhookStore::died(const std::string& id, Position position,
                                const FailedAttempt& attempt, int most)
{
    return session_->transact([&](pqxx::work& work) -> Result<void> {
        work.exec_params("INSERT INTO webhook_dead_letter (webhook, position, attempts,"
                         " last_status, last_error) SELECT id, $2::bigint, attempts + 1,"
                         " $3::int, $4::text FROM webhook WHERE id = $1 ON CONFLICT DO NOTHING",
                         id, position.number, attempt.status, attempt.error);
        work.exec_params("UPDATE webhook SET delivered_through = greatest(delivered_through, $2),"
                         " attempts = 0, next_attempt_at = NULL, failed = failed + 1,"
                         " last_status = $3, last_error = $4 WHERE id = $1",
                         id, position.number, attempt.status, attempt.error);
        work.exec_params("UPDATE webhook SET status = 'disabled', last_error = 'Too many dead"
                         " letters wait.' WHERE id = $1 AND $2 <="
                         " (SELECT count(*) FROM webhook_dead_letter WHERE webhook = $1)",
                         id, most);
        return {};
    });
}

Result<void> WebhookStore::disable(const std::string& id, const FailedAttempt& attempt)
{
    return change_with(*session_,
                       "UPDATE webhook SET status = 'disabled', failed = failed + 1, attempts = 0,"
                       " next_attempt_at = NULL, last_status = $2, last_error = $3 WHERE id = $1",
                       id, attempt.status, attempt.error);
}

Result<void> WebhookStore::buried(const std::string& id, Position position, bool was_delivered)
{
    return change_with(*session_,
                       "WITH gone AS (DELETE FROM webhook_dead_letter WHERE webhook = $1 AND"
                       " position = $2) UPDATE webhook SET delivered = delivered + $3::int"
                       " WHERE id = $1",
                       id, position.number, was_delivered ? 1 : 0);
}

Result<void> WebhookStore::died_again(const std::string& id, Position position,
                                      const FailedAttempt& attempt)
{
    return change_with(*session_,
                       "WITH again AS (UPDATE webhook_dead_letter SET queued = false,"
                       " attempts = attempts + 1, last_status = $3, last_error = $4,"
                       " died_at = now() WHERE webhook = $1 AND position = $2)"
                       " UPDATE webhook SET failed = failed + 1 WHERE id = $1",
                       id, position.number, attempt.status, attempt.error);
}

}  // namespace chipledger
