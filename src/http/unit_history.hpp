#pragma once
#include <nlohmann/json.hpp>

#include "http/reading.hpp"

namespace chipledger {

/// Which of a unit's entries are wanted.
struct HistoryPage {
    BatchId batch{};
    std::int64_t unit = 0;
    Position upto{};  ///< No entry beyond this one.
    Page page{};      ///< `after` is the position that the page before ended at.
};

/// {"history":[…],"has_more":…,"next":…}: the entries that named the unit, the corrections and voids
/// of those, and the inspections of a shipment while the unit was in it; a firm sees those of its
/// own. Reads the batch's entries from the first, some at a time.
boost::asio::awaitable<Result<nlohmann::json>> unit_history(Ledger& ledger, Viewer viewer,
                                                            HistoryPage wanted);

}  // namespace chipledger
