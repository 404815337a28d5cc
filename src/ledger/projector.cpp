#include "ledger/projector.hpp"

#include <spdlog/spdlog.h>

#include <limits>

#include "ledger/background.hpp"
#include "ledger/entry.hpp"
#include "store/crash_point.hpp"

namespace chipledger
{

namespace
{

constexpr std::chrono::milliseconds pause_min{100};  // Between two transactions, so they batch.
constexpr std::chrono::seconds pause_max{5};
constexpr std::chrono::seconds store_pause{1};
constexpr std::chrono::seconds stop_limit{2};   // To catch up once it is told to stop.
constexpr int rest_share = 9;                   // It rests so many times as long as it wrote.
constexpr std::int64_t chunk_entries = 8'000;   // In one transaction: what they touch is rendered once for all.
constexpr std::int64_t window_entries = 1'000;  // Whose movements one comparison refolds.

}  // namespace

Projector::Projector(const std::string& database, ProjectionChecks checks, StateAt state_at)
    : store_{database},
      events_{database},
      state_at_{std::move(state_at)},
      when_{checks},
      next_check_{Clock::now() + checks.every},
      thread_{[this] { run(); }}
{
}

Projector::~Projector()
{
    stop();
}

void Projector::follow(std::shared_ptr<const State> head)
{
    {
        const std::scoped_lock lock{mutex_};
        head_ = std::move(head);
    }
    wake_.notify_one();
}

ProjectionHealth Projector::health() const
{
    const std::scoped_lock lock{mutex_};
    ProjectionHealth health{projected_, 0, checks_, {}};
    if (head_) health.lag = std::max<std::int64_t>(head_->position.number - projected_.number, 0);
    for (const std::string& why : drift_)
        if (!why.empty() && health.drift.empty()) health.drift = why;
    return health;
}

void Projector::stop()
{
    {
        const std::scoped_lock lock{mutex_};
        if (!stopping_) give_up_ = Clock::now() + stop_limit;
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

bool Projector::stopping() const
{
    const std::scoped_lock lock{mutex_};
    return stopping_;
}

bool Projector::out_of_time() const
{
    const std::scoped_lock lock{mutex_};
    return stopping_ && Clock::now() >= give_up_;
}

// The head, once there is something to do about it; null to end.
std::shared_ptr<const State> Projector::wait()
{
    std::unique_lock lock{mutex_};
    const auto behind = [&] { return head_ && (!fold_ || head_->position > mark_.position); };
    wake_.wait_until(lock, next_check_, [&] { return stopping_ || behind(); });
    // Before the first head nothing can be compared either.
    wake_.wait(lock, [&] { return stopping_ || head_; });
    return stopping_ && !behind() ? nullptr : head_;
}

void Projector::rest(Clock::duration pause)
{
    std::unique_lock lock{mutex_};
    wake_.wait_for(lock, pause, [&] { return stopping_; });
}

void Projector::run()
{
    give_way();  // Tables may lag; whoever records or asks may not.
    while (const std::shared_ptr<const State> head = wait()) {
        const auto begin = Clock::now();
        const Result<void> done = work(head);
        if (!done) {
            fold_.reset();
            spdlog::warn("the tables for SQL users lag: {}", kind_of(done.error().code).title);
        }
        if (stopping()) return;
        const auto worked = rest_share * (Clock::now() - begin);
        rest(fold_ ? std::clamp<Clock::duration>(worked, pause_min, pause_max) : store_pause);
    }
}

// A log that cannot be folded is for chipledger verify to name; the server goes on.
Result<void> Projector::work(const std::shared_ptr<const State>& head)
{
    const auto begin = Clock::now();
    try {
        if (auto done = advance(head); !done) return done;
        if (begin < next_check_ || stopping()) return {};
        const Result<void> done = check();
        const auto end = Clock::now();
        next_check_ = end + std::max<Clock::duration>(when_.every, when_.rest * (end - begin));
        return done;
    } catch (const std::exception& broken) {
        judge(memory, std::string{"the log cannot be folded: "} + broken.what());
        return Refusal{.code = Code::internal, .detail = broken.what()};
    }
}

ProjectionFold::Step Projector::step()
{
    return [this](State state, const Event& event) -> Result<State> {
        if (!is_correction(event.data)) {
            apply(state, event);
            return state;
        }
        return state_at_(event.position);
    };
}

// Where the tables are, whoever has written them.
Result<void> Projector::anchor(const State& head)
{
    fold_.reset();
    const Result<ProjectionMark> mark = store_.mark();
    if (!mark) return mark.error();
    if (mark->position > head.position) {
        // Ahead of us alone: another server has taken over, and writes them.
        const Result<Head> log = events_.head();
        if (!log) return log.error();
        if (mark->position > log->size)
            judge(ahead, "the tables speak of entry " + std::to_string(mark->position.number) +
                             ", the log has " + std::to_string(log->size.number));
        return {};
    }
    judge(ahead, {});
    mark_ = *mark;
    fold_.emplace(state_at_(mark_.position), step());
    const std::scoped_lock lock{mutex_};
    projected_ = mark_.position;
    return {};
}

Result<void> Projector::advance(const std::shared_ptr<const State>& head)
{
    if (!fold_)
        if (auto found = anchor(*head); !found) return found;
    while (fold_ && mark_.position < head->position) {
        const Position upto{std::min(mark_.position.number + chunk_entries, head->position.number)};
        if (auto done = advance_to(upto, head); !done) return done;
        if (out_of_time()) break;
    }
    return {};
}

Result<void> Projector::advance_to(Position upto, const std::shared_ptr<const State>& head)
{
    const auto take = [&](Event&& event) { return fold_->take(event); };
    if (auto read = entries_of(events_).range(mark_.position, upto, take); !read) return read;
    if (fold_->state().position != upto)
        return Refusal{.code = Code::internal, .detail = "the log is shorter than its head says"};
    const ProjectedChange change = fold_->take_change();
    const bool at_head = upto == head->position;
    const std::string differs = at_head ? fold_->differs_from(*head) : "";
    const State& state = fold_->state();
    const ProjectionMark next{upto, mark_.generation};
    CRASH_POINT("projection-folded");
    const Result<bool> written =
        store_.write(mark_, next, state.day_of(state.recorded_at), change);
    if (!written) return written.error();
    if (!*written) return anchor(*head);  // Rebuilt meanwhile, or another server has taken over.
    mark_ = next;
    CRASH_POINT("projection-committed");
    if (!differs.empty())
        judge(memory, "memory is not what the log says: " + differs);
    else if (at_head)
        fold_->settle(*head);
    const std::scoped_lock lock{mutex_};
    projected_ = upto;
    return {};
}

Result<std::vector<ProjectedRow>> Projector::movements_between(Position after, Position upto)
{
    ProjectionFold fold{state_at_(after), step()};
    const auto take = [&](Event&& event) { return fold.take(event); };
    if (auto read = entries_of(events_).range(after, upto, take); !read) return read.error();
    return fold.take_movements();
}

// Everything that is a row of a thing, and a window of the movements, round and round.
Result<void> Projector::check()
{
    if (!fold_) return {};
    if (window_ >= mark_.position) window_ = {};
    const Position upto{std::min(window_.number + window_entries, mark_.position.number)};
    const bool last = upto == mark_.position;
    std::string differs;
    std::vector<ProjectedRow> found;
    const auto compare = [&](Projected table, const std::string& after,
                             const std::optional<std::string>& end,
                             const std::vector<ProjectedRow>& rows) {
        if (!differs.empty()) return;
        differs = difference(table, projection_rows(fold_->state(), table, after, end), rows);
    };
    const Position until{last ? std::numeric_limits<std::int64_t>::max() : upto.number};
    const Result<ProjectionMark> mark = store_.read(
        compare, window_, until, [&](ProjectedRow&& row) { found.push_back(std::move(row)); });
    if (!mark) return mark.error();
    if (*mark != mark_) {
        fold_.reset();  // They are another's now: look again from there.
        return {};
    }
    const Result<std::vector<ProjectedRow>> wanted = movements_between(window_, upto);
    if (!wanted) return wanted.error();
    judge(things, differs);
    const std::string moved = difference(Projected::movement, *wanted, found);
    judge(movements, moved);
    if (moved.empty()) window_ = upto;
    const std::scoped_lock lock{mutex_};
    ++checks_;
    return {};
}

void Projector::judge(Source source, std::string why)
{
    const std::scoped_lock lock{mutex_};
    std::string& known = drift_.at(source);
    if (known == why) return;
    if (why.empty())
        spdlog::info("the tables for SQL users are what the log says again");
    else
        spdlog::critical("PROJECTION DRIFT: {}. Run chipledger rebuild.", why);
    known = std::move(why);
}

}  // namespace chipledger
