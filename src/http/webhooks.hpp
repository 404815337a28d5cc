#pragma once
#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "http/router.hpp"
#include "http/webhook_sender.hpp"
#include "ledger/ledger.hpp"
#include "ledger/on_thread.hpp"

namespace chipledger {

struct WebhookOptions {
    std::string database{};  ///< libpq conninfo of the runtime role.
    std::string pepper{};    ///< That of the tokens; secrets are sealed under it.
    WebhookPolicy policy{};
};

/// Subscriptions, and their delivery beside the writer: each is a line of its own in the order of
/// positions, worked by one of a few threads that give way to all others, over two connections of
/// their own. What has been told is in the database: after a crash a line goes on where it was, and
/// an entry whose answer was not seen is sent again. Thread-safe.
class Webhooks {
public:
    Webhooks(Ledger& ledger, WebhookOptions options);
    /// Gives up what is being sent; it is sent again by the next process.
    ~Webhooks();
    Webhooks(const Webhooks&) = delete;

    /// A line is new, or has changed: looks at it at once.
    void wake(const std::string& id);
    /// Runs `work` on the routes' own store and thread.
    template <class Work>
    auto ask(Work work) -> boost::asio::awaitable<decltype(work(std::declval<WebhookStore&>()))>;
    const WebhookPolicy& policy() const { return options_.policy; }
    Ledger& ledger() const { return ledger_; }
    /// For /metrics, in the text format.
    std::string metrics() const;

private:
    using Clock = std::chrono::steady_clock;

    struct Line {
        Position scanned{};        ///< Nothing for it up to here.
        Clock::time_point due{};   ///< max: when there is news.
        bool busy = false;
        bool again = false;        ///< Woken while it was busy.
    };
    /// How a step left its line.
    struct Rest {
        bool ended = false;        ///< There is no such active line.
        Position scanned{};
        Clock::time_point until{};
    };

    void work();
    void one_step(std::unique_lock<std::mutex>& lock, const std::string& id);
    Rest step(const std::string& id, Position scanned);
    Rest tell(const WebhookRow& hook, Position after);
    Rest redeliver(const WebhookRow& hook, Position position, Position scanned);
    Result<std::vector<StoredEntry>> entries(const WebhookRow& hook, Position after,
                                             Position upto);
    Attempt send(const WebhookRow& hook, const StoredEntry& entry);
    boost::asio::awaitable<void> follow();
    void start();

    Ledger& ledger_;
    WebhookOptions options_;
    WebhookStore own_;                        ///< Of the routes.
    boost::asio::thread_pool own_thread_{1};

    std::mutex store_mutex_{};                ///< Guards the two below.
    WebhookStore store_;
    EventStore events_;

    mutable std::mutex mutex_{};              ///< Guards the four below.
    std::map<std::string, Line> lines_{};
    Position told_{};                         ///< Head that the lines were woken for.
    bool loaded_ = false;
    std::condition_variable wake_{};
    std::atomic<bool> stopping_{false};
    std::atomic<std::int64_t> delivered_{0}, failed_{0}, dead_{0};

    boost::asio::io_context following_{1};
    boost::asio::cancellation_signal unfollow_{};
    std::vector<std::thread> threads_{};
};

template <class Work>
auto Webhooks::ask(Work work)
    -> boost::asio::awaitable<decltype(work(std::declval<WebhookStore&>()))>
{
    const auto body = [this, &work] { return work(own_); };
    co_return co_await on_thread(own_thread_, body);
}

/// POST and GET /v1/webhooks, and what is below them.
std::vector<Route> webhook_routes(Webhooks& webhooks);

}  // namespace chipledger
