#include "http/feed.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/sse.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;

constexpr std::size_t entries_per_piece = 200;
constexpr std::chrono::seconds retry_pause{1};

class EntryFeed : public Stream {
public:
    EntryFeed(Ledger& ledger, EventFilter filter, EntryForm form)
        : ledger_{ledger}, filter_{std::move(filter)}, form_{std::move(form)}
    {
        filter_.limit = entries_per_piece;
    }

    asio::awaitable<std::optional<std::string>> next() override
    {
        if (std::exchange(fresh_, false)) co_return "retry: 2000\n\n";
        while (true) {
            const Position after = filter_.after;
            const Position head =
                co_await ledger_.wait_for(Position{after.number + 1}, heart_beat_pause);
            if (head <= after) co_return std::string{heart_beat};
            std::string piece = co_await news(head);
            if (!piece.empty()) co_return piece;
        }
    }

private:
    asio::awaitable<std::string> news(Position head)
    {
        filter_.upto = head;
        const Result<std::vector<StoredEntry>> found = co_await ledger_.list(filter_);
        if (!found) {
            // The store is away; the reader keeps its place, and hears that we are here.
            asio::steady_timer pause{co_await asio::this_coro::executor, retry_pause};
            co_await pause.async_wait(asio::use_awaitable);
            co_return std::string{heart_beat};
        }
        const bool full = found->size() == entries_per_piece;
        filter_.after = full ? found->back().position : head;
        std::string piece;
        for (const StoredEntry& entry : *found)
            piece += sse_event(std::to_string(entry.position.number), {},
                               form_ ? form_(entry) : entry.bytes);
        co_return piece;
    }

    Ledger& ledger_;
    EventFilter filter_;
    EntryForm form_;
    bool fresh_ = true;
};

}  // namespace

std::unique_ptr<Stream> entry_feed(Ledger& ledger, EventFilter filter, EntryForm form)
{
    return std::make_unique<EntryFeed>(ledger, std::move(filter), std::move(form));
}

}  // namespace chipledger
