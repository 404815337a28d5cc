#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "codec/table_writer.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;
namespace files = std::filesystem;

constexpr std::size_t text_max = 32'767;  // Characters of a cell, says the format.
constexpr std::size_t sheet_name_max = 31;
constexpr std::string_view cut_mark = " … (cut: the whole is in CSV and NDJSON)";
constexpr double column_width = 16;

void must(bool good)
{
    if (!good) throw std::runtime_error{"a spreadsheet cannot be written to the temporary folder"};
}

/// A folder of its own, gone with the object.
class Folder {
public:
    Folder() { must(mkdtemp(path_.data()) != nullptr); }
    ~Folder()
    {
        std::error_code ignored;
        files::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    std::string& path() { return path_; }

private:
    std::string path_ = (files::temp_directory_path() / "chipledger-sheet-XXXXXX").string();
};

/// "_x0041_" is how the format writes a character by its number (ECMA-376 part 1, 22.9.2.19); text
/// that looks like it is written with its own first character by number.
std::string unmistakable(const std::string& text)
{
    static constexpr std::string_view mark = "_x005F";
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto hex = [&](std::size_t k) {
            return std::isxdigit(static_cast<unsigned char>(text[i + k])) != 0;
        };
        if (text[i] == '_' && i + 6 < text.size() && text[i + 1] == 'x' && text[i + 6] == '_' &&
            hex(2) && hex(3) && hex(4) && hex(5))
            out += mark;
        out += text[i];
    }
    return out;
}

/// No longer than a cell may be, not cut within a character; a cut is said. Bytes are at least as
/// many as characters.
std::string fitting(const std::string& text)
{
    if (text.size() <= text_max) return text;
    std::size_t end = text_max - cut_mark.size();
    while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
    return text.substr(0, end) + std::string{cut_mark};
}

class XlsxWriter : public TableWriter {
public:
    XlsxWriter(const std::vector<std::string>& columns, const std::string& sheet, Time made)
        : file_{folder_.path() + "/table.xlsx"}
    {
        lxw_workbook_options options{};
        options.constant_memory = LXW_TRUE;
        options.tmpdir = folder_.path().data();
        workbook_ = workbook_new_opt(file_.c_str(), &options);
        must(workbook_ != nullptr);
        lxw_doc_properties properties{};
        properties.created = std::chrono::duration_cast<std::chrono::seconds>(
                                 made.time_since_epoch()).count();
        workbook_set_properties(workbook_, &properties);
        sheet_ = workbook_add_worksheet(workbook_, sheet.substr(0, sheet_name_max).c_str());
        must(sheet_ != nullptr);
        lxw_format* bold = workbook_add_format(workbook_);
        format_set_bold(bold);
        worksheet_freeze_panes(sheet_, 1, 0);
        if (!columns.empty())
            worksheet_set_column(sheet_, 0, static_cast<lxw_col_t>(columns.size() - 1),
                                 column_width, nullptr);
        for (std::size_t i = 0; i < columns.size(); ++i)
            must(worksheet_write_string(sheet_, 0, static_cast<lxw_col_t>(i), columns[i].c_str(),
                                        bold) == LXW_NO_ERROR);
    }
    ~XlsxWriter() override
    {
        if (workbook_) workbook_close(workbook_);
    }

    void row(const Cells& cells) override
    {
        ++row_;
        for (std::size_t i = 0; i < cells.size(); ++i)
            must(write(static_cast<lxw_col_t>(i), cells[i]) == LXW_NO_ERROR);
    }
    void finish() override
    {
        must(workbook_close(std::exchange(workbook_, nullptr)) == LXW_NO_ERROR);
        in_.open(file_, std::ios::binary);
        must(bool(in_));
    }
    std::string take(std::size_t most) override
    {
        if (!in_.is_open()) return {};
        std::string piece(most, '\0');
        in_.read(piece.data(), static_cast<std::streamsize>(most));
        piece.resize(static_cast<std::size_t>(in_.gcount()));
        return piece;
    }

private:
    lxw_error write(lxw_col_t column, const Json& cell)
    {
        if (cell.is_null()) return LXW_NO_ERROR;
        if (cell.is_boolean())
            return worksheet_write_boolean(sheet_, row_, column, cell.get<bool>(), nullptr);
        if (cell.is_number())
            return worksheet_write_number(sheet_, row_, column, cell.get<double>(), nullptr);
        const std::string text = fitting(unmistakable(cell.get_ref<const std::string&>()));
        if (text.empty()) return LXW_NO_ERROR;
        return worksheet_write_string(sheet_, row_, column, text.c_str(), nullptr);
    }

    Folder folder_{};
    std::string file_;
    lxw_workbook* workbook_ = nullptr;
    lxw_worksheet* sheet_ = nullptr;
    lxw_row_t row_ = 0;
    std::ifstream in_{};
};

}  // namespace

std::unique_ptr<TableWriter> xlsx_writer(const std::vector<std::string>& columns,
                                         const std::string& sheet, Time made)
{
    return std::make_unique<XlsxWriter>(columns, sheet, made);
}

}  // namespace chipledger
