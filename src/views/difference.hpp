#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "domain/state.hpp"

// What differs between two States.
namespace chipledger {

/// {"approvals":{id:{member:{"from","to"}}},"firms":{id:{state:{"from","to"}}}}: only what differs.
/// A firm's viewer sees its own alone.
nlohmann::json differences(const State& from, const State& to, const std::optional<FirmId>& own = {});
/// The same of the approvals and firms among these subjects alone.
nlohmann::json differences(const State& from, const State& to, const std::vector<Subject>& subjects);

/// Units of a batch whose state or approval differs in the same way.
struct MovedUnits {
    BatchId batch{};
    std::int64_t from = 0;
    std::int64_t to = 0;
    std::optional<UnitState> before{};  ///< None: the batch was not there.
    std::optional<UnitState> after{};
};
/// Ascending by batch and unit.
std::vector<MovedUnits> moved_units(const State& from, const State& to);

}  // namespace chipledger
