#include "ledger/ledger.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <mutex>

#include "ledger/background.hpp"
#include "ledger/entry.hpp"
#include "ledger/on_thread.hpp"
#include "ledger/projector.hpp"
#include "ledger/snapshots.hpp"
#include "ledger/tail.hpp"
#include "ledger/writer.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;

/// Readers that wait for the head to reach a position.
class Waiters {
public:
    asio::awaitable<void> wait(Position position, std::chrono::milliseconds limit,
                               const std::function<Position()>& head)
    {
        const auto executor = co_await asio::this_coro::executor;
        const auto timer = std::make_shared<asio::steady_timer>(executor, limit);
        const Entry entry{*this, position, timer};
        if (head() >= position) co_return;
        co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
    }
    void tell(Position head)
    {
        const std::scoped_lock lock{mutex_};
        const auto end = waiting_.upper_bound(head);
        for (auto at = waiting_.begin(); at != end; ++at)
            asio::post(at->second->get_executor(), [timer = at->second] { timer->cancel(); });
    }

private:
    using Waiting = std::multimap<Position, std::shared_ptr<asio::steady_timer>>;

    /// There while someone waits: who is told still has an io_context.
    struct Entry {
        Entry(Waiters& of, Position position, std::shared_ptr<asio::steady_timer> timer)
            : waiters{of}
        {
            const std::scoped_lock lock{waiters.mutex_};
            at = waiters.waiting_.emplace(position, std::move(timer));
        }
        ~Entry()
        {
            const std::scoped_lock lock{waiters.mutex_};
            waiters.waiting_.erase(at);
        }
        Entry(const Entry&) = delete;
        Waiters& waiters;
        Waiting::iterator at{};
    };

    std::mutex mutex_{};
    Waiting waiting_{};
};

/// A few connections for reading, each lent to one thread at a time.
class Readers {
public:
    Readers(const std::string& database, std::size_t count) : pool_{count}
    {
        for (std::size_t i = 0; i < count; ++i)
            idle_.push_back(std::make_unique<EventStore>(database));
    }
    ~Readers() { stop(); }

    /// Runs blocking `work(EventStore&)` on a store thread, to its end whoever goes meanwhile.
    template <class Work>
    asio::awaitable<std::invoke_result_t<Work, EventStore&>> run(Work work)
    {
        const auto task = [this, work = std::move(work)] {
            const Loan loan{*this};
            return work(*loan.store);
        };
        co_return co_await on_thread(pool_, task);
    }
    /// Waits for what runs; what comes later never will.
    void stop() { pool_.join(); }

private:
    /// Given back on every way out.
    struct Loan {
        explicit Loan(Readers& from) : readers{from}
        {
            const std::scoped_lock lock{readers.mutex_};
            ensure(!readers.idle_.empty(), "there is a connection for each store thread");
            store = std::move(readers.idle_.back());
            readers.idle_.pop_back();
        }
        ~Loan()
        {
            const std::scoped_lock lock{readers.mutex_};
            readers.idle_.push_back(std::move(store));
        }
        Loan(const Loan&) = delete;
        Readers& readers;
        std::unique_ptr<EventStore> store{};
    };

    std::mutex mutex_{};
    std::vector<std::unique_ptr<EventStore>> idle_{};
    asio::thread_pool pool_;
};

class OpenLedger : public Ledger {
public:
    explicit OpenLedger(const LedgerOptions& options)
        : aside_max_{options.aside_max},
          what_if_max_{options.what_if_max},
          readers_{options.database, options.reader_connections},
          quiet_{options.database, quiet_threads},
          following_{options.follow},
          projector_{options.database, options.projection_checks,
                     [this](Position position) { return head()->seen_from(position, position); }}
    {
    }
    ~OpenLedger() override { stop(); }

    Result<void> start(const LedgerOptions& options)
    {
        EventStore store{options.database};
        if (auto yes = may_open(store, options); !yes) return yes;
        const Result<Head> head = following_ ? store.head() : store.take_over();
        if (!head) return head.error();
        if (following_ && head->size == Position{})
            return Refusal{.code = Code::bad_state,
                           .detail = "There is nothing to follow yet. Start the one that writes."};
        std::optional<Snapshot> kept = Snapshots::found(options.snapshot, store, head->size);
        if (kept) log_.append(kept->leaves);
        const Position from = kept ? kept->state.position : Position{};
        EventStore ahead{options.database};
        const auto seen = [this](const StoredEntry& entry) { log_.take(entry); };
        Result<State> state = fold(entries_ahead(store, ahead, seen), head->size,
                                   kept ? std::move(kept->state) : State{});
        kept.reset();
        if (!state) return state.error();
        ensure(state->position == head->size, "the log is as long as its head says");
        const Result<std::optional<Time>> clock = store.simulated_now();
        if (!clock) return clock.error();
        snapshots_.emplace(options.snapshot, from, log_);
        set_head(std::make_shared<const State>(*state));
        const auto publish = [this](std::shared_ptr<const State> next) {
            set_head(std::move(next));
        };
        if (following_) {
            tail_.emplace(options.database, this->head(), log_, publish);
            return {};
        }
        writer_ = std::make_unique<Writer>(options, std::move(store), *head, std::move(*state),
                                           log_, *clock, publish);
        return writer_->start();
    }

    std::shared_ptr<const State> head() const override
    {
        const std::scoped_lock lock{mutex_};
        return head_;
    }

    asio::awaitable<Result<std::shared_ptr<const State>>> at(Position position) override
    {
        auto now = head();
        if (now->position == position) co_return now;
        co_return std::make_shared<const State>(now->seen_from(position, position));
    }

    asio::awaitable<Result<Position>> position_at(Time recorded) override
    {
        co_return chipledger::position_at(*head(), recorded);
    }

    asio::awaitable<Answer> submit(Submission submission) override
    {
        if (following_) co_return Answer{follows()};
        // Judged beside the writer, so that it holds nobody up but itself.
        if (submission.proposals.size() == 1 && is_correction(submission.proposals[0].data)) {
            const auto now = head();
            const auto work = [&](EventStore& store) { return prepare(store, *now, submission); };
            submission.prepared = co_await readers_.run(work);
        }
        // Named, as everything that crosses a co_await: g++ 12 destroys such temporaries twice.
        Pending pending;
        pending.submission = std::move(submission);
        co_return co_await queue(std::move(pending));
    }

    asio::awaitable<Position> wait_for(Position position, std::chrono::milliseconds limit) override
    {
        const auto reached = [this] { return head()->position; };
        if (reached() < position) co_await waiters_.wait(position, limit, reached);
        co_return reached();
    }

    asio::awaitable<Result<std::vector<StoredEntry>>> list(EventFilter filter) override
    {
        const auto work = [&filter](EventStore& store) { return store.list(filter); };
        co_return co_await readers_.run(work);
    }

    asio::awaitable<Result<std::vector<ProposalRow>>> proposals(std::string id) override
    {
        const auto work = [&id](EventStore& store) { return store.proposals(id); };
        co_return co_await readers_.run(work);
    }

    asio::awaitable<Result<Hypothetical>> imagine(Position position, Hypothesis hypothesis) override
    {
        const Time limit = std::max(now(), head()->recorded_at);
        const auto at_head = position == head()->position;
        const auto known = co_await at(position);
        if (!known) co_return known.error();
        const Time until = at_head ? limit : (*known)->recorded_at;
        const auto gone = std::make_shared<std::atomic<bool>>(false);
        const auto deadline = std::chrono::steady_clock::now() + what_if_max_;
        hypothesis.given_up = [this, gone, deadline] {
            return *gone || stopping_ || std::chrono::steady_clock::now() >= deadline;
        };
        Result<Hypothetical> told = Refusal{};
        const auto work = [&](EventStore& store) {
            told = chipledger::imagine(entries_of(store), **known, hypothesis, until);
        };
        const Result<void> run = co_await quietly(work, gone);
        if (!run) co_return run.error();
        co_return told;
    }

    asio::awaitable<Result<std::shared_ptr<const State>>> effective(Position position,
                                                                    Time occurred) override
    {
        const auto known = co_await at(position);
        if (!known) co_return known.error();
        Result<std::shared_ptr<const State>> seen = Refusal{};
        const auto work = [&](EventStore& store) {
            Result<State> state = chipledger::effective(entries_of(store), **known, occurred);
            if (state)
                seen = std::make_shared<const State>(std::move(*state));
            else
                seen = state.error();
        };
        const Result<void> run = co_await quietly(work, std::make_shared<std::atomic<bool>>());
        if (!run) co_return run.error();
        co_return seen;
    }

    asio::awaitable<Result<void>> aside(std::function<void()> work) override
    {
        const auto plain = [&work](EventStore&) { work(); };
        const Result<void> run = co_await quietly(plain, std::make_shared<std::atomic<bool>>());
        co_return run;
    }

    Time now() const override { return following_ ? tail_->now() : writer_->now(); }

    asio::awaitable<Result<Time>> set_now(Time now) override
    {
        if (following_) co_return follows();
        // Named, as everything that crosses a co_await: g++ 12 destroys such temporaries twice.
        Pending pending;
        pending.new_now = now;
        const Answer answer = co_await queue(std::move(pending));
        if (!answer.outcome) co_return answer.outcome.error();
        co_return now;
    }

    asio::awaitable<Result<void>> store_answers() override
    {
        const auto work = [](EventStore& store) -> Result<void> {
            const Result<Head> answer = store.head();
            return answer ? Result<void>{} : Result<void>{answer.error()};
        };
        co_return co_await readers_.run(work);
    }

    LedgerHealth health() const override
    {
        LedgerHealth health = following_ ? tail_->health() : writer_->health();
        health.projection = projector_.health();
        return health;
    }
    Log& log() override { return log_; }

    void stop() override
    {
        if (writer_) writer_->stop();
        if (tail_) tail_->stop();
        projector_.stop();
        if (snapshots_) snapshots_->stop();
        stopping_ = true;
        readers_.stop();
        quiet_.stop();
    }

private:
    /// Runs `work` with a connection on a thread that gives way to all others, and raises `gone`
    /// when the caller is cancelled meanwhile. Refused overloaded where too much waits.
    template <class Work>
    asio::awaitable<Result<void>> quietly(Work work, std::shared_ptr<std::atomic<bool>> gone)
    {
        if (++asides_ > aside_max_) {
            --asides_;
            co_return Refusal{.code = Code::overloaded,
                              .detail = "Too many long questions are being answered."};
        }
        // On every way out; what runs refers to what waits here, so that is never left.
        const auto count = std::shared_ptr<void>{nullptr, [this](void*) { --asides_; }};
        const auto one = [&work](EventStore& store) {
            give_way();
            work(store);
            return true;
        };
        const auto cancelled = co_await asio::this_coro::cancellation_state;
        auto slot = cancelled.slot();
        if (slot.is_connected()) slot.assign([gone](asio::cancellation_type) { *gone = true; });
        (void)co_await quiet_.run(one);
        co_return Result<void>{};
    }

    static Refusal follows()
    {
        return {.code = Code::fenced,
                .detail = "This server follows another one and records nothing. Write there."};
    }

    // Before anybody is fenced.
    static Result<void> may_open(EventStore& store, const LedgerOptions& options)
    {
        const Result<Head> head = store.head();
        if (!head) return head.error();
        if (head->size == Position{}) return {};
        const Result<State> opened = fold(entries_of(store), Position{1});
        if (!opened) return opened.error();
        if (options.clock && *options.clock != opened->clock)
            return Refusal{.code = Code::bad_state,
                           .detail = "The ledger was opened with another clock, for ever. Leave "
                                     "--clock out."};
        if (options.utc_offset && *options.utc_offset != opened->utc_offset)
            return Refusal{.code = Code::bad_state,
                           .detail = "The ledger was opened with another UTC offset, for ever. "
                                     "Leave --utc-offset out."};
        return {};
    }

    asio::awaitable<Answer> queue(Pending pending)
    {
        const auto executor = co_await asio::this_coro::executor;
        co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Answer)>(
            [this, &pending, executor](auto handler) {
                auto shared = std::make_shared<decltype(handler)>(std::move(handler));
                pending.executor = executor;
                pending.tell = [shared](Answer answer) { std::move (*shared)(std::move(answer)); };
                writer_->submit(std::move(pending));
            },
            asio::use_awaitable);
    }

    void set_head(std::shared_ptr<const State> next)
    {
        Position position = next->position;
        {
            const std::scoped_lock lock{mutex_};
            head_ = next;
        }
        waiters_.tell(position);
        snapshots_->follow(next);
        if (!following_) projector_.follow(std::move(next));
    }

    Log log_{};
    mutable std::mutex mutex_{};
    std::shared_ptr<const State> head_{};
    Waiters waiters_{};
    static constexpr std::size_t quiet_threads = 2;
    const std::size_t aside_max_;
    const std::chrono::milliseconds what_if_max_;
    std::atomic<std::size_t> asides_{0};
    std::atomic<bool> stopping_{false};
    Readers readers_;
    Readers quiet_;
    const bool following_;
    Projector projector_;
    std::optional<Snapshots> snapshots_{};
    std::unique_ptr<Writer> writer_{};  ///< Null when it follows.
    std::optional<Tail> tail_{};
};

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::open(LedgerOptions options)
{
    auto ledger = std::make_unique<OpenLedger>(options);
    if (auto started = ledger->start(options); !started) return started.error();
    return std::unique_ptr<Ledger>{std::move(ledger)};
}

}  // namespace chipledger
