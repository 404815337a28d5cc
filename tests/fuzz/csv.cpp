#include "codec/csv.hpp"

#include "codec/event_json.hpp"
#include "codec/json_profile.hpp"
#include "codec/proposal_table.hpp"
#include "codec/table_writer.hpp"
#include "fuzz/fuzz.hpp"

namespace chipledger::fuzz {

namespace {

using Json = nlohmann::json;
using Rows = std::vector<CsvReader::Row>;

constexpr std::size_t row_max = 1024;  // So that rows that are too long are met, too.

Rows rows_in(std::string_view bytes, std::size_t piece)
{
    CsvReader reader{row_max};
    Rows rows;
    const auto drain = [&] {
        while (auto row = reader.next()) rows.push_back(std::move(*row));
    };
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
        reader.add(bytes.substr(0, piece));
        drain();
    }
    reader.end();
    drain();
    return rows;
}

bool same(const CsvReader::Row& one, const CsvReader::Row& other)
{
    return one.cells == other.cells && one.too_long == other.too_long &&
           one.open_quote == other.open_quote;
}

void read_as_written(std::string_view text, std::initializer_list<std::vector<std::string>> rows)
{
    CsvReader reader{1 << 20};
    reader.add(text);
    reader.end();
    for (const std::vector<std::string>& cells : rows) {
        auto read = reader.next();
        require(read.has_value(), "a row that was written is read");
        for (std::string& cell : read->cells) cell = csv_text(std::move(cell));
        require(read->cells == cells, "cells that were written are read as they were");
    }
    require(!reader.next(), "as many rows are read as were written");
}

/// What csv_writer makes of the cells is read as those cells, with or without the last line's end.
void written_and_read(const std::vector<std::string>& columns, const CsvReader::Row& row)
{
    const auto writer = csv_writer(columns);
    writer->row(Cells(row.cells.begin(), row.cells.end()));
    writer->finish();
    const std::string text = writer->take(1 << 20);
    read_as_written(text, {columns, row.cells});
    if (row.cells != std::vector<std::string>{""})  // A blank line that does not end is no line.
        read_as_written(std::string_view{text}.substr(0, text.size() - 2), {columns, row.cells});
}

void proposed(const ProposalTable& table, const CsvReader::Row& row)
{
    const Result<Json> body = table.proposal(row.cells);
    if (!body) return;
    const std::string text = body->dump(-1, ' ', false, Json::error_handler_t::ignore);
    Result<Json> parsed = parse_profile(text, {.caps_object = true});
    if (!parsed) return;
    parsed->erase("idempotency_key");
    const Result<Proposal> proposal = read_proposal(*parsed, "");
    if (!proposal) return;
    require(read_proposal(to_json(*proposal), "").has_value(), "a row that is good stays good");
}

}  // namespace

void csv(std::string_view bytes)
{
    const unsigned char how = take_byte(bytes);
    const Rows rows = rows_in(bytes, 1 + how % 61);
    require(std::ranges::equal(rows, rows_in(bytes, bytes.size() + 1), same),
            "how a file is cut into pieces makes no difference");
    if (rows.empty() || rows.front().too_long || rows.front().open_quote) return;
    const std::vector<std::string>& header = rows.front().cells;
    for (const CsvReader::Row& row : rows)
        if (!row.too_long && row.cells.size() == header.size()) written_and_read(header, row);
    const Result<ProposalTable> table = ProposalTable::of(
        header, how & 64 ? "ShipmentArrived" : "", how & 128 ? "+08:00" : "");
    if (!table) return;
    for (CsvReader::Row row : rows) {
        for (std::string& cell : row.cells) cell = csv_text(std::move(cell));
        if (!row.too_long && !row.open_quote) proposed(*table, row);
    }
}

}  // namespace chipledger::fuzz
