#include "http/import_rows.hpp"

#include <algorithm>

#include "codec/csv.hpp"
#include "codec/json_profile.hpp"
#include "codec/proposal_table.hpp"
#include "codec/sheet_reader.hpp"
#include "ledger/on_thread.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;
using FoundRow = Result<std::optional<ImportRow>>;

constexpr std::size_t row_max = 64 * 1024;
constexpr std::size_t workbook_max = 16u << 20;

Refusal row_too_large()
{
    return {.code = Code::too_large,
            .detail = "A row has at most " + std::to_string(row_max) + " bytes."};
}

/// Lines of a body, whatever the pieces it comes in.
class Lines {
public:
    explicit Lines(BodyReader& body) : body_{body} {}

    /// The next line without its end; one that is too long comes cut to row_max + 1 bytes.
    asio::awaitable<Result<std::optional<std::string>>> next()
    {
        while (true) {
            const std::size_t end = held_.find('\n', from_);
            if (end != std::string::npos) co_return std::optional{take(end, end + 1)};
            held_.erase(0, std::exchange(from_, 0));
            if (held_.size() > row_max) shorten();
            if (ended_ && held_.empty() && !long_) co_return std::optional<std::string>{};
            if (ended_) co_return std::optional{take(held_.size(), held_.size())};
            Result<std::optional<std::string>> piece = co_await body_.next();
            if (!piece) co_return piece.error();
            ended_ = !piece->has_value();
            if (!ended_) held_ += **piece;
        }
    }

private:
    std::string take(std::size_t end, std::size_t next)
    {
        std::string line = held_.substr(from_, end - from_);
        from_ = next;
        if (line.ends_with('\r')) line.pop_back();
        if (std::exchange(long_, false)) line.assign(row_max + 1, ' ');
        return line;
    }
    void shorten()
    {
        long_ = true;
        held_.clear();
    }

    BodyReader& body_;
    std::string held_{};
    std::size_t from_ = 0;
    bool ended_ = false, long_ = false;
};

class NdjsonRows : public ImportRows {
public:
    explicit NdjsonRows(BodyReader& body) : lines_{body} {}
    asio::awaitable<FoundRow> next() override
    {
        while (true) {
            Result<std::optional<std::string>> line = co_await lines_.next();
            if (!line) co_return line.error();
            if (!line->has_value()) co_return std::optional<ImportRow>{};
            ++number_;
            std::string& text = **line;
            // Programs that write tables put a byte order mark here too.
            if (number_ == 1 && text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
            if (text.find_first_not_of(" \t") == text.npos && text.size() <= row_max) continue;
            ImportRow row{number_};
            row.body = parse_profile(text, {.bytes_max = row_max, .caps_object = true});
            row.bytes = std::move(text);
            co_return std::optional{std::move(row)};
        }
    }

private:
    Lines lines_;
    std::int64_t number_ = 0;
};

bool is_blank(const std::vector<std::string>& cells)
{
    return std::ranges::all_of(cells, [](const std::string& cell) { return cell.empty(); });
}

ImportRow row_of(const ProposalTable& table, std::int64_t number,
                 const std::vector<std::string>& cells)
{
    ImportRow row{number};
    row.cells = table.repeated(cells);
    Result<Json> body = table.proposal(cells);
    if (!body) {
        row.body = body.error();
        return row;
    }
    // Through the profile, like all JSON that arrives: it bounds the row and refuses bad UTF-8.
    const auto text_of = [](const Json& json) {
        return json.dump(-1, ' ', false, Json::error_handler_t::ignore);
    };
    row.body = parse_profile(text_of(*body), {.bytes_max = row_max, .caps_object = true});
    // A result file names the key that the row had none of before: it is the same row.
    body->erase("idempotency_key");
    row.bytes = text_of(*body);
    return row;
}

class CsvRows : public ImportRows {
public:
    explicit CsvRows(BodyReader& body) : body_{body} {}

    asio::awaitable<Result<void>> begin(TableDefaults defaults)
    {
        const Result<std::optional<CsvReader::Row>> header = co_await read();
        if (!header) co_return header.error();
        if (!header->has_value() || (*header)->too_long || (*header)->open_quote)
            co_return Refusal{.code = Code::malformed,
                              .detail = "The first row of a CSV file names its columns."};
        const std::vector<std::string>& names = (*header)->cells;
        Result<ProposalTable> table =
            ProposalTable::of(names, std::move(defaults.type), std::move(defaults.offset));
        if (!table) co_return table.error();
        table_ = std::move(*table);
        co_return Result<void>{};
    }
    asio::awaitable<FoundRow> next() override
    {
        while (true) {
            Result<std::optional<CsvReader::Row>> found = co_await read();
            if (!found) co_return found.error();
            if (!found->has_value()) co_return std::optional<ImportRow>{};
            CsvReader::Row& cells = **found;
            for (std::string& cell : cells.cells) cell = csv_text(std::move(cell));
            if (cells.too_long || cells.open_quote) {
                ImportRow bad{number_};
                bad.body = cells.too_long
                               ? row_too_large()
                               : Refusal{.code = Code::malformed,
                                         .detail = "A quote is opened here and never closed."};
                bad.cells = table_.repeated({});
                co_return std::optional{std::move(bad)};
            }
            if (!is_blank(cells.cells))
                co_return std::optional{row_of(table_, number_, cells.cells)};
        }
    }
    std::vector<std::string> columns() const override { return table_.repeated(); }

private:
    asio::awaitable<Result<std::optional<CsvReader::Row>>> read()
    {
        while (true) {
            if (std::optional<CsvReader::Row> row = reader_.next()) {
                ++number_;
                co_return row;
            }
            if (ended_) co_return std::optional<CsvReader::Row>{};
            Result<std::optional<std::string>> piece = co_await body_.next();
            if (!piece) co_return piece.error();
            ended_ = !piece->has_value();
            if (ended_) reader_.end();
            else reader_.add(**piece);
        }
    }

    BodyReader& body_;
    CsvReader reader_{row_max};
    ProposalTable table_{};
    std::int64_t number_ = 0;
    bool ended_ = false;
};

class SheetRows : public ImportRows {
public:
    SheetRows(std::vector<SheetRow> rows, ProposalTable table)
        : rows_{std::move(rows)}, table_{std::move(table)}
    {
    }
    asio::awaitable<FoundRow> next() override
    {
        while (at_ < rows_.size()) {
            const SheetRow& row = rows_[at_++];
            if (is_blank(row.cells)) continue;
            co_return std::optional{row_of(table_, row.number, row.cells)};
        }
        co_return std::optional<ImportRow>{};
    }
    std::vector<std::string> columns() const override { return table_.repeated(); }

private:
    std::vector<SheetRow> rows_;
    ProposalTable table_;
    std::size_t at_ = 1;  ///< The first names the columns.
};

Result<std::vector<SheetRow>> unpack(const std::string& bytes)
{
    try {
        return read_xlsx(bytes);
    } catch (const SheetFault& fault) {
        return Refusal{.code = Code::malformed,
                       .detail = "The workbook cannot be taken: " + std::string{fault.what()} +
                                 '.'};
    }
}

asio::awaitable<Result<std::string>> whole(BodyReader& body)
{
    std::string bytes;
    while (true) {
        Result<std::optional<std::string>> piece = co_await body.next();
        if (!piece) co_return piece.error();
        if (!piece->has_value()) co_return bytes;
        bytes += **piece;
        if (bytes.size() > workbook_max)
            co_return Refusal{.code = Code::too_large,
                              .detail = "A workbook has at most 16 MiB. Send it in parts, or as "
                                        "CSV, which may be of any size."};
    }
}

}  // namespace

std::unique_ptr<ImportRows> ndjson_rows(BodyReader& body)
{
    return std::make_unique<NdjsonRows>(body);
}

asio::awaitable<OpenedRows> csv_rows(BodyReader& body, TableDefaults defaults)
{
    auto rows = std::make_unique<CsvRows>(body);
    const Result<void> begun = co_await rows->begin(std::move(defaults));
    if (!begun) co_return begun.error();
    std::unique_ptr<ImportRows> opened = std::move(rows);
    co_return opened;
}

asio::awaitable<OpenedRows> xlsx_rows(BodyReader& body, TableDefaults defaults)
{
    const Result<std::string> bytes = co_await whole(body);
    if (!bytes) co_return bytes.error();
    // A large one takes a second to unpack; others are served meanwhile.
    asio::thread_pool worker{1};
    const auto work = [&] { return unpack(*bytes); };
    Result<std::vector<SheetRow>> rows = co_await on_thread(worker, work);
    if (!rows) co_return rows.error();
    if (rows->empty())
        co_return Refusal{.code = Code::malformed,
                          .detail = "The first row of the first sheet names the columns."};
    Result<ProposalTable> table = ProposalTable::of(
        rows->front().cells, std::move(defaults.type), std::move(defaults.offset));
    if (!table) co_return table.error();
    std::unique_ptr<ImportRows> opened =
        std::make_unique<SheetRows>(std::move(*rows), std::move(*table));
    co_return opened;
}

}  // namespace chipledger
