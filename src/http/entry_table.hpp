#pragma once
#include "http/table_reply.hpp"

namespace chipledger {

/// A list of entries as a file. The columns are those of the catalogue for the types that are asked
/// for; NDJSON is the stored bytes, a line each.
boost::asio::awaitable<Result<Response>> entry_table(Ledger& ledger, const Context& context,
                                                     const Moment& moment, Format format,
                                                     EventFilter filter);

}  // namespace chipledger
