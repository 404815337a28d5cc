#include "store/token_store.hpp"

#include "store/session.hpp"
#include "store/sql_values.hpp"
#include "store/token.hpp"

namespace chipledger {

namespace {

constexpr const char* read_only = "25006";  // SQLSTATE read_only_sql_transaction.
constexpr const char* select_tokens =
    "SELECT t.id, p.name, p.role, p.firm, array_to_string(p.offices, ','),"
    " (extract(epoch FROM t.created_at) * 1000000)::bigint,"
    " (extract(epoch FROM t.expires_at) * 1000000)::bigint,"
    " (extract(epoch FROM t.revoked_at) * 1000000)::bigint,"
    " (extract(epoch FROM t.last_used_at) * 1000000)::bigint,"
    " t.rate, t.expires_at IS NOT NULL AND t.expires_at <= now()"
    " FROM token t JOIN principal p ON p.name = t.principal";

std::vector<std::string> split(const std::string& list)
{
    std::vector<std::string> parts;
    for (std::size_t from = 0; from < list.size();) {
        const std::size_t end = std::min(list.find(',', from), list.size());
        parts.push_back(list.substr(from, end - from));
        from = end + 1;
    }
    return parts;
}

std::optional<Time> time_of(const pqxx::field& field)
{
    if (field.is_null()) return {};
    return from_micros(field.as<std::int64_t>());
}

Principal principal_of(const pqxx::field& name, const pqxx::field& role, const pqxx::field& firm,
                       const pqxx::field& offices)
{
    Principal principal{name.c_str(), Role::auditor, {}, split(offices.c_str())};
    const std::optional<Role> known = role_named(role.c_str());
    ensure(known.has_value(), "the table holds known roles alone");
    principal.role = *known;
    if (!firm.is_null()) principal.firm = FirmId{firm.c_str()};
    return principal;
}

std::optional<int> rate_of(const pqxx::field& field)
{
    if (field.is_null()) return {};
    return field.as<int>();
}

TokenRow token_of(const pqxx::row& row)
{
    return {row[0].as<std::int64_t>(), principal_of(row[1], row[2], row[3], row[4]),
            time_of(row[5]).value(),   time_of(row[6]),
            time_of(row[7]),           time_of(row[8]),
            rate_of(row[9]),           row[10].as<bool>()};
}

Result<void> add_principal(pqxx::work& work, const Principal& principal)
{
    SqlArray offices;
    for (const std::string& office : principal.offices) offices.add(office);
    work.exec_params("INSERT INTO principal (name, role, firm, offices) VALUES"
                     " ($1, $2, $3, $4::text[]) ON CONFLICT (name) DO NOTHING",
                     principal.name, std::string{name_of(principal.role)},
                     principal.firm ? principal.firm->value.c_str() : nullptr, offices.text());
    const pqxx::row row =
        work.exec_params1("SELECT name, role, firm, array_to_string(offices, ',')"
                          " FROM principal WHERE name = $1",
                          principal.name);
    if (principal_of(row[0], row[1], row[2], row[3]) == principal) return {};
    return Refusal{.code = Code::bad_state,
                   .detail = "Principal " + principal.name +
                             " has another role, firm or offices, for ever. Take another name."};
}

constexpr std::string_view name_letters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-";
constexpr std::size_t name_max = 80;

std::optional<Refusal> unfit(const Principal& principal)
{
    const std::string& name = principal.name;
    if (name.empty() || name.size() > name_max ||
        name.find_first_not_of(name_letters) != std::string::npos)
        return Refusal{.code = Code::malformed,
                       .detail = "A principal's name is 1 to 80 of A-Z a-z 0-9 . _ : -"};
    for (const std::string& office : principal.offices)
        if (!is_id(office))
            return Refusal{.code = Code::malformed, .detail = "An office is an id: " + office};
    if (principal.firm && !is_id(principal.firm->value))
        return Refusal{.code = Code::malformed, .detail = "A firm is an id."};
    if ((principal.role == Role::firm) != principal.firm.has_value())
        return Refusal{.code = Code::malformed,
                       .detail = "Role firm needs a firm, and no other role has one."};
    if (principal.role == Role::system)
        return Refusal{.code = Code::malformed, .detail = "Nobody comes as the system."};
    return {};
}

}  // namespace

TokenStore::TokenStore(std::string conninfo, std::string pepper)
    : pepper_{std::move(pepper)}, session_{std::make_unique<Session>(std::move(conninfo))}
{
}
TokenStore::~TokenStore() = default;
TokenStore::TokenStore(TokenStore&&) noexcept = default;

Result<Minted> TokenStore::mint(const Principal& principal, std::optional<Time> expires_at,
                                std::optional<int> rate)
{
    if (auto no = unfit(principal)) return *no;
    Minted minted{0, make_token(principal.role)};
    const std::string rate_text = std::to_string(rate.value_or(0));
    const std::string expires = expires_at ? to_string(*expires_at) : std::string{};
    auto id = session_->transact([&](pqxx::work& work) -> Result<std::int64_t> {
        if (auto known = add_principal(work, principal); !known) return known.error();
        return work
            .exec_params1("INSERT INTO token (principal, hash, expires_at, rate) VALUES"
                          " ($1, $2::bytea, $3::timestamptz, $4::int) RETURNING id",
                          principal.name, to_bytea(hash_token(minted.token, pepper_)),
                          expires_at ? expires.c_str() : nullptr,
                          rate ? rate_text.c_str() : nullptr)[0]
            .as<std::int64_t>();
    });
    if (!id) return id.error();
    minted.id = *id;
    return minted;
}

Result<std::optional<TokenRow>> TokenStore::find(const std::string& token)
{
    if (!well_formed(token)) return std::optional<TokenRow>{};
    const std::string hash = to_bytea(hash_token(token, pepper_));
    return session_->run([&](auto& work) -> Result<std::optional<TokenRow>> {
        const pqxx::result rows =
            work.exec_params(std::string{select_tokens} + " WHERE t.hash = $1::bytea", hash);
        if (rows.empty()) return std::optional<TokenRow>{};
        try {
            work.exec_params("UPDATE token SET last_used_at = now() WHERE hash = $1::bytea AND"
                             " COALESCE(last_used_at < now() - interval '1 minute', true)",
                             hash);
        } catch (const pqxx::sql_error& refused) {
            if (refused.sqlstate() != read_only) throw;  // A standby keeps no note of it.
        }
        return std::optional{token_of(rows[0])};
    });
}

Result<bool> TokenStore::revoke(std::int64_t id)
{
    return session_->transact([&](pqxx::work& work) -> Result<bool> {
        return work
                   .exec_params("UPDATE token SET revoked_at = now()"
                                " WHERE id = $1 AND revoked_at IS NULL",
                                id)
                   .affected_rows() == 1;
    });
}

Result<std::vector<TokenRow>> TokenStore::list()
{
    return session_->run([&](auto& work) -> Result<std::vector<TokenRow>> {
        std::vector<TokenRow> tokens;
        for (const auto& row : work.exec(std::string{select_tokens} + " ORDER BY t.id"))
            tokens.push_back(token_of(row));
        return tokens;
    });
}

}  // namespace chipledger
