#include "support/cluster.hpp"

#include <pwd.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <pqxx/pqxx>
#include <stdexcept>

#include "store/migrate.hpp"

namespace chipledger {

namespace {

namespace fs = std::filesystem;

constexpr const char* programs = "/usr/lib/postgresql/15/bin/";
constexpr const char* settings =
    "listen_addresses = ''\nfsync = on\nshared_buffers = '64MB'\nmax_connections = 200\n"
    "log_min_messages = warning\nwal_level = replica\ntimezone = 'UTC'\n";

// PostgreSQL refuses to run as root.
bool is_root() { return ::geteuid() == 0; }

}  // namespace

TestCluster::TestCluster()
{
    char name[] = "/tmp/chipledger-pg-XXXXXX";
    if (!::mkdtemp(name)) throw std::runtime_error{"cannot make a folder under /tmp"};
    folder_ = name;
    if (is_root()) {
        const passwd* postgres = ::getpwnam("postgres");
        if (!postgres) throw std::runtime_error{"no user postgres: apt-get install postgresql-15"};
        if (::chown(name, postgres->pw_uid, postgres->pw_gid) != 0)
            throw std::runtime_error{"cannot give the folder to postgres"};
    }
    run("initdb", "--data-checksums -D " + folder_ +
                      "/data -U postgres -A trust -E UTF8 --locale=C "
                      "--data-checksums");
    std::ofstream{folder_ + "/data/postgresql.auto.conf"}
        << settings << "unix_socket_directories = '" << folder_ << "'\n";
    start();
    sql("postgres", "CREATE ROLE chipledger_owner LOGIN CREATEROLE");
}

TestCluster::~TestCluster()
{
    try {
        stop();
    } catch (const std::exception&) {
        // It is stopped already.
    }
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

// Made by the first test that asks, gone with the process: a function-local static.
TestCluster& TestCluster::shared()
{
    static TestCluster cluster;
    return cluster;
}

std::string TestCluster::create_database(const std::string& name)
{
    const std::string database = name + "_" + std::to_string(++next_database_);
    sql("postgres", "CREATE DATABASE " + database + " OWNER chipledger_owner");
    return database;
}

std::string TestCluster::migrated_database(const std::string& name)
{
    std::string database = create_database(name);
    if (auto done = migrate(owner_conninfo(database)); !done)
        throw std::runtime_error{done.error().detail};
    return database;
}

std::string TestCluster::conninfo(const std::string& user, const std::string& database) const
{
    return "host=" + folder_ + " user=" + user + " dbname=" + database;
}

std::string TestCluster::owner_conninfo(const std::string& database) const
{
    return conninfo("chipledger_owner", database);
}

std::string TestCluster::runtime_conninfo(const std::string& database) const
{
    return conninfo("chipledger", database);
}

std::string TestCluster::superuser_conninfo(const std::string& database) const
{
    return conninfo("postgres", database);
}

void TestCluster::stop() { run("pg_ctl", "-D " + folder_ + "/data -m immediate -w stop"); }

void TestCluster::start()
{
    run("pg_ctl", "-D " + folder_ + "/data -l " + folder_ + "/log -w start");
}

std::string TestCluster::sql(const std::string& database, const std::string& statement) const
{
    pqxx::connection connection{superuser_conninfo(database)};
    pqxx::nontransaction work{connection};
    const pqxx::result rows = work.exec(statement);
    return rows.empty() || rows.columns() == 0 ? std::string{} : std::string{rows[0][0].c_str()};
}

void TestCluster::run(const std::string& program, const std::string& arguments) const
{
    std::string command = programs + program + ' ' + arguments + " >" + folder_ + "/" + program +
                          ".out 2>&1 </dev/null";
    if (is_root())
        command = "cd / && setpriv --reuid=postgres --regid=postgres --clear-groups " + command;
    if (std::system(command.c_str()) != 0)
        throw std::runtime_error{program + " failed: see " + folder_ + "/" + program + ".out"};
}

}  // namespace chipledger
