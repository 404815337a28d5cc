#pragma once
#include <memory>
#include <string>
#include <vector>

#include "codec/table.hpp"
#include "domain/time.hpp"

namespace chipledger {

/// Writes a table, row by row, in memory that does not grow with it.
class TableWriter {
public:
    virtual ~TableWriter() = default;
    virtual void row(const Cells& cells) = 0;
    /// There are no more rows. May take a second for a large one.
    virtual void finish() = 0;
    /// At most this many of the bytes that are ready; "" when none are.
    virtual std::string take(std::size_t most) = 0;
};

/// RFC 4180 in UTF-8 with a byte order mark, CRLF at the end of each row. Text that a spreadsheet
/// would take for a formula begins with an apostrophe; numbers stay numbers.
std::unique_ptr<TableWriter> csv_writer(const std::vector<std::string>& columns);

/// Office Open XML, one sheet with a frozen header: numbers as numbers, text always as text. Goes
/// through temporary files. The same rows and `made` give the same bytes. Throws where the
/// temporary folder cannot be written.
std::unique_ptr<TableWriter> xlsx_writer(const std::vector<std::string>& columns,
                                         const std::string& sheet, Time made);

}  // namespace chipledger
