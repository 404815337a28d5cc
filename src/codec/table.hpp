#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

// JSON items as rows of a table, for people who open a list in a spreadsheet.
namespace chipledger {

/// A row: each cell null, a string, an integer or a truth value.
using Cells = std::vector<nlohmann::json>;

/// The members of an item by their path ("units.arrived"). Lists become one cell: ranges of units
/// as people write them ("B01:1-350, B02:7"), plain words side by side, anything else as JSON.
std::vector<std::pair<std::string, nlohmann::json>> flattened(const nlohmann::json& item);

/// Which columns a table of such items has. Any two tables have the columns that they share in the
/// same order: those named first, then plain members, then members of members, each by name.
class Columns {
public:
    explicit Columns(std::vector<std::string> first) : first_{std::move(first)} {}
    /// The item's members get a column each.
    void see(const nlohmann::json& item);
    std::vector<std::string> names() const;

private:
    std::vector<std::string> first_;
    std::map<std::string, bool> others_{};  ///< Whether it is a member of a member.
};

/// The item's cells under these columns; members without a column are left out.
Cells cells_of(const nlohmann::json& item, const std::vector<std::string>& columns);

}  // namespace chipledger
