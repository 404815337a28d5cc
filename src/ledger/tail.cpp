#include "ledger/tail.hpp"

#include <spdlog/spdlog.h>

#include "codec/event_json.hpp"
#include "ledger/entry.hpp"

namespace chipledger {

namespace {

constexpr std::chrono::milliseconds pause{20};
constexpr std::chrono::milliseconds retry_pause{500};
constexpr std::int64_t entries_at_once = 500;

}  // namespace

Tail::Tail(const std::string& database, std::shared_ptr<const State> state, Log& log,
           Publish publish)
    : store_{database},
      durable_{std::move(state)},
      published_{durable_->position},
      simulated_{durable_->clock == ClockMode::simulated},
      log_{log},
      publish_{std::move(publish)},
      simulated_now_{durable_->recorded_at.time_since_epoch().count()},
      thread_{[this] { run(); }}
{
}

Tail::~Tail() { stop(); }

void Tail::stop()
{
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
}

LedgerHealth Tail::health() const
{
    const std::scoped_lock lock{mutex_};
    LedgerHealth health;
    health.following = true;
    health.reason = trouble_;
    health.behind = behind_;
    return health;
}

Time Tail::now() const
{
    if (simulated_) return Time{std::chrono::microseconds{simulated_now_.load()}};
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

void Tail::run()
{
    while (!stopping_ && log_.alarm().empty()) {
        const Result<void> done = step();
        {
            const std::scoped_lock lock{mutex_};
            trouble_ = done ? "" : "the store is away: " + done.error().detail;
        }
        std::this_thread::sleep_for(done ? pause : retry_pause);
    }
}

Result<void> Tail::step()
{
    const Result<Head> head = store_.head();
    if (!head) return head.error();
    if (head->size < durable_->position) return shorter();
    if (simulated_) {
        const Result<std::optional<Time>> now = store_.simulated_now();
        if (!now) return now.error();
        if (*now) simulated_now_ = (*now)->time_since_epoch().count();
    }
    while (!stopping_ && durable_->position < head->size) {
        {
            const std::scoped_lock lock{mutex_};
            behind_ = head->size.number - durable_->position.number;
        }
        const Position after = durable_->position;
        const Position upto{std::min(head->size.number, after.number + entries_at_once)};
        std::vector<StoredEntry> entries;
        const auto keep = [&](StoredEntry&& entry) { entries.push_back(std::move(entry)); };
        // With the last one that is known: after a failover it may be another log.
        if (auto read = store_.read({after.number - 1}, upto, keep); !read) return read.error();
        if (std::ssize(entries) <= upto.number - after.number) return shorter();
        if (!log_.has(entries.front())) {
            raise("entry " + std::to_string(after.number) +
                  " of the log that is followed is another one than was read before");
            return {};
        }
        entries.erase(entries.begin());
        if (auto taken = take(entries); !taken) return taken.error();
        ensure(durable_->position == upto, "the log is as long as its head says");
    }
    // A head is where a commit ended: between two of them a list may be there by half.
    if (durable_->position == head->size && durable_->position > published_) {
        published_ = durable_->position;
        publish_(durable_);
    }
    const std::scoped_lock lock{mutex_};
    behind_ = 0;
    return {};
}

// A standby may be behind the one that was asked before, and is waited for. A primary has all that
// there is; it may have been promoted after it was asked for its head.
Result<void> Tail::shorter()
{
    const Result<bool> standby = store_.is_standby();
    if (!standby) return standby.error();
    const Result<Head> head = store_.head();
    if (!head) return head.error();
    if (head->size >= durable_->position) return {};
    const std::string found = "the log that is followed has " + std::to_string(head->size.number) +
                              " entries, and " + std::to_string(durable_->position.number) +
                              " have been read from it before";
    if (*standby) return Refusal{.code = Code::store_unavailable, .detail = found};
    raise(found);
    return {};
}

void Tail::raise(const std::string& why)
{
    log_.raise_alarm(why);
    spdlog::critical("INTEGRITY: {}. Nothing more is followed.", why);
}

// A correction reads the store, and is told on a settled state. What is settled stays so: a step
// that fails later goes on from there.
Result<void> Tail::take(const std::vector<StoredEntry>& entries)
{
    State state = *durable_;
    for (const StoredEntry& entry : entries) {
        const Result<Event> event = decode(entry.bytes);
        ensure(bool(event), "what is stored can be read");
        const bool correction = is_correction(event->data);
        if (correction && state.position > durable_->position) {
            settle(std::move(state));
            state = *durable_;
        }
        log_.take(entry);
        Result<State> next = advance(entries_of(store_), std::move(state), *event);
        if (!next) return next.error();
        state = std::move(*next);
        if (!correction) continue;
        settle(std::move(state));
        state = *durable_;
    }
    if (state.position > durable_->position) settle(std::move(state));
    return {};
}

void Tail::settle(State state)
{
    state.settle();
    durable_ = std::make_shared<const State>(std::move(state));
}

}  // namespace chipledger
