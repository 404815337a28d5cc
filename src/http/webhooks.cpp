#include "http/webhooks.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/reading.hpp"
#include "ledger/entry.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t workers = 4;
constexpr milliseconds gather{50};          ///< Between two looks at the head, so that they batch.
constexpr seconds head_pause{15};
constexpr seconds store_pause{1};           ///< While the store is away.
constexpr seconds unentitled_pause{10};     ///< While the principal has no good token.
constexpr seconds unsealed_pause{600};
constexpr std::int64_t window_entries = 10'000;  ///< Looked through at once.
constexpr std::int64_t passed_entries = 1'000;   ///< Noted when so many had nothing for a line.
constexpr int dead_letters_max = 1'000;     ///< Of a subscription; then it is disabled.
constexpr int share = 10;                   ///< Niceness of our threads; on Linux each its own.

void give_way() { (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), share); }

}  // namespace

Webhooks::Webhooks(Ledger& ledger, WebhookOptions options)
    : ledger_{ledger},
      options_{std::move(options)},
      own_{options_.database, options_.pepper},
      store_{options_.database, options_.pepper},
      events_{options_.database}
{
    told_ = ledger_.head()->position;
    asio::co_spawn(following_, follow(),
                   asio::bind_cancellation_slot(unfollow_.slot(), [](std::exception_ptr) {}));
    threads_.emplace_back([this] { following_.run(); });
    for (std::size_t i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
}

Webhooks::~Webhooks()
{
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
    asio::post(following_, [this] { unfollow_.emit(asio::cancellation_type::terminal); });
    for (std::thread& thread : threads_) thread.join();
    own_thread_.join();
}

void Webhooks::wake(const std::string& id)
{
    const std::scoped_lock lock{mutex_};
    Line& line = lines_[id];
    line.due = Clock::now();
    line.again = line.busy;
    wake_.notify_one();
}

// Wakes the lines that have seen everything, whenever the head has moved.
asio::awaitable<void> Webhooks::follow()
{
    give_way();
    asio::steady_timer pause{following_};
    while (true) {
        const Position head = co_await ledger_.wait_for({told_.number + 1}, head_pause);
        {
            const std::scoped_lock lock{mutex_};
            told_ = head;
            for (auto& [id, line] : lines_)
                if (!line.busy && line.due == Clock::time_point::max()) line.due = Clock::now();
        }
        wake_.notify_all();
        pause.expires_after(gather);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

// All lines that were there when the process began; one worker does it, the others wait.
void Webhooks::start()
{
    Result<std::vector<std::string>> ids = Refusal{};
    {
        const std::scoped_lock lock{store_mutex_};
        ids = store_.active();
    }
    const std::scoped_lock lock{mutex_};
    loaded_ = bool(ids);
    if (ids)
        for (const std::string& id : *ids) lines_.try_emplace(id);
}

void Webhooks::work()
{
    give_way();
    std::unique_lock lock{mutex_};
    while (!stopping_) {
        if (!loaded_) {
            lock.unlock();
            start();
            lock.lock();
            if (!loaded_) wake_.wait_for(lock, store_pause);
            continue;
        }
        const auto waits = [](const auto& a, const auto& b) {
            return std::pair{a.second.busy, a.second.due} < std::pair{b.second.busy, b.second.due};
        };
        const auto next = std::min_element(lines_.begin(), lines_.end(), waits);
        if (next == lines_.end() || next->second.busy ||
            next->second.due == Clock::time_point::max())
            wake_.wait(lock);
        else if (next->second.due > Clock::now())
            wake_.wait_until(lock, Clock::time_point{next->second.due});
        else
            one_step(lock, std::string{next->first});
    }
}

void Webhooks::one_step(std::unique_lock<std::mutex>& lock, const std::string& id)
{
    Line& line = lines_.at(id);
    line.busy = true;
    line.again = false;
    const Position scanned = line.scanned;
    lock.unlock();
    Rest rest{false, scanned, Clock::now() + store_pause};
    try {
        rest = step(id, scanned);
    } catch (const std::exception& failure) {
        spdlog::error("webhook {}: {}", id, failure.what());
    }
    lock.lock();
    line.busy = false;
    if (rest.ended && !line.again) {
        lines_.erase(id);
        return;
    }
    line.scanned = rest.scanned;
    const bool news = rest.until == Clock::time_point::max() && told_ > rest.scanned;
    line.due = line.again || news ? Clock::now() : rest.until;
    wake_.notify_one();
}

// One delivery at most; whoever asks for the next one looks again who may read what.
Webhooks::Rest Webhooks::step(const std::string& id, Position scanned)
{
    const auto in = [&](auto pause) { return Rest{false, scanned, Clock::now() + pause}; };
    if (!ledger_.health().writing) return in(store_pause);
    Result<std::optional<WebhookRow>> found = Refusal{};
    Result<std::optional<Position>> queued = std::optional<Position>{};
    {
        const std::scoped_lock lock{store_mutex_};
        found = store_.find(id);
        if (found && *found && (*found)->dead > 0) queued = store_.queued(id);
    }
    if (!found || !queued) return in(store_pause);
    if (!*found || (*found)->terms.status != "active") return {.ended = true};
    const WebhookRow& hook = **found;
    if (!hook.entitled) return in(unentitled_pause);
    if (hook.secret.empty()) {
        spdlog::error("webhook {}: its secret was sealed under another pepper", id);
        return in(unsealed_pause);
    }
    if (*queued) return redeliver(hook, **queued, scanned);
    if (hook.rests > milliseconds{0}) return in(hook.rests);
    return tell(hook, std::max(hook.through, scanned));
}

Webhooks::Rest Webhooks::tell(const WebhookRow& hook, Position after)
{
    const Position head = ledger_.head()->position;
    const Position upto{std::min(head.number, after.number + window_entries)};
    const Result<std::vector<StoredEntry>> found = entries(hook, after, upto);
    if (!found) return {false, after, Clock::now() + store_pause};
    if (found->empty()) {
        const std::scoped_lock lock{store_mutex_};
        if (upto.number - hook.through.number >= passed_entries)
            if (!store_.passed(hook.id, upto)) return {false, after, Clock::now() + store_pause};
        return {false, upto, upto < head ? Clock::now() : Clock::time_point::max()};
    }
    const StoredEntry& entry = found->front();
    const Attempt attempt = send(hook, entry);
    if (stopping_ && attempt.outcome != Attempt::Outcome::delivered) return {false, after, {}};
    const FailedAttempt failed{attempt.status, attempt.error};
    const int failures = hook.attempts + 1;
    const milliseconds pause = pause_after(failures, attempt, options_.policy);
    const std::scoped_lock lock{store_mutex_};
    Result<void> noted{};
    if (attempt.outcome == Attempt::Outcome::delivered) {
        noted = store_.delivered(hook.id, entry.position, attempt.status);
    } else if (attempt.outcome == Attempt::Outcome::gone) {
        noted = store_.disable(hook.id, failed);
    } else if (failures >= options_.policy.attempts_max) {
        ++dead_;
        noted = store_.died(hook.id, entry.position, failed, dead_letters_max);
    } else {
        noted = store_.failed(hook.id, failed, pause);
    }
    // What could not be noted is sent again.
    const Position before{entry.position.number - 1};
    return {false, before, Clock::now() + (noted ? seconds{0} : store_pause)};
}

Webhooks::Rest Webhooks::redeliver(const WebhookRow& hook, Position position, Position scanned)
{
    const Rest store_away{false, scanned, Clock::now() + store_pause};
    const Result<std::vector<StoredEntry>> found =
        entries(hook, Position{position.number - 1}, position);
    if (!found) return store_away;
    Attempt attempt;
    if (!found->empty()) attempt = send(hook, found->front());
    if (stopping_ && attempt.outcome != Attempt::Outcome::delivered) return store_away;
    const bool delivered = attempt.outcome == Attempt::Outcome::delivered;
    const FailedAttempt failed{attempt.status, attempt.error};
    const std::scoped_lock lock{store_mutex_};
    Result<void> noted = delivered || found->empty()
                             ? store_.buried(hook.id, position, delivered)
                             : store_.died_again(hook.id, position, failed);
    if (noted && attempt.outcome == Attempt::Outcome::gone)
        noted = store_.disable(hook.id, failed);
    return noted ? Rest{false, scanned, Clock::now()} : store_away;
}

// The rule of GET /v1/events, as the principal may see it now.
Result<std::vector<StoredEntry>> Webhooks::entries(const WebhookRow& hook, Position after,
                                                   Position upto)
{
    EventFilter filter;
    filter.types = hook.terms.types;
    filter.subject = hook.terms.subject;
    filter.after = after;
    filter.upto = upto;
    filter.limit = 1;
    const Principal& principal = hook.principal;
    show_only(filter, {principal.role, principal.firm, principal.offices}, *ledger_.head());
    const std::scoped_lock lock{store_mutex_};
    return events_.list(filter);
}

Attempt Webhooks::send(const WebhookRow& hook, const StoredEntry& entry)
{
    const Attempt attempt =
        send_webhook(hook, entry, checkpoint_origin(*ledger_.head()), options_.policy,
                     [this] { return stopping_.load(); });
    ++(attempt.outcome == Attempt::Outcome::delivered ? delivered_ : failed_);
    return attempt;
}

std::string Webhooks::metrics() const
{
    std::int64_t lag = 0;
    std::size_t lines = 0;
    {
        const std::scoped_lock lock{mutex_};
        lines = lines_.size();
        for (const auto& [id, line] : lines_)
            lag = std::max(lag, told_.number - line.scanned.number);
    }
    std::string text;
    const auto add = [&](const char* name, const char* type, const char* help, auto value) {
        text += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n{0} {3}\n", name, type, help, value);
    };
    add("chipledger_webhooks", "gauge", "Active webhooks.", lines);
    add("chipledger_webhook_lag_entries", "gauge",
        "Entries that the slowest active webhook has not seen yet.", lag);
    add("chipledger_webhook_deliveries_total", "counter", "Deliveries that were taken.",
        delivered_.load());
    add("chipledger_webhook_failures_total", "counter", "Deliveries that were not.",
        failed_.load());
    add("chipledger_webhook_dead_letters_total", "counter", "Entries that were given up.",
        dead_.load());
    return text;
}

}  // namespace chipledger
