#pragma once
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "domain/refusal.hpp"
#include "http/message.hpp"

// The rows of an upload, from whatever kind of file.
namespace chipledger {

/// One row, as it came and as a request of POST /v1/events with its idempotency_key.
struct ImportRow {
    std::int64_t number = 0;            ///< Line, or row of the sheet, from 1.
    Result<nlohmann::json> body = nlohmann::json{};
    std::string bytes{};                ///< What its key is bound to.
    std::vector<std::string> cells{};   ///< Of a table: what the result repeats.
};

struct ImportRows {
    virtual ~ImportRows() = default;
    /// The next row that is not blank, or nothing at the end; a refusal where no more can be read.
    virtual boost::asio::awaitable<Result<std::optional<ImportRow>>> next() = 0;
    /// The columns that the result of a table repeats.
    virtual std::vector<std::string> columns() const { return {}; }
};

/// What a table leaves out.
struct TableDefaults {
    std::string type{};    ///< Of rows that name no event.
    std::string offset{};  ///< Of times that name none, as in "+08:00".
};

using OpenedRows = Result<std::unique_ptr<ImportRows>>;

/// A JSON object a line (NDJSON).
std::unique_ptr<ImportRows> ndjson_rows(BodyReader& body);
/// CSV with its columns in the first row, which is read here.
boost::asio::awaitable<OpenedRows> csv_rows(BodyReader& body, TableDefaults defaults);
/// The first sheet of a workbook of at most 16 MiB, which is read whole, here.
boost::asio::awaitable<OpenedRows> xlsx_rows(BodyReader& body, TableDefaults defaults);

}  // namespace chipledger
