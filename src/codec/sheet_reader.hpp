#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// Workbooks (Office Open XML, ECMA-376 part 1) that people upload.
namespace chipledger {

/// The file is no workbook that can be taken; what() says why, for whoever sent it.
struct SheetFault : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A row that is there; number as the spreadsheet shows it.
struct SheetRow {
    std::int64_t number = 0;
    std::vector<std::string> cells{};  ///< From column A on; "" where nothing is.
};

/// What of a workbook is taken at most, so that a small file cannot become a large one.
struct SheetLimits {
    std::uint64_t unpacked = 256u << 20;  ///< Bytes of XML.
    std::size_t text = 64u << 20;         ///< Bytes in cells.
    std::size_t rows = 100'000;
    std::size_t columns = 512;
};

/// The first sheet's rows, ascending. Cells as text: integers as digits, what is formatted as a
/// date as 2026-02-20 or 2026-02-20T09:00:00, truth as true or false, a formula as what it last
/// came to. Throws SheetFault.
std::vector<SheetRow> read_xlsx(std::string_view bytes, const SheetLimits& limits = {});

}  // namespace chipledger
