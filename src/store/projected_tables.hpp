#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace chipledger
{

/// The tables of schema projected (migration 0010), in the order of their digest.
enum class Projected {
    firm,
    application,
    approval,
    condition,
    batch,
    holding,
    shipment,
    policy,
    movement
};
inline constexpr std::size_t projected_count = 9;

struct ProjectedColumn {
    const char* name = "";
    const char* type = "";  ///< As PostgreSQL names it.
};

/// A table without its generation. The first column names the thing that the row is about; rows
/// are in the order of the first `key` columns, text by its bytes.
struct ProjectedTable {
    const char* name = "";
    std::span<const ProjectedColumn> columns{};
    std::size_t key = 1;
};
const ProjectedTable& table_of(Projected table);

/// A value in PostgreSQL's text form (TimeZone UTC, DateStyle ISO); none for NULL.
using Cell = std::optional<std::string>;
using ProjectedRow = std::vector<Cell>;

/// Rows of every table, each in the order of its key.
struct ProjectedRows {
    std::array<std::vector<ProjectedRow>, projected_count> tables{};

    std::vector<ProjectedRow>& of(Projected table)
    {
        return tables[static_cast<std::size_t>(table)];
    }
    const std::vector<ProjectedRow>& of(Projected table) const
    {
        return tables[static_cast<std::size_t>(table)];
    }
    void sort();
};

/// What turns one set of rows into another: all rows of the things in `gone`, then `come`.
struct ProjectedChange {
    std::array<std::set<std::string>, projected_count> gone{};
    ProjectedRows come{};
};

/// Movements are added, never taken away: those of `after` come.
ProjectedChange change_between(const ProjectedRows& before, ProjectedRows after);

/// The first row of `wanted` that `found` has not, or the other way round, in words; "" when the
/// two are the same.
std::string difference(Projected table, const std::vector<ProjectedRow>& wanted,
                       const std::vector<ProjectedRow>& found);

}  // namespace chipledger
