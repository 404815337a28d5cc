#pragma once
#include <string>

namespace chipledger {

/// A private PostgreSQL 15 cluster for tests: unix socket alone, in a temporary folder, fsync on;
/// gone when the process ends. Roles: the superuser, chipledger_owner (owns databases, makes
/// roles) and, after a migration, chipledger (runtime).
class TestCluster {
public:
    /// Starts it; throws std::runtime_error when that fails.
    TestCluster();
    ~TestCluster();
    TestCluster(const TestCluster&) = delete;
    TestCluster& operator=(const TestCluster&) = delete;

    /// The one cluster of this process, started at first use.
    static TestCluster& shared();

    /// A new database owned by chipledger_owner, not migrated; `name` begins its name.
    std::string create_database(const std::string& name = "test");
    /// The same, migrated.
    std::string migrated_database(const std::string& name = "test");

    std::string owner_conninfo(const std::string& database) const;
    std::string runtime_conninfo(const std::string& database) const;
    std::string superuser_conninfo(const std::string& database) const;
    const std::string& folder() const { return folder_; }

    /// As a crash of the machine would (pg_ctl -m immediate).
    void stop();
    void start();

    /// Runs SQL as the superuser; the first column of the first row, or "". Throws when it fails.
    std::string sql(const std::string& database, const std::string& statement) const;

private:
    std::string conninfo(const std::string& user, const std::string& database) const;
    void run(const std::string& program, const std::string& arguments) const;

    std::string folder_;
    int next_database_ = 0;
};

}  // namespace chipledger
