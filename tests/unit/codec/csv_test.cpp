// Cells that no spreadsheet takes for a formula, and rows as spreadsheets write them.
#include "codec/csv.hpp"

#include "catch.hpp"
#include "codec/table_writer.hpp"

namespace chipledger {

namespace {

using Row = std::vector<std::string>;

const std::vector<std::string> corpus{
    "=1+1",       "=cmd|' /C calc'!A0", "+1",      "-1+2",    "@SUM(A1)", "\tx",     "\rx",
    "\n=1",       "=HYPERLINK(\"http://x\")",      "'quoted", "''=1",     "plain",   "a,b",
    "a;b",        "a\"b",               "a\r\nb",  " space ", "",         "=",       "'",
    "-",          "\xE4\xB8\x8A\xE6\xB5\xB7",      "B01:1-350, B02:7",    "\"",      "=\"a\""};

std::vector<Row> rows_of(const std::string& text, std::size_t piece, std::size_t row_max = 1000)
{
    CsvReader reader{row_max};
    std::vector<Row> rows;
    const auto drain = [&] {
        while (auto row = reader.next()) {
            if (row->too_long) row->cells = {"TOO LONG"};
            if (row->open_quote) row->cells.push_back("OPEN");
            rows.push_back(row->cells);
        }
    };
    for (std::size_t at = 0; at < text.size(); at += piece) {
        reader.add(std::string_view{text}.substr(at, piece));
        drain();
    }
    reader.end();
    drain();
    return rows;
}

}  // namespace

TEST_CASE("no text begins like a formula, and all of it can be read back", "[csv]")
{
    for (const std::string& text : corpus) {
        const std::string cell = csv_cell(text);
        INFO(text << " as " << cell);
        const std::string shown = cell.starts_with('"') ? cell.substr(1) : cell;
        CHECK((shown.empty() || std::string_view{"=+-@\t\r\n"}.find(shown[0]) ==
                                    std::string_view::npos));
        const auto rows = rows_of("h\r\n" + cell + "\r\n", 3);
        REQUIRE(rows.size() == 2);
        CHECK(csv_text(rows[1][0]) == text);
    }
}

TEST_CASE("a table is written by RFC 4180, numbers as numbers", "[csv]")
{
    const auto writer = csv_writer({"id", "n", "note"});
    writer->row({"A-1", -5, "two\nlines"});
    writer->row({"=A", nullptr, true});
    writer->finish();
    CHECK(writer->take(7) == "\xEF\xBB\xBFid,n");
    CHECK(writer->take(1000) == ",note\r\nA-1,-5,\"two\nlines\"\r\n'=A,,true\r\n");
    CHECK(writer->take(1000).empty());
}

TEST_CASE("rows are read whatever their separator, mark and pieces", "[csv]")
{
    const std::vector<Row> expected{{"type", "units"}, {"a\"b", "B01:1-350, B02:7"}, {"", "x"}};
    const std::string with_commas = "type,units\r\n\"a\"\"b\",\"B01:1-350, B02:7\"\r\n,x\r\n";
    const std::string with_semicolons =
        "\xEF\xBB\xBFtype;units\n\"a\"\"b\";B01:1-350, B02:7\n;x";
    const std::string with_tabs = "type\tunits\r\n\"a\"\"b\"\tB01:1-350, B02:7\r\n\tx\r\n";
    for (std::size_t piece = 1; piece < 60; ++piece)
        for (const std::string& text : {with_commas, with_semicolons, with_tabs})
            REQUIRE(rows_of(text, piece) == expected);
    CHECK(rows_of("", 1).empty());
    CHECK(rows_of("a,b", 1) == std::vector<Row>{{"a", "b"}});
}

TEST_CASE("a CR within quotes is of the cell, one outside of them ends the row", "[csv]")
{
    for (const std::size_t piece : {1, 100}) {
        CHECK(rows_of("h\n\"x\r\"\n\"y\r\"", piece) == std::vector<Row>{{"h"}, {"x\r"}, {"y\r"}});
        CHECK(rows_of("h\r\n\"x\"\r\ny\r", piece) == std::vector<Row>{{"h"}, {"x"}, {"y"}});
    }
}

TEST_CASE("a row that is too long costs itself alone, an open quote is said", "[csv]")
{
    const std::string text = "a,b\n" + std::string(5000, 'x') + ",y\nc,d\n\"" +
                             std::string(2000, ',') + "\",z\ne,\"f";
    CHECK(rows_of(text, 7, 100) == std::vector<Row>{{"a", "b"},
                                                    {"TOO LONG"},
                                                    {"c", "d"},
                                                    {"TOO LONG"},
                                                    {"e", "f", "OPEN"}});
}

}  // namespace chipledger
