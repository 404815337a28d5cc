#include <array>

#include "codec/sheet_reader.hpp"
#include "codec/zip.hpp"
#include "fuzz/fuzz.hpp"

namespace chipledger::fuzz {

namespace {

/// A workbook of these parts, one after the other, with a NUL between them. A fuzzer would hardly
/// guess the checksums of a zip.
std::string workbook_of(std::string_view bytes)
{
    constexpr std::array<const char*, 5> names{"xl/workbook.xml", "xl/_rels/workbook.xml.rels",
                                               "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml",
                                               "xl/styles.xml"};
    ZipWriter zip;
    for (const char* name : names) {
        if (bytes.empty()) break;
        zip.begin(name);
        zip.write(take_until(bytes, '\0'));
    }
    zip.finish();
    return zip.take();
}

}  // namespace

void sheet(std::string_view bytes)
{
    const SheetLimits limits{.unpacked = 1 << 20, .text = 1 << 16, .rows = 100, .columns = 64};
    try {
        const std::string file = bytes.starts_with("PK") ? std::string{bytes} : workbook_of(bytes);
        std::int64_t before = 0;
        for (const SheetRow& row : read_xlsx(file, limits)) {
            require(row.number > before, "rows come ascending");
            require(row.cells.size() <= limits.columns, "rows have no more columns than are taken");
            before = row.number;
        }
    } catch (const SheetFault&) {
    }
}

}  // namespace chipledger::fuzz
