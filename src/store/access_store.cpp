// Principals, tokens and the projections for SQL users.
#include "store/link.hpp"
#include "store/sql_text.hpp"

namespace chipledger {

Result<void> EventStore::add_principal(const std::string& name, const std::string& role,
                                       const std::optional<std::string>& firm)
{
    try {
        pqxx::work work{link_->open()};
        const pqxx::result known =
            work.exec_params("SELECT role, firm FROM principal WHERE name = $1", name);
        if (known.empty()) {
            work.exec_params("INSERT INTO principal (name, role, firm) VALUES ($1, $2, $3)", name,
                             role, firm ? firm->c_str() : nullptr);
            work.commit();
        } else if (known[0][0].as<std::string>() != role ||
                   known[0][1].as<std::string>("") != firm.value_or("")) {
            return Refusal{.code = Code::malformed,
                           .detail = "Principal " + name +
                                     " exists with another role or firm. Take another name."};
        }
        return {};
    } catch (const std::exception& failure) {
        link_->close();
        return unavailable(failure);
    }
}

Result<void> EventStore::add_token(const std::string& principal, const std::string& hash)
{
    try {
        pqxx::work work{link_->open()};
        work.exec_params("INSERT INTO token (principal, hash) VALUES ($1, $2::bytea)", principal,
                         to_bytea(hash));
        work.commit();
        return {};
    } catch (const std::exception& failure) {
        link_->close();
        return unavailable(failure);
    }
}

Result<bool> EventStore::revoke_token(std::int64_t id)
{
    try {
        pqxx::work work{link_->open()};
        const pqxx::result row = work.exec_params(
            "UPDATE token SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL", id);
        work.commit();
        return row.affected_rows() == 1;
    } catch (const std::exception& failure) {
        link_->close();
        return unavailable(failure);
    }
}

Result<std::vector<TokenRow>> EventStore::tokens()
{
    try {
        pqxx::work work{link_->open()};
        const pqxx::result rows = work.exec(
            "SELECT t.id, p.name, p.role, p.firm, array_to_string(p.offices, ' '), t.hash, "
            "t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now()) "
            "FROM token t JOIN principal p ON p.name = t.principal ORDER BY t.id");
        std::vector<TokenRow> tokens;
        for (const pqxx::row& row : rows) {
            TokenRow token{row[0].as<std::int64_t>(), row[1].as<std::string>(),
                           row[2].as<std::string>(), {}, {}, from_bytea(row[5]),
                           row[6].as<bool>()};
            if (!row[3].is_null()) token.firm = row[3].as<std::string>();
            std::string office;
            for (const char c : row[4].as<std::string>() + ' ') {
                if (c != ' ') {
                    office += c;
                } else if (!office.empty()) {
                    token.offices.push_back(std::exchange(office, {}));
                }
            }
            tokens.push_back(std::move(token));
        }
        return tokens;
    } catch (const std::exception& failure) {
        link_->close();
        return unavailable(failure);
    }
}

Result<void> EventStore::project(Position upto, std::span<const BalanceRow> rows)
{
    try {
        pqxx::work work{link_->open()};
        for (const BalanceRow& row : rows) {
            work.exec_params(
                "INSERT INTO approval_balance VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
                "ON CONFLICT (approval) DO UPDATE SET firm = $2, period = $3, status = $4, "
                "granted = $5, available = $6, reserved = $7, drawn = $8, forfeited = $9, "
                "carried_out = $10",
                row.approval, row.firm, row.period, row.status, row.granted, row.available,
                row.reserved, row.drawn, row.forfeited, row.carried_out);
            work.exec_params("DELETE FROM inventory WHERE approval = $1", row.approval);
            for (const auto& [state, units] : row.units)
                work.exec_params("INSERT INTO inventory VALUES ($1, $2, $3, $4)", row.firm,
                                 row.approval, state, units);
        }
        work.exec_params("UPDATE projection_checkpoint SET position = $1 WHERE name = 'views'",
                         upto.number);
        work.commit();
        return {};
    } catch (const std::exception& failure) {
        link_->close();
        return unavailable(failure);
    }
}

Result<Position> EventStore::projected()
{
    try {
        pqxx::work work{link_->open()};
        const pqxx::result row =
            work.exec("SELECT position FROM projection_checkpoint WHERE name = 'views'");
        return Position{row[0][0].as<std::int64_t>()};
    } catch (const std::exception& failure) {
        link_->close();
        return unavailable(failure);
    }
}

}  // namespace chipledger
