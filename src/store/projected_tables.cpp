#include "store/projected_tables.hpp"

#include <algorithm>

namespace chipledger
{

namespace
{

constexpr ProjectedColumn firm_columns[]{{"firm", "text"},
                                         {"name", "text"},
                                         {"tier", "text"},
                                         {"sector", "text"},
                                         {"registered", "bigint"}};
constexpr ProjectedColumn application_columns[]{{"application", "text"},
                                                {"firm", "text"},
                                                {"sku", "text"},
                                                {"qty", "bigint"},
                                                {"end_use", "text"},
                                                {"status", "text"},
                                                {"submitted_at", "timestamptz"},
                                                {"approval", "text"}};
constexpr ProjectedColumn approval_columns[]{
    {"approval", "text"},     {"firm", "text"},      {"application", "text"},
    {"sku", "text"},          {"end_use", "text"},   {"period", "text"},
    {"valid_from", "date"},   {"valid_to", "date"},  {"status", "text"},
    {"carried_from", "text"}, {"granted", "bigint"}, {"available", "bigint"},
    {"reserved", "bigint"},   {"drawn", "bigint"},   {"forfeited", "bigint"},
    {"carried_out", "bigint"}};
constexpr ProjectedColumn condition_columns[]{
    {"approval", "text"},    {"number", "bigint"},  {"firm", "text"}, {"code", "text"},
    {"allow", "text"},       {"max", "bigint"},     {"text", "text"}, {"due", "date"},
    {"evidenced", "bigint"}, {"breached", "bigint"}};
constexpr ProjectedColumn batch_columns[]{{"batch", "text"},       {"sku", "text"},
                                          {"qty", "bigint"},       {"origin", "text"},
                                          {"supplier", "text"},    {"export_licence", "text"},
                                          {"certificate", "text"}, {"registered", "bigint"}};
constexpr ProjectedColumn holding_columns[]{
    {"batch", "text"}, {"state", "text"}, {"approval", "text"}, {"shipment", "text"},
    {"site", "text"},  {"firm", "text"},  {"sku", "text"},      {"units", "bigint"}};
constexpr ProjectedColumn shipment_columns[]{{"shipment", "text"},
                                             {"approval", "text"},
                                             {"firm", "text"},
                                             {"carrier", "text"},
                                             {"port", "text"},
                                             {"office", "text"},
                                             {"dispatched_at", "timestamptz"},
                                             {"dispatched", "bigint"}};
constexpr ProjectedColumn policy_columns[]{
    {"period", "text"},           {"tier", "text"},           {"units", "bigint"},
    {"policy_version", "bigint"}, {"critical_pct", "bigint"}, {"carry_over_max_pct", "bigint"}};
constexpr ProjectedColumn movement_columns[]{
    {"position", "bigint"}, {"approval", "text"},           {"firm", "text"},
    {"type", "text"},       {"occurred_at", "timestamptz"}, {"recorded_at", "timestamptz"},
    {"granted", "bigint"},  {"available", "bigint"},        {"reserved", "bigint"},
    {"drawn", "bigint"},    {"forfeited", "bigint"},        {"carried_out", "bigint"}};

// One row for each Projected, in its order.
constexpr ProjectedTable all_tables[projected_count]{
    {"firm", firm_columns, 1},         {"application", application_columns, 1},
    {"approval", approval_columns, 1}, {"condition", condition_columns, 2},
    {"batch", batch_columns, 1},       {"holding", holding_columns, 5},
    {"shipment", shipment_columns, 1}, {"policy", policy_columns, 2},
    {"movement", movement_columns, 2}};

// Numbers of a key are positive and written without leading zeros: the longer one is greater.
int compare_keys(const ProjectedTable& table, const ProjectedRow& a, const ProjectedRow& b)
{
    for (std::size_t i = 0; i < table.key; ++i) {
        const std::string &left = *a[i], &right = *b[i];
        const bool number = table.columns[i].type[0] == 'b';
        if (number && left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
        if (const int order = left.compare(right)) return order;
    }
    return 0;
}

std::string named(const ProjectedTable& table, const ProjectedRow& row)
{
    std::string text = table.name;
    for (std::size_t i = 0; i < table.key; ++i) text += ' ' + *row[i];
    return text;
}

/// The end of the rows that are about the same thing as rows[from].
std::size_t end_of_thing(const std::vector<ProjectedRow>& rows, std::size_t from)
{
    std::size_t to = from + 1;
    while (to < rows.size() && rows[to][0] == rows[from][0]) ++to;
    return to;
}

void change_table(const std::vector<ProjectedRow>& before, std::vector<ProjectedRow>& after,
                  std::set<std::string>& gone, std::vector<ProjectedRow>& come)
{
    std::size_t i = 0, j = 0;
    while (i < before.size() || j < after.size()) {
        const bool old_first =
            j == after.size() || (i < before.size() && *before[i][0] < *after[j][0]);
        const bool new_first = !old_first && (i == before.size() || *after[j][0] < *before[i][0]);
        const std::size_t i_end = new_first ? i : end_of_thing(before, i);
        const std::size_t j_end = old_first ? j : end_of_thing(after, j);
        const auto at = [](auto& rows, std::size_t n) {
            return rows.begin() + static_cast<std::ptrdiff_t>(n);
        };
        if (!std::equal(at(before, i), at(before, i_end), at(after, j), at(after, j_end))) {
            if (i != i_end) gone.insert(*before[i][0]);
            std::move(at(after, j), at(after, j_end), std::back_inserter(come));
        }
        i = i_end;
        j = j_end;
    }
}

}  // namespace

const ProjectedTable& table_of(Projected table)
{
    return all_tables[static_cast<std::size_t>(table)];
}

void ProjectedRows::sort()
{
    for (std::size_t i = 0; i < projected_count; ++i)
        std::ranges::sort(tables[i], [&](const ProjectedRow& a, const ProjectedRow& b) {
            return compare_keys(all_tables[i], a, b) < 0;
        });
}

ProjectedChange change_between(const ProjectedRows& before, ProjectedRows after)
{
    ProjectedChange change;
    for (std::size_t i = 0; i < projected_count; ++i) {
        if (static_cast<Projected>(i) == Projected::movement)
            change.come.tables[i] = std::move(after.tables[i]);
        else
            change_table(before.tables[i], after.tables[i], change.gone[i], change.come.tables[i]);
    }
    return change;
}

std::string difference(Projected table, const std::vector<ProjectedRow>& wanted,
                       const std::vector<ProjectedRow>& found)
{
    const ProjectedTable& about = table_of(table);
    for (std::size_t i = 0; i < wanted.size() || i < found.size(); ++i) {
        if (i < wanted.size() && i < found.size() && wanted[i] == found[i]) continue;
        const int order = i == wanted.size()  ? 1
                          : i == found.size() ? -1
                                              : compare_keys(about, wanted[i], found[i]);
        if (order < 0) return named(about, wanted[i]) + " is missing";
        if (order > 0) return named(about, found[i]) + " is not in the log";
        for (std::size_t c = 0; c < about.columns.size(); ++c)
            if (wanted[i][c] != found[i][c])
                return named(about, wanted[i]) + ": " + about.columns[c].name + " is " +
                       found[i][c].value_or("NULL") + ", the log says " +
                       wanted[i][c].value_or("NULL");
    }
    return {};
}

}  // namespace chipledger
