#pragma once
#include "http/format.hpp"
#include "http/reading.hpp"

namespace chipledger {

/// Rows of a list, some at a time, so that nothing grows with it.
struct RowSource {
    virtual ~RowSource() = default;
    /// The next rows, or nothing at the end. What it throws cuts the answer off.
    virtual boost::asio::awaitable<std::optional<std::vector<nlohmann::json>>> next() = 0;
    /// Begins again.
    virtual void rewind() = 0;
};

/// What a list is called, and what is known of its columns.
struct TableAbout {
    std::string name{};                    ///< Of file and sheet: "approvals".
    std::vector<std::string> first{};      ///< The columns that come first.
    bool complete = false;                 ///< There are no others.
};

/// The rows as CSV, XLSX or NDJSON, with ETag, Ledger-Position and a file name; 304 where the
/// reader has it.
Response table_reply(const Context& context, const Moment& moment, Format format,
                     TableAbout about, std::unique_ptr<RowSource> rows);
/// The same of a list that is small.
Response table_reply(const Context& context, const Moment& moment, Format format,
                     TableAbout about, nlohmann::json rows);

}  // namespace chipledger
