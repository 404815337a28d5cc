#include "codec/csv.hpp"

#include <algorithm>

#include "codec/table_writer.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view formula_starts = "=+-@\t\r\n";
constexpr std::size_t first_line_max = 64 * 1024;  // So far is looked for the separator.

std::string in_quotes(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

class CsvWriter : public TableWriter {
public:
    explicit CsvWriter(const std::vector<std::string>& columns) : ready_{byte_order_mark}
    {
        row(Cells(columns.begin(), columns.end()));
    }
    void row(const Cells& cells) override
    {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i > 0) ready_ += ',';
            if (cells[i].is_null()) continue;
            ready_ += cells[i].is_string() ? csv_cell(cells[i].get_ref<const std::string&>())
                                           : cells[i].dump();
        }
        ready_ += "\r\n";
    }
    void finish() override {}
    std::string take(std::size_t most) override
    {
        if (ready_.size() <= most) return std::exchange(ready_, {});
        std::string piece = ready_.substr(0, most);
        ready_.erase(0, most);
        return piece;
    }

private:
    std::string ready_;
};

bool begins_formula(std::string_view text)
{
    return !text.empty() && formula_starts.find(text.front()) != std::string_view::npos;
}

}  // namespace

std::string csv_cell(std::string_view text)
{
    // What begins with an apostrophe of its own gets one too, or it could not be read back.
    const bool guarded = begins_formula(text) || text.starts_with('\'');
    const std::string cell = guarded ? '\'' + std::string{text} : std::string{text};
    const bool plain = cell.find_first_of(",;\t\"\r\n") == std::string::npos &&
                       !cell.starts_with(' ') && !cell.ends_with(' ');
    return plain ? cell : in_quotes(cell);
}

std::string csv_text(std::string cell)
{
    const std::string_view rest = std::string_view{cell}.substr(cell.empty() ? 0 : 1);
    if (cell.starts_with('\'') && (begins_formula(rest) || rest.starts_with('\'')))
        cell.erase(0, 1);
    return cell;
}

std::unique_ptr<TableWriter> csv_writer(const std::vector<std::string>& columns)
{
    return std::make_unique<CsvWriter>(columns);
}

void CsvReader::add(std::string_view piece)
{
    held_.erase(0, std::exchange(at_, 0));
    held_ += piece;
}

// The mark and the separator: whichever of them the first line has most of, outside of quotes.
bool CsvReader::begin()
{
    if (separator_ != 0) return true;
    bool quotes = false;
    std::size_t end = 0;
    for (; end < held_.size() && (quotes || held_[end] != '\n'); ++end)
        if (held_[end] == '"') quotes = !quotes;
    if (end == held_.size() && !ended_ && end < first_line_max) return false;
    if (held_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
    std::size_t commas = 0, semicolons = 0, tabs = 0;
    quotes = false;
    for (std::size_t i = at_; i < end; ++i) {
        if (held_[i] == '"') quotes = !quotes;
        if (quotes) continue;
        commas += held_[i] == ',';
        semicolons += held_[i] == ';';
        tabs += held_[i] == '\t';
    }
    separator_ = semicolons > commas && semicolons >= tabs ? ';' : tabs > commas ? '\t' : ',';
    return true;
}

void CsvReader::put(char c)
{
    if (++size_ > row_max_) {
        row_.too_long = true;
        cell_.clear();
        return;
    }
    cell_ += c;
}

void CsvReader::end_cell(Row& row)
{
    if (!row.too_long) row.cells.push_back(std::exchange(cell_, {}));
    cell_.clear();
    was_quoted_ = false;
}

// True when the row is complete.
bool CsvReader::take(char c, Row& row)
{
    if (quoted_ && std::exchange(quote_seen_, false)) {
        if (c == '"') {
            put(c);
            return false;
        }
        quoted_ = false;
    } else if (quoted_) {
        if (c == '"') quote_seen_ = true;
        else put(c);
        return false;
    }
    const bool after_return = std::exchange(return_seen_, false);
    if (c == '"' && cell_.empty() && !was_quoted_) {
        quoted_ = was_quoted_ = true;
    } else if (c == separator_) {
        ++size_;
        if (size_ > row_max_) row.too_long = true;
        end_cell(row);
    } else if (c == '\n') {
        if (after_return && cell_.ends_with('\r')) cell_.pop_back();
        end_cell(row);
        return true;
    } else {
        return_seen_ = c == '\r';
        put(c);
    }
    return false;
}

std::optional<CsvReader::Row> CsvReader::next()
{
    if (!begin()) return {};
    while (at_ < held_.size())
        if (take(held_[at_++], row_)) {
            size_ = 0;
            return std::exchange(row_, {});
        }
    const bool rest = !cell_.empty() || was_quoted_ || !row_.cells.empty() || row_.too_long;
    if (!ended_ || !rest) return {};
    row_.open_quote = quoted_ && !quote_seen_;
    quoted_ = quote_seen_ = false;
    if (std::exchange(return_seen_, false) && cell_.ends_with('\r')) cell_.pop_back();
    end_cell(row_);
    size_ = 0;
    return std::exchange(row_, {});
}

}  // namespace chipledger
