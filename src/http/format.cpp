#include "http/format.hpp"

#include <array>

#include "http/accept.hpp"

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
    const Accept accept{request};
    if (accept.says_nothing()) return Format::json;
    const Row* best = nullptr;
    double most = 0;
    for (const Row& row : formats)
        if (const double liked = accept.weight(row.media_type); liked > most) {
            best = &row;
            most = liked;
        }
    if (best) return best->format;
    return Refusal{.code = Code::not_acceptable,
                   .detail = "This is to be had as application/json, text/csv, "
                             "application/x-ndjson and as an XLSX spreadsheet."};
}

}  // namespace chipledger
