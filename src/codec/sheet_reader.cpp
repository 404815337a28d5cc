#include "codec/sheet_reader.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>

#include "codec/sheet_xml.hpp"
#include "codec/zip.hpp"

namespace chipledger {

namespace {

using Attributes = SheetXml::Attributes;

constexpr double seconds_a_day = 86'400;
constexpr double whole_double_max = 9'007'199'254'740'991;  // Beyond it a double skips integers.
constexpr double serial_max = 2'958'466;               // The last day of 9999.

std::string attribute(const Attributes& attributes, const char* name)
{
    const auto found = attributes.find(name);
    return found == attributes.end() ? std::string{} : found->second;
}

/// "_x000D_" is how the format writes a character by its number (ECMA-376 part 1, 22.9.2.19).
std::string unescaped(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned code = 0;
        const bool marked = text.substr(i).starts_with("_x") && i + 6 < text.size() &&
                            text[i + 6] == '_';
        const char* digits = text.data() + i + 2;
        if (!marked || std::from_chars(digits, digits + 4, code, 16).ptr != digits + 4 ||
            code == 0 || code > 0x7F) {
            out += text[i];
            continue;
        }
        out += static_cast<char>(code);
        i += 6;
    }
    return out;
}

/// Whether a number format shows days or hours: one of their letters stands outside of quotes,
/// brackets and escapes.
bool shows_date(std::string_view format)
{
    bool quoted = false, bracketed = false;
    for (std::size_t i = 0; i < format.size(); ++i) {
        const char c = format[i];
        if (c == '"') quoted = !quoted;
        else if (quoted) continue;
        else if (c == '\\' || c == '_' || c == '*') ++i;
        else if (c == '[') bracketed = true;
        else if (c == ']') bracketed = false;
        else if (!bracketed && std::string_view{"yYmMdDhHsS"}.find(c) != std::string_view::npos)
            return true;
    }
    return false;
}

bool is_date_format(int id, const std::map<int, std::string>& own)
{
    const auto found = own.find(id);
    if (found != own.end()) return shows_date(found->second);
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) ||
           (id >= 50 && id <= 58);
}

/// A day's number as spreadsheets count, and of a day its part.
std::string date_text(double serial, bool from_1904)
{
    namespace chrono = std::chrono;
    const auto epoch = from_1904 ? chrono::sys_days{chrono::year{1904} / 1 / 1}
                                 : chrono::sys_days{chrono::year{1899} / 12 / 30};
    const auto seconds = static_cast<std::int64_t>(std::llround(serial * seconds_a_day));
    const auto at = epoch + chrono::seconds{seconds};
    const auto day = chrono::floor<chrono::days>(at);
    const chrono::year_month_day date{day};
    const chrono::hh_mm_ss time{at - day};
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    if (time.to_duration().count() == 0) return text.data();
    std::snprintf(text.data() + 10, text.size() - 10, "T%02d:%02d:%02d",
                  static_cast<int>(time.hours().count()),
                  static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return text.data();
}

std::string number_text(const std::string& text, bool date, bool from_1904)
{
    double number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size()) return text;
    if (date && number >= 0 && number < serial_max) return date_text(number, from_1904);
    if (std::trunc(number) == number && std::abs(number) <= whole_double_max)
        return std::to_string(static_cast<std::int64_t>(number));
    std::array<char, 40> shortest{};
    return {shortest.data(),
            std::to_chars(shortest.data(), shortest.data() + shortest.size(), number).ptr};
}

/// "AB7" is in column 28; 0 for what is no such name.
std::size_t column_of(std::string_view name)
{
    std::size_t column = 0;
    for (const char c : name) {
        if (c < 'A' || c > 'Z' || column > 1'000'000) break;
        column = column * 26 + static_cast<std::size_t>(c - 'A' + 1);
    }
    return column;
}

/// What the workbook says beside its sheets.
struct Book {
    std::string sheet{};  ///< Path of the first one.
    bool from_1904 = false;
    std::vector<std::string> strings{};
    std::vector<bool> date_styles{};
};

void parse(const std::string& xml, SheetXml::Handlers handlers)
{
    if (!handlers.end) handlers.end = [](const std::string&) {};
    if (!handlers.text) handlers.text = [](std::string_view) {};
    SheetXml parser{std::move(handlers)};
    parser.add(xml);
    parser.finish();
}

std::string first_sheet(const std::string& workbook, const std::string& relations, Book& book)
{
    std::string id, target;
    parse(workbook, {.begin = [&](const std::string& name, const Attributes& attributes) {
              if (name == "sheet" && id.empty()) id = attribute(attributes, "id");
              if (name == "workbookPr") {
                  const std::string value = attribute(attributes, "date1904");
                  book.from_1904 = value == "1" || value == "true";
              }
          }});
    parse(relations, {.begin = [&](const std::string& name, const Attributes& attributes) {
              if (name == "Relationship" && attribute(attributes, "Id") == id)
                  target = attribute(attributes, "Target");
          }});
    if (target.empty()) throw SheetFault{"it has no sheet"};
    return target.starts_with('/') ? target.substr(1) : "xl/" + target;
}

std::vector<std::string> strings_in(const std::string& xml, std::size_t text_max)
{
    std::vector<std::string> strings;
    std::size_t size = 0;
    bool wanted = false, phonetic = false;
    const auto begin = [&](const std::string& name, const Attributes&) {
        if (name == "si") strings.emplace_back();
        if (name == "rPh") phonetic = true;
        wanted = name == "t" && !phonetic && !strings.empty();
    };
    const auto end = [&](const std::string& name) {
        wanted = false;
        if (name == "rPh") phonetic = false;
        if (name == "si") strings.back() = unescaped(strings.back());
    };
    const auto text = [&](std::string_view piece) {
        if (!wanted) return;
        if ((size += piece.size()) > text_max) throw SheetFault{"it holds more text than is taken"};
        strings.back() += piece;
    };
    parse(xml, {begin, end, text});
    return strings;
}

std::vector<bool> date_styles_in(const std::string& xml)
{
    std::map<int, std::string> own;
    std::vector<bool> styles;
    bool cells = false;
    const auto number = [](const std::string& text) { return std::atoi(text.c_str()); };
    parse(xml, {.begin =
                    [&](const std::string& name, const Attributes& attributes) {
                        if (name == "cellXfs") cells = true;
                        if (name == "numFmt")
                            own[number(attribute(attributes, "numFmtId"))] =
                                attribute(attributes, "formatCode");
                        if (name == "xf" && cells)
                            styles.push_back(
                                is_date_format(number(attribute(attributes, "numFmtId")), own));
                    },
                .end = [&](const std::string& name) { cells = cells && name != "cellXfs"; }});
    return styles;
}

/// Takes the cells of a sheet as they come.
class SheetParts {
public:
    SheetParts(const Book& book, const SheetLimits& limits) : book_{book}, limits_{limits} {}

    void begin(const std::string& name, const Attributes& attributes)
    {
        if (name == "row") begin_row(attribute(attributes, "r"));
        if (name == "c") begin_cell(attributes);
        if (name == "rPh") phonetic_ = true;
        reading_ = name == "v" || (name == "t" && !phonetic_);
    }
    void end(const std::string& name)
    {
        reading_ = false;
        if (name == "rPh") phonetic_ = false;
        if (name == "c") end_cell();
    }
    void text(std::string_view piece)
    {
        if (!reading_) return;
        if ((size_ += piece.size()) > limits_.text)
            throw SheetFault{"it holds more text than is taken"};
        value_ += piece;
    }
    std::vector<SheetRow> take() { return std::move(rows_); }

private:
    void begin_row(const std::string& number)
    {
        const std::int64_t before = rows_.empty() ? 0 : rows_.back().number;
        std::int64_t at = before + 1;
        if (!number.empty()) std::from_chars(number.data(), number.data() + number.size(), at);
        if (at <= before) throw SheetFault{"its rows are out of order"};
        if (rows_.size() == limits_.rows)
            throw SheetFault{"it has more than " + std::to_string(limits_.rows) +
                             " rows. Send it in parts, or as CSV"};
        rows_.push_back({at, {}});
    }
    void begin_cell(const Attributes& attributes)
    {
        if (rows_.empty()) throw SheetFault{"a cell of it is in no row"};
        const std::size_t column = column_of(attribute(attributes, "r"));
        column_ = column == 0 ? rows_.back().cells.size() : column - 1;
        if (column_ >= limits_.columns || column_ < rows_.back().cells.size())
            throw SheetFault{"row " + std::to_string(rows_.back().number) +
                             " has cells out of order, or too many"};
        kind_ = attribute(attributes, "t");
        const std::size_t style =
            static_cast<std::size_t>(std::atoi(attribute(attributes, "s").c_str()));
        date_ = style < book_.date_styles.size() && book_.date_styles[style];
        value_.clear();
    }
    void end_cell()
    {
        std::string text = cell_text();
        if (text.empty()) return;
        // A shared text counts each time: one long one, named often, is a bomb too.
        if (kind_ == "s" && (size_ += text.size()) > limits_.text)
            throw SheetFault{"it holds more text than is taken"};
        rows_.back().cells.resize(column_);
        rows_.back().cells.push_back(std::move(text));
    }
    std::string cell_text() const
    {
        if (kind_ == "b") return value_.empty() ? "" : value_ == "1" ? "true" : "false";
        if (kind_ == "inlineStr" || kind_ == "str") return unescaped(value_);
        if (kind_ == "s") {
            std::size_t index = 0;
            std::from_chars(value_.data(), value_.data() + value_.size(), index);
            if (index >= book_.strings.size())
                throw SheetFault{"row " + std::to_string(rows_.back().number) +
                                 " names a text that is not there"};
            return book_.strings[index];
        }
        if (kind_.empty() || kind_ == "n") return number_text(value_, date_, book_.from_1904);
        return value_;
    }

    const Book& book_;
    const SheetLimits& limits_;
    std::vector<SheetRow> rows_{};
    std::size_t column_ = 0, size_ = 0;
    std::string kind_{}, value_{};
    bool date_ = false, reading_ = false, phonetic_ = false;
};

Book read_book(std::string_view bytes, const SheetLimits& limits)
{
    static const std::set<std::string> beside{"xl/workbook.xml", "xl/_rels/workbook.xml.rels",
                                              "xl/sharedStrings.xml", "xl/styles.xml"};
    std::map<std::string, std::string> parts;
    const auto wanted = [](const std::string& name) { return beside.contains(name); };
    ZipReader::read_bytes(bytes, {.bytes = limits.unpacked}, wanted,
                          [&](const std::string& name, std::string_view piece) {
                              parts[name] += piece;
                          });
    if (!parts.contains("xl/workbook.xml")) throw SheetFault{"it is no XLSX workbook"};
    Book book;
    book.sheet =
        first_sheet(parts["xl/workbook.xml"], parts["xl/_rels/workbook.xml.rels"], book);
    if (parts.contains("xl/sharedStrings.xml"))
        book.strings = strings_in(parts["xl/sharedStrings.xml"], limits.text);
    if (parts.contains("xl/styles.xml")) book.date_styles = date_styles_in(parts["xl/styles.xml"]);
    return book;
}

std::vector<SheetRow> read_sheet(std::string_view bytes, const SheetLimits& limits)
{
    const Book book = read_book(bytes, limits);
    SheetParts sheet{book, limits};
    SheetXml xml{{[&](const std::string& name, const Attributes& attributes) {
                      sheet.begin(name, attributes);
                  },
                  [&](const std::string& name) { sheet.end(name); },
                  [&](std::string_view text) { sheet.text(text); }}};
    const auto wanted = [&](const std::string& name) { return name == book.sheet; };
    ZipReader::read_bytes(bytes, {.bytes = limits.unpacked}, wanted,
                          [&](const std::string&, std::string_view piece) {
                              if (!piece.empty()) xml.add(piece);
                          });
    xml.finish();
    return sheet.take();
}

}  // namespace

std::vector<SheetRow> read_xlsx(std::string_view bytes, const SheetLimits& limits)
{
    try {
        return read_sheet(bytes, limits);
    } catch (const ZipFault& fault) {
        throw SheetFault{fault.what()};
    }
}

}  // namespace chipledger
