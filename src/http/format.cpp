#include "http/format.hpp"

#include <array>
#include <cmath>
#include <cstdlib>

#include "http/target.hpp"

namespace chipledger {

namespace {

struct Row {
    Format format;
    std::string_view name;
    std::string_view media_type;
};

// In the order in which they are given to those who like several equally.
constexpr std::array<Row, 4> formats{{
    {Format::json, "json", "application/json"},
    {Format::csv, "csv", "text/csv"},
    {Format::xlsx, "xlsx",
     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {Format::ndjson, "ndjson", "application/x-ndjson"},
}};

std::string_view trimmed(std::string_view text)
{
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

std::string_view cut(std::string_view& rest, char at)
{
    const std::string_view part = rest.substr(0, rest.find(at));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    return trimmed(part);
}

/// How exactly the range names the type: 3 itself, 2 its kind, 1 anything, 0 not at all.
int match(std::string_view range, std::string_view type)
{
    if (range == type) return 3;
    if (range == "*/*") return 1;
    const std::string_view kind = type.substr(0, type.find('/') + 1);
    return range.ends_with("/*") && range.substr(0, range.size() - 1) == kind ? 2 : 0;
}

/// The weight that Accept gives to this type: that of the range that names it most exactly.
double weight(const std::string& accept, std::string_view type)
{
    int best = 0;
    double weight = 0;
    for (std::string_view rest = accept; !rest.empty();) {
        std::string_view item = cut(rest, ',');
        const std::string_view range = cut(item, ';');
        double quality = 1;
        while (!item.empty())
            if (const std::string_view part = cut(item, ';'); part.starts_with("q="))
                quality = std::strtod(std::string{part.substr(2)}.c_str(), nullptr);
        const int exact = match(range, type);
        if (exact > best) {
            best = exact;
            weight = std::isfinite(quality) ? quality : 0;
        }
    }
    return weight;
}

}  // namespace

std::string_view media_type_of(Format format)
{
    return format == Format::csv ? "text/csv; charset=utf-8; header=present"
                                 : formats[static_cast<std::size_t>(format)].media_type;
}

std::string_view name_of(Format format) { return formats[static_cast<std::size_t>(format)].name; }

Result<Format> format_of(const Request& request)
{
    if (const auto wanted = request.parameter("format")) {
        for (const Row& row : formats)
            if (row.name == *wanted) return row.format;
        return Refusal{Code::malformed, "?format", "Send json, csv, xlsx or ndjson."};
    }
    const auto header = request.header("accept");
    if (!header || trimmed(*header).empty()) return Format::json;
    const std::string accept = lower(*header);
    const Row* best = nullptr;
    double most = 0;
    for (const Row& row : formats)
        if (const double liked = weight(accept, row.media_type); liked > most) {
            best = &row;
            most = liked;
        }
    if (best) return best->format;
    return Refusal{.code = Code::not_acceptable,
                   .detail = "This is to be had as application/json, text/csv, "
                             "application/x-ndjson and as an XLSX spreadsheet."};
}

}  // namespace chipledger
