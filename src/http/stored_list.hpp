#pragma once
#include "ledger/ledger.hpp"

namespace chipledger {

/// What a filter finds, up to its limit, a few at a time. What it throws cuts an answer off.
class StoredList {
public:
    using Found = std::optional<std::vector<StoredEntry>>;

    StoredList(Ledger& ledger, EventFilter filter) : ledger_{ledger}, filter_{std::move(filter)} {}
    /// The next entries, or nothing at the end.
    boost::asio::awaitable<Found> next();

private:
    Ledger& ledger_;
    EventFilter filter_;
};

/// The last position within the filter's limit, where more is found after it; else 0.
boost::asio::awaitable<Result<Position>> cut_of(Ledger& ledger, EventFilter filter);

}  // namespace chipledger
