#include "codec/table.hpp"

#include <algorithm>

namespace chipledger {

namespace {

using Json = nlohmann::json;

bool is_range(const Json& item)
{
    return item.is_object() && item.contains("from") && item.contains("to") &&
           item["from"].is_number_integer() && item["to"].is_number_integer();
}

bool is_wanted(const Json& item)
{
    return item.is_object() && item.size() == 2 && item.contains("batch") &&
           item.contains("count") && item["count"].is_number_integer();
}

bool is_word(const Json& item)
{
    return item.is_string() && !item.get_ref<const std::string&>().empty() &&
           item.get_ref<const std::string&>().find_first_of(",;\"[{\r\n") == std::string::npos;
}

// What is said of a whole range, where it is said; the entry behind it is in JSON and NDJSON.
std::string range_text(const Json& item)
{
    std::string text = item.contains("batch") ? item["batch"].get<std::string>() : std::string{};
    if (is_wanted(item)) return text + " x " + item["count"].dump();
    if (!text.empty()) text += ':';
    text += item["from"].dump();
    if (item["to"] != item["from"]) text += '-' + item["to"].dump();
    for (const char* about : {"state", "approval", "site"})
        if (item.contains(about)) text += ' ' + item[about].get<std::string>();
    return text;
}

Json list_cell(const Json& list)
{
    if (list.empty()) return nullptr;
    const auto all = [&](auto test) { return std::ranges::all_of(list, test); };
    const bool ranges = all([](const Json& item) { return is_range(item) || is_wanted(item); });
    if (!ranges && !all(is_word)) return list.dump();
    std::string text;
    for (const Json& item : list) {
        if (!text.empty()) text += ", ";
        text += ranges ? range_text(item) : item.get<std::string>();
    }
    return text;
}

void flatten(const std::string& path, const Json& value,
             std::vector<std::pair<std::string, Json>>& out)
{
    if (value.is_object()) {
        for (const auto& [name, member] : value.items())
            flatten(path.empty() ? name : path + '.' + name, member, out);
        return;
    }
    out.emplace_back(path, value.is_array() ? list_cell(value) : value);
}

}  // namespace

std::vector<std::pair<std::string, Json>> flattened(const Json& item)
{
    std::vector<std::pair<std::string, Json>> members;
    flatten({}, item, members);
    return members;
}

void Columns::see(const Json& item)
{
    for (const auto& [path, cell] : flattened(item))
        if (std::ranges::find(first_, path) == first_.end())
            others_[path] = path.find('.') != std::string::npos;
}

std::vector<std::string> Columns::names() const
{
    std::vector<std::string> names = first_;
    for (const bool nested : {false, true})
        for (const auto& [path, is_nested] : others_)
            if (is_nested == nested) names.push_back(path);
    return names;
}

Cells cells_of(const Json& item, const std::vector<std::string>& columns)
{
    std::map<std::string, Json> members;
    for (auto& [path, cell] : flattened(item)) members[path] = std::move(cell);
    Cells cells;
    for (const std::string& column : columns) {
        const auto found = members.find(column);
        cells.push_back(found == members.end() ? Json{} : std::move(found->second));
    }
    return cells;
}

}  // namespace chipledger
