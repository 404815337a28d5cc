#include "domain/rulebook.hpp"
#include "http/feed.hpp"
#include "http/sse.hpp"
#include "ledger/history.hpp"
#include "views/audit.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::size_t entries_per_piece = 100;

class ReplayFeed : public Stream {
public:
    ReplayFeed(Ledger& ledger, std::shared_ptr<const State> from, EventFilter filter)
        : ledger_{ledger}, state_{std::move(from)}, filter_{std::move(filter)}
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
        for (const StoredEntry& entry : *found) {
            const Event event = decode(entry.bytes).value();
            const std::shared_ptr<const State> before = state_;
            if (is_correction(event.data)) {
                auto corrected = co_await ledger_.at(event.position);
                if (!corrected) throw BrokenPromise{"the store is away"};
                state_ = *corrected;
            } else {
                auto after = std::make_shared<State>(*state_);
                apply(*after, event);
                state_ = std::move(after);
            }
            piece += sse_event(std::to_string(event.position.number), {}, line_of(event, *before));
        }
        filter_.after = found->back().position;
        co_return piece;
    }

private:
    std::string line_of(const Event& event, const State& before) const
    {
        Json line = is_correction(event.data) ? differences(before, *state_)
                                              : differences(before, *state_, event.subjects);
        line["position"] = event.position.number;
        line["type"] = std::string{type_name(event.data)};
        line["occurred_at"] = to_string(event.occurred_at);
        line["recorded_at"] = to_string(event.recorded_at);
        return line.dump();
    }

    Ledger& ledger_;
    std::shared_ptr<const State> state_;
    EventFilter filter_;
};

}  // namespace

std::unique_ptr<Stream> replay_feed(Ledger& ledger, std::shared_ptr<const State> from,
                                    EventFilter filter)
{
    return std::make_unique<ReplayFeed>(ledger, std::move(from), std::move(filter));
}

}  // namespace chipledger
