#include "http/stored_list.hpp"

#include <algorithm>

namespace chipledger {

namespace asio = boost::asio;

namespace {

constexpr std::size_t entries_at_once = 500;

}  // namespace

asio::awaitable<StoredList::Found> StoredList::next()
{
    if (filter_.limit == 0) co_return std::nullopt;
    EventFilter filter = filter_;
    filter.limit = std::min(filter.limit, entries_at_once);
    const std::size_t wanted = filter.limit;
    Result<std::vector<StoredEntry>> found = co_await ledger_.list(std::move(filter));
    if (!found) throw BrokenPromise{"the store is away"};
    if (found->empty()) co_return std::nullopt;
    filter_.after = found->back().position;
    filter_.limit = found->size() < wanted ? 0 : filter_.limit - found->size();
    co_return std::move(*found);
}

asio::awaitable<Result<Position>> cut_of(Ledger& ledger, EventFilter filter)
{
    const Position whole;
    const auto most = static_cast<std::int64_t>(filter.limit);
    // No more entries than positions: mostly nothing needs to be counted.
    if (!filter.descending && filter.upto.number - filter.after.number <= most) co_return whole;
    if (filter.descending && filter.upto.number <= most) co_return whole;
    const std::size_t limit = filter.limit++;
    StoredList entries{ledger, std::move(filter)};
    Position last;
    for (std::size_t seen = 0; const StoredList::Found found = co_await entries.next();) {
        if (seen + found->size() > limit) {
            if (limit > seen) last = (*found)[limit - seen - 1].position;
            co_return last;
        }
        seen += found->size();
        last = found->back().position;
    }
    co_return whole;
}

}  // namespace chipledger
