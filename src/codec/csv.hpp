#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// CSV as spreadsheets write it (RFC 4180, and what they do besides).
namespace chipledger {

/// A text as a cell, kept from being a formula.
std::string csv_cell(std::string_view text);
/// What such a cell said.
std::string csv_text(std::string cell);

/// Reads rows from pieces of any size: with or without a byte order mark, `,` or `;` (or a tab)
/// between cells as the first row has it, CRLF or LF. A row that is longer than `row_max` bytes
/// comes as too_long.
class CsvReader {
public:
    explicit CsvReader(std::size_t row_max) : row_max_{row_max} {}

    struct Row {
        std::vector<std::string> cells{};
        bool too_long = false;
        bool open_quote = false;  ///< The file ended within a quoted cell.
    };
    void add(std::string_view piece);
    /// There is no more.
    void end() { ended_ = true; }
    /// The next row, or nothing until there is more.
    std::optional<Row> next();

private:
    bool begin();
    bool take(char c, Row& row);
    void put(char c);
    void end_cell(Row& row);

    std::size_t row_max_;
    std::string held_{};
    std::size_t at_ = 0;
    char separator_ = 0;
    bool ended_ = false;
    Row row_{};
    std::string cell_{};
    std::size_t size_ = 0;
    bool quoted_ = false, was_quoted_ = false;  ///< Within quotes; the cell began with one.
    bool quote_seen_ = false;                   ///< Within quotes, a quote that may end them.
    bool return_seen_ = false;                  ///< Outside of quotes, a CR that may end the row.
};

}  // namespace chipledger
