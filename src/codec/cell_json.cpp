#include "codec/cell_json.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <regex>
#include <vector>

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::string_view blanks = " \t\r\n";

std::string trimmed(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == text.npos) return {};
    return std::string{text.substr(first, text.find_last_not_of(blanks) - first + 1)};
}

/// The parts between any of `marks`, trimmed; empty ones are left out.
std::vector<std::string> parts_of(std::string_view text, std::string_view marks)
{
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(marks), text.size());
        if (std::string part = trimmed(text.substr(0, end)); !part.empty())
            parts.push_back(std::move(part));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::optional<std::int64_t> integer(const std::string& text)
{
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size() || text.empty()) return {};
    return number;
}

/// "B01:1-350", "B01:7", "B01 x 20".
std::optional<Json> units_part(const std::string& part)
{
    // The second dash is U+2013, which spreadsheets like to make of a hyphen.
    static const std::regex range{"([A-Za-z0-9][A-Za-z0-9._-]*)\\s*:\\s*(\\d{1,9})"
                                  "(?:\\s*(?:-|\xE2\x80\x93)\\s*(\\d{1,9}))?"};
    static const std::regex any{R"(([A-Za-z0-9][A-Za-z0-9._-]*)\s+[xX]\s+(\d{1,9}))"};
    std::smatch found;
    if (std::regex_match(part, found, range)) {
        const std::int64_t from = std::stoll(found[2]);
        const std::int64_t to = found[3].matched ? std::stoll(found[3]) : from;
        return Json{{"batch", found[1].str()}, {"from", from}, {"to", to}};
    }
    if (std::regex_match(part, found, any))
        return Json{{"batch", found[1].str()}, {"count", std::stoll(found[2])}};
    return {};
}

/// "T1:1000" under these names; the second is an integer where `counted`.
std::optional<Json> pair_part(const std::string& part, const char* first, const char* second,
                              bool counted)
{
    const std::size_t colon = part.find(':');
    if (colon == part.npos) return {};
    const std::string value = trimmed(std::string_view{part}.substr(colon + 1));
    const auto number = integer(value);
    if (counted && !number) return {};
    return Json{{first, trimmed(std::string_view{part}.substr(0, colon))},
                {second, counted ? Json(*number) : Json(value)}};
}

template <class Read>
Json list_of(const std::string& cell, const Read& read)
{
    Json list = Json::array();
    for (const std::string& part : parts_of(cell, ",;\n")) {
        std::optional<Json> item = read(part);
        if (!item) return cell;
        list.push_back(std::move(*item));
    }
    return list;
}

Json list_cell(const std::string& cell, const Json& items)
{
    const Json members = items.value("properties", Json::object());
    if (members.contains("batch")) return list_of(cell, units_part);
    const auto pairs = [&](const char* first, const char* second, bool counted) {
        return list_of(cell, [&](const std::string& part) {
            return pair_part(part, first, second, counted);
        });
    };
    if (members.contains("tier")) return pairs("tier", "units", true);
    if (members.contains("ref")) return pairs("type", "ref", false);
    // Of a condition, commas are a part.
    const std::string_view marks = items.contains("oneOf") ? "\n" : ",;\n";
    return parts_of(cell, marks);
}

}  // namespace

Json cell_json(const std::string& cell, const Json& schema)
{
    if (cell.starts_with('[') || cell.starts_with('{')) {
        Json json = Json::parse(cell, nullptr, false);
        return json.is_discarded() ? Json(cell) : json;
    }
    if (schema.contains("oneOf")) {
        for (const Json& one : schema["oneOf"])
            if (Json value = cell_json(cell, one); !value.is_string()) return value;
        return cell;
    }
    const Json type = schema.value("type", Json{});
    if (type == "integer") {
        const auto number = integer(trimmed(cell));
        return number ? Json(*number) : Json(cell);
    }
    if (type == "array") return list_cell(cell, schema.value("items", Json::object()));
    return cell;
}

std::string cell_time(const std::string& cell, const std::string& offset)
{
    static const std::regex time{
        R"((\d{4}-\d\d-\d\d)(?:[Tt ]+(\d\d:\d\d)(:\d\d(?:\.\d{1,6})?)?)?\s*([Zz]|[+-]\d\d:\d\d)?)"};
    std::smatch found;
    const std::string text = trimmed(cell);
    if (!std::regex_match(text, found, time)) return cell;
    const std::string minutes = found[2].matched ? found[2].str() : "00:00";
    const std::string seconds = found[3].matched ? found[3].str() : ":00";
    return found[1].str() + 'T' + minutes + seconds + (found[4].matched ? found[4].str() : offset);
}

}  // namespace chipledger
