#include "sql/demo_ledger.hpp"

#include <stdexcept>

namespace chipledger::sql_test
{

namespace
{

/// Played once; every test gets a copy.
const std::string& told(TestCluster& cluster)
{
    static const std::string database = [&] {
        const std::string made = cluster.migrated_database("demo");
        const Ran demo = run("demo --database '" + cluster.runtime_conninfo(made) + "'");
        if (demo.code != 0) throw std::runtime_error{demo.said};
        for (const char* login : {"ana", "fay", "bo"})
            cluster.sql(made, std::string{"CREATE ROLE "} + login +
                                  " LOGIN; GRANT chipledger_reader TO " + login);
        cluster.sql(made, "INSERT INTO sql_reader VALUES ('ana', NULL), ('fay', 'F-A')");
        return made;
    }();
    return database;
}

}  // namespace

Ran run(const std::string& arguments)
{
    return shell(CHIPLEDGER_BINARY " " + arguments);
}

DemoLedger::DemoLedger()
{
    static int copies = 0;
    const std::string& original = told(cluster_);
    database_ = original + "_copy_" + std::to_string(++copies);
    cluster_.sql("postgres", "CREATE DATABASE " + database_ + " TEMPLATE " + original +
                                 " OWNER chipledger_owner");
}

std::string DemoLedger::conninfo(const std::string& login) const
{
    return "host=" + cluster_.folder() + " user=" + login + " dbname=" + database_;
}

std::string DemoLedger::as(const std::string& login, const std::string& statement) const
{
    try {
        pqxx::connection connection{conninfo(login)};
        pqxx::nontransaction work{connection};
        std::string seen;
        for (const auto& row : work.exec(statement)) {
            if (!seen.empty()) seen += '\n';
            for (const auto& field : row)
                seen += (field.num() ? "|" : "") + std::string{field.c_str()};
        }
        return seen;
    } catch (const pqxx::sql_error& error) {
        const std::string what = error.what();
        return what.find("permission denied") != what.npos ? "denied" : what;
    }
}

Ran DemoLedger::run(const std::string& command) const
{
    return sql_test::run(command + " --database '" + runtime() + "'");
}

}  // namespace chipledger::sql_test
