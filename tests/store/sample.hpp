#pragma once
#include "store/event_store.hpp"
#include "support/cluster.hpp"

// Rows and databases for the tests of the store.
namespace chipledger::store_test {

/// A migrated database of its own.
class Database {
public:
    std::string runtime() const { return cluster_.runtime_conninfo(name_); }
    std::string owner() const { return cluster_.owner_conninfo(name_); }
    std::string superuser() const { return cluster_.superuser_conninfo(name_); }
    std::string sql(const std::string& statement) const { return cluster_.sql(name_, statement); }

private:
    TestCluster& cluster_ = TestCluster::shared();
    std::string name_ = cluster_.migrated_database("store");
};

inline Time at_minute(int minute)
{
    return Time{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}} +
           std::chrono::minutes{minute};
}

/// An entry at this position; it occurred a minute after the one before, touches firm F-1 or F-2
/// in turn, and batch B.
inline EventRow row(int position)
{
    std::string number = std::to_string(position);
    const std::string id =
        "00000000-0000-7000-8000-" + std::string(12 - number.size(), '0') + number;
    const int firm = position % 2 == 0 ? 2 : 1;
    return {.position = {position},
            .id = id,
            .type = position % 3 == 0 ? "ShipmentCleared" : "ShipmentArrived",
            .occurred_at = at_minute(position),
            .recorded_at = at_minute(100 + position),
            .salt = std::string(32, 's'),
            .bytes = "{\"position\":" + number + "}",
            .subjects = {{"batch", "B", position},
                         {"firm", "F-" + std::to_string(firm), (position + 1) / 2}},
            .principal = position % 2 == 0 ? "li.wei" : "chen.yu"};
}

}  // namespace chipledger::store_test
