#pragma once
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "support/cluster.hpp"
#include "support/command.hpp"

// The demo's ledger for SQL users, and who they are.
namespace chipledger::sql_test
{

/// `chipledger ARGUMENTS`, both of its outputs together.
Ran run(const std::string& arguments);

/// A database of its own with the demo's 4,000 entries, and the logins ana (all rows), fay (of F-A)
/// and bo (nobody has said whose).
class DemoLedger {
public:
    DemoLedger();

    const std::string& database() const { return database_; }
    std::string runtime() const { return cluster_.runtime_conninfo(database_); }
    /// Runs `sql` as the superuser, who row security does not hold; the first value.
    std::string sql(const std::string& statement) const
    {
        return cluster_.sql(database_, statement);
    }
    std::string conninfo(const std::string& login) const;
    /// All rows that a login gets, cells joined by '|', rows by a newline; "denied" or the error.
    std::string as(const std::string& login, const std::string& statement) const;
    /// `chipledger COMMAND --database …`.
    Ran run(const std::string& command) const;

private:
    TestCluster& cluster_ = TestCluster::shared();
    std::string database_;
};

}  // namespace chipledger::sql_test
