#include "codec/proposal_table.hpp"

#include <algorithm>
#include <set>

#include "codec/cell_json.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;
using Members = ProposalTable::Members;

const std::set<std::string> envelope{"type", "occurred_at", "reason", "documents",
                                     "idempotency_key"};
/// What the ledger has said of an entry or a row, and says anew.
const std::set<std::string> said{"position",      "id",         "v",
                                 "recorded_at",   "subjects",   "actor.principal",
                                 "actor.role",    "actor.firm", "confirmed_by.principal",
                                 "confirmed_by.role", "confirmed_by.firm"};
const std::set<std::string> verdict{"position", "code", "detail"};
const std::string data = "data.";

std::string tidy(const std::string& name)
{
    const std::size_t first = name.find_first_not_of(" \t");
    if (first == name.npos) return {};
    std::string text = name.substr(first, name.find_last_not_of(" \t") - first + 1);
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

/// The member of data that a column names.
std::string member_of(const std::string& column)
{
    return column.starts_with(data) ? column.substr(data.size()) : column;
}

/// The members of each event's data. Made once: the schemas cost more than a small file.
const std::map<std::string, Members>& types()
{
    static const std::map<std::string, Members> all = [] {
        std::map<std::string, Members> made;
        for (const EventInfo& info : catalogue())
            for (const MemberInfo& member : info.members)
                made[std::string{info.type}][member.name] = member.schema;
        return made;
    }();
    return all;
}

bool is_member(const std::string& name)
{
    return std::ranges::any_of(types(),
                               [&](const auto& type) { return type.second.contains(name); });
}

}  // namespace

Result<ProposalTable> ProposalTable::of(const std::vector<std::string>& header, std::string type,
                                        std::string offset)
{
    ProposalTable table;
    table.type_ = std::move(type);
    table.offset_ = std::move(offset);
    std::set<std::string> seen;
    if (!table.type_.empty() && !types().contains(table.type_))
        return malformed("?type", "There is no such event. GET /v1/event-types names them all.");
    for (std::size_t i = 0; i < header.size(); ++i) {
        std::string name = tidy(header[i]);
        if (!name.empty() && !seen.insert(name).second)
            return malformed(header[i], "This column comes twice. Leave one out.");
        const bool known = envelope.contains(name) || is_member(member_of(name));
        const bool passed = name.empty() || said.contains(name) || verdict.contains(name);
        if (!known && !passed)
            return malformed(header[i].substr(0, 100),
                             "There is no such column. A column is type, occurred_at, reason, "
                             "documents, idempotency_key or a member of an event's data.");
        if (!name.empty() && !verdict.contains(name)) {
            table.repeated_.push_back(header[i]);
            table.repeated_at_.push_back(i);
        }
        table.columns_.push_back(known ? std::move(name) : std::string{});
    }
    if (table.type_.empty() && !table.has("type"))
        return malformed("type", "Name the rows' events in a column type, or all by ?type=.");
    return table;
}

bool ProposalTable::has(const std::string& column) const
{
    return std::ranges::find(columns_, column) != columns_.end();
}

void ProposalTable::put(Json& body, const Members& members, const std::string& column,
                        const std::string& cell) const
{
    // Most events have a reason of their own: that is what a column reason means to people.
    const bool own_reason =
        column == "reason" && members.contains("reason") && !has(data + "reason");
    if (column == "occurred_at") {
        body[column] = cell_time(cell, offset_);
    } else if (column == "documents") {
        static const Json schema = entry_schema()["properties"]["documents"];
        body[column] = cell_json(cell, schema);
    } else if (envelope.contains(column) && !own_reason) {
        body[column] = cell;
    } else {
        const std::string member = member_of(column);
        const auto found = members.find(member);
        Json& value = body["data"][member];
        value = found == members.end() ? Json(cell) : cell_json(cell, found->second);
        const bool day = found != members.end() && found->second.value("format", "") == "date";
        constexpr std::string_view midnight = "T00:00:00";
        if (day && cell.ends_with(midnight)) value = cell.substr(0, cell.size() - midnight.size());
    }
}

Result<Json> ProposalTable::proposal(const std::vector<std::string>& cells) const
{
    std::string type = type_;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i >= columns_.size() && !cells[i].empty())
            return malformed("", "The row has more cells than there are columns.");
        if (i < columns_.size() && columns_[i] == "type" && !cells[i].empty()) type = cells[i];
    }
    static const Members none;
    const auto found = types().find(type);
    const Members& members = found == types().end() ? none : found->second;
    Json body{{"type", type}, {"data", Json::object()}};
    for (std::size_t i = 0; i < std::min(cells.size(), columns_.size()); ++i)
        if (!columns_[i].empty() && columns_[i] != "type" && !cells[i].empty())
            put(body, members, columns_[i], cells[i]);
    return body;
}

std::vector<std::string> ProposalTable::repeated(const std::vector<std::string>& cells) const
{
    std::vector<std::string> out;
    for (const std::size_t at : repeated_at_) out.push_back(at < cells.size() ? cells[at] : "");
    return out;
}

}  // namespace chipledger
