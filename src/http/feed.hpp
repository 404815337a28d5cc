#pragma once
#include <memory>

#include "http/message.hpp"
#include "ledger/ledger.hpp"

namespace chipledger {

/// Server-sent events: every entry after `filter.after` that the filter lets through, in order,
/// first what is there, then what comes; `id` is the position. Never ends by itself.
std::unique_ptr<Stream> entry_feed(Ledger& ledger, EventFilter filter);

/// Each entry that the filter passes, with what it moved; ends at filter.upto.
std::unique_ptr<Stream> replay_feed(Ledger& ledger, EventFilter filter);

}  // namespace chipledger
