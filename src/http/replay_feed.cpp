#include "domain/rulebook.hpp"
#include "http/feed.hpp"
#include "http/sse.hpp"
#include "ledger/history.hpp"
#include "views/difference.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::size_t entries_per_piece = 100;

class ReplayFeed : public Stream {
public:
    ReplayFeed(Ledger& ledger, EventFilter filter)
        : ledger_{ledger}, head_{ledger.head()}, filter_{std::move(filter)}
    {
        filter_.limit = entries_per_piece;
    }

    boost::asio::awaitable<std::optional<std::string>> next() override
    {
        if (filter_.after >= filter_.upto) co_return std::nullopt;
        EventFilter filter = filter_;
        const Result<std::vector<StoredEntry>> found = co_await ledger_.list(std::move(filter));
        if (!found || found->empty()) throw BrokenPromise{"the store is away"};
        std::string piece;
        for (const StoredEntry& entry : *found)
            piece += sse_event(std::to_string(entry.position.number), {},
                               line_of(decode(entry.bytes).value()));
        filter_.after = found->back().position;
        co_return piece;
    }

private:
    std::string line_of(const Event& event) const
    {
        const Position here = event.position, there{here.number - 1};
        const State before = head_->seen_from(there, there), after = head_->seen_from(here, here);
        Json line = is_correction(event.data) ? differences(before, after)
                                              : differences(before, after, event.subjects);
        line["position"] = event.position.number;
        line["type"] = std::string{type_name(event.data)};
        line["occurred_at"] = to_string(event.occurred_at);
        line["recorded_at"] = to_string(event.recorded_at);
        return line.dump();
    }

    Ledger& ledger_;
    std::shared_ptr<const State> head_;
    EventFilter filter_;
};

}  // namespace

std::unique_ptr<Stream> replay_feed(Ledger& ledger, EventFilter filter)
{
    return std::make_unique<ReplayFeed>(ledger, std::move(filter));
}

}  // namespace chipledger
