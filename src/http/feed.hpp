#pragma once
#include <functional>
#include <memory>

#include "http/message.hpp"
#include "ledger/ledger.hpp"

namespace chipledger {

/// How an entry is written in a feed.
using EntryForm = std::function<std::string(const StoredEntry&)>;

/// Server-sent events: every entry after `filter.after` that the filter lets through, in order,
/// first what is there, then what comes; `id` is the position, data the stored bytes unless
/// `form` says otherwise. Never ends by itself.
std::unique_ptr<Stream> entry_feed(Ledger& ledger, EventFilter filter, EntryForm form = {});

/// Each entry that the filter passes, with what it moved; ends at filter.upto.
std::unique_ptr<Stream> replay_feed(Ledger& ledger, EventFilter filter);

}  // namespace chipledger
