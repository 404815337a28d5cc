#pragma once
#include "http/message.hpp"
#include "store/rows.hpp"

namespace chipledger {

/// What a query says of entries: type, subject, actor, firm, order, recorded_from, recorded_to,
/// occurred_from, occurred_to, and from and to, positions with both ends included. Other names
/// are for whoever asks: which of these it knows, that one decides. Malformed at the parameter.
Result<EventFilter> read_event_filter(const Fields& query);

}  // namespace chipledger
