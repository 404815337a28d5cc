#include "ledger/writer.hpp"

#include <boost/asio/post.hpp>

#include "ledger/entry.hpp"
#include "ledger/proposals.hpp"
#include "store/crash_point.hpp"

namespace chipledger {

namespace {

constexpr std::chrono::milliseconds settle_pause{200};

// While a commit is under way, so many entries are worth waking up for.
constexpr std::size_t worth_waking = 32;

std::size_t entries_in(const Pending& pending)
{
    return std::max<std::size_t>(pending.submission.proposals.size(), 1);
}

/// Judged by what the store holds, so with nothing on its way there.
bool needs_rest(const Pending& pending)
{
    const Submission& submission = pending.submission;
    return pending.new_now || !submission.decides.empty() ||
           std::ranges::any_of(submission.proposals, [](const Proposal& proposal) {
               return is_correction(proposal.data);
           });
}

bool is_plain(const Submission& submission)
{
    return !submission.key.empty() && !submission.dry_run;
}

}  // namespace

Writer::Writer(LedgerOptions options, EventStore store, Head head, State state, Log& log,
               std::optional<Time> simulated_now, Publish publish)
    : options_{std::move(options)},
      store_{std::move(store)},
      head_{head},
      durable_{std::make_shared<const State>(std::move(state))},
      clock_{durable_->clock},
      log_{log},
      judge_{store_, [this] { return now(); }},
      publish_{std::move(publish)}
{
    const Time now = std::max(simulated_now.value_or(Time{}), durable_->recorded_at);
    simulated_now_ = now.time_since_epoch().count();
}

Writer::~Writer() { stop(); }

Result<void> Writer::start()
{
    start_over();
    if (head_.size == Position{}) {
        clock_ = options_.clock.value_or(ClockMode::system);
        if (clock_ == ClockMode::simulated)
            simulated_now_ = options_.simulated_start.time_since_epoch().count();
        const UtcOffset offset = options_.utc_offset.value_or(std::chrono::hours{8});
        Event opened =
            system_event(LedgerOpened{Text{options_.origin}, Text{to_string(offset)}, clock_},
                         Timestamp{now(), offset});
        complete(opened, open_.state, now());
        apply(open_.state, opened);
        open_.rows.push_back(row_of(opened));
        const Result<Head> next = store_.append(head_, open_.rows, {});
        if (!next) return next.error();
        head_ = *next;
        published(open_);
        start_over();
    }
    committer_.emplace(store_, [this] {
        {
            const std::scoped_lock lock{mutex_};
            through_ = true;
        }
        wake_.notify_one();
    });
    CRASH_POINT("writer-starting");
    thread_ = std::thread{[this] { run(); }};
    keys_.load(options_.database);
    return {};
}

void Writer::submit(Pending pending)
{
    std::optional<Refusal> no;
    bool worth_it = true;
    const Submission& submission = pending.submission;
    if (is_plain(submission)) pending.key = key_hash(submission.actor.principal, submission.key);
    {
        const std::scoped_lock lock{mutex_};
        if (fenced_)
            no = Refusal{Code::fenced};
        else if (stopping_ || !trouble_.empty())
            no = Refusal{.code = Code::store_unavailable, .detail = trouble_};
        else if (queue_.size() >= options_.queue_max)
            no = Refusal{Code::overloaded};
        else if (is_plain(submission) && !running_.insert(pending.key).second)
            no = Refusal{.code = Code::idempotency_key_in_use,
                         .detail = "Ask again with the same key in a moment."};
        else {
            queued_entries_ += entries_in(pending);
            queue_.push_back(std::move(pending));
            CRASH_POINT("queued");
            worth_it = takes_next();
        }
    }
    if (no)
        boost::asio::post(pending.executor, [tell = std::move(pending.tell), no = std::move(*no)] {
            tell({no});
        });
    else if (worth_it)
        wake_.notify_one();
}

Time Writer::now() const
{
    if (clock_ == ClockMode::simulated)
        return Time{std::chrono::microseconds{simulated_now_.load()}};
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

LedgerHealth Writer::health() const
{
    const std::scoped_lock lock{mutex_};
    std::string reason;
    if (fenced_) reason = "fenced: another writer has taken over";
    if (!trouble_.empty()) reason = trouble_;
    if (stopping_) reason = "stopping";
    LedgerHealth health;
    health.writing = reason.empty();
    health.reason = std::move(reason);
    health.queued = queue_.size();
    health.writer = figures_;
    return health;
}

void Writer::stop()
{
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    keys_.stop();
}

bool Writer::states() const
{
    return options_.statements.value_or(clock_ == ClockMode::system);
}

// The next expiry or statement, whichever comes first.
std::optional<Time> Writer::next_due() const
{
    const State& state = open_.state;
    std::optional<Time> due;
    if (!state.expiries.empty())
        due = end_of(state.expiries.begin()->key.valid_to, state.utc_offset);
    if (!states() || state.firms.empty()) return due;
    const Time midnight = end_of(
        std::max(state.last_stated() + std::chrono::days{1}, state.day_of(now())), state.utc_offset);
    return std::min(due.value_or(midnight), midnight);
}

void Writer::fall_due(Time upto)
{
    judge_.expire(open_, upto);
    if (states()) judge_.state_balances(open_, upto);
}

/// Whether something of the queue is to be judged now. Under the lock.
bool Writer::takes_next() const
{
    if (queue_.empty()) return false;
    if (!committing_) return true;
    return queued_entries_ >= worth_waking && !needs_rest(queue_.front());
}

// Waits for work, the end of a commit, or the next that falls due.
Writer::Turn Writer::wait()
{
    const std::optional<Time> due =
        clock_ == ClockMode::system && !under_way_ ? next_due() : std::nullopt;
    Turn turn;
    std::unique_lock lock{mutex_};
    // While the clock is being moved nobody knows what time it is.
    const bool full = open_.is_full() || (under_way_ && under_way_->new_now);
    const auto ready = [&] {
        return through_ || (!full && takes_next()) || (stopping_ && !committing_);
    };
    if (unsettled_ && !committing_)
        wake_.wait_for(lock, settle_pause, [&] { return stopping_; });
    else if (due)
        wake_.wait_until(lock, *due, ready);
    else
        wake_.wait(lock, ready);
    if (std::exchange(through_, false)) {
        committing_ = false;
        turn.through = committer_->take();
    }
    // What is judged already goes off first.
    if (!full && (open_.empty() || !turn.through)) turn.batch = take_batch();
    turn.last = stopping_ && !turn.through && turn.batch.empty() && !committing_;
    return turn;
}

// Up to a group's size. Under the lock.
std::vector<Pending> Writer::take_batch()
{
    std::vector<Pending> batch;
    std::size_t entries = open_.rows.size();
    while (!queue_.empty() && entries < Group::entries_max) {
        const bool clock_moves = queue_.front().new_now.has_value();
        if (committing_ && needs_rest(queue_.front())) break;
        if (clock_moves && !(batch.empty() && open_.empty())) break;  // A group of its own.
        entries += entries_in(queue_.front());
        queued_entries_ -= entries_in(queue_.front());
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
        if (clock_moves) break;
    }
    return batch;
}

void Writer::run()
{
    while (true) {
        Turn turn = wait();
        if (turn.last && open_.empty()) return;
        if (turn.through) finish(std::move(*turn.through));
        CRASH_POINT("batch-taken");
        work(std::move(turn.batch));
        CRASH_POINT("batch-judged");
        if (!under_way_) hand_over();
    }
}

void Writer::work(std::vector<Pending> batch)
{
    if (fenced_ || !settled()) {
        const Refusal no{fenced_ ? Code::fenced : Code::store_unavailable};
        for (Pending& pending : batch) open_.waiting.push_back({std::move(pending), {}});
        return give_up(no);
    }
    if (clock_ == ClockMode::system) fall_due(now());
    for (Pending& pending : batch)
        if (pending.new_now)
            move_clock(pending);
        else
            record(pending);
    answer(open_.told, {});
}

/// False while a commit of unknown outcome cannot be settled.
bool Writer::settled()
{
    if (!unsettled_) return true;
    if (!settle()) return false;
    start_over();
    return true;
}

/// Whether the unsettled group is in the log; none while nobody can tell.
std::optional<bool> Writer::settle()
{
    const Group& group = *unsettled_;
    const Result<std::optional<Head>> happened =
        group.rows.empty()
            ? store_.settle_command(head_, group.commands.back().principal,
                                    group.commands.back().key)
            : store_.settle(head_, group.rows.back().position, group.rows.back().id);
    if (!happened) {
        if (happened.error().code == Code::fenced) fenced_ = true;
        return {};
    }
    const bool is_there = happened->has_value();
    CRASH_POINT("outcome-settled");
    if (is_there) {
        head_ = **happened;
        published(*unsettled_);
    }
    unsettled_.reset();
    const std::scoped_lock lock{mutex_};
    trouble_.clear();
    return is_there;
}

// Role, idempotency, version, guards: in this order (DESIGN §5).
void Writer::record(Pending& pending)
{
    const Submission& submission = pending.submission;
    if (is_plain(submission)) {
        const std::string& principal = submission.actor.principal;
        if (keys_.may_have(pending.key)) {
            Result<std::optional<CommandRow>> first = store_.command(principal, submission.key);
            Answer given{Refusal{Code::store_unavailable}};
            if (first && *first && (*first)->body_hash != submission.body_hash)
                given.outcome = Refusal{.code = Code::idempotency_key_reused,
                                        .detail = "Make a new key for a new request."};
            else if (first && *first)
                given = replay(store_, **first);
            CRASH_POINT("replayed");
            if (!first || *first) {
                open_.told.push_back({std::move(pending), std::move(given)});
                return;
            }
        }
    }
    if (submission.dry_run) {
        Group trial;
        trial.state = *durable_;
        Answer given{judge_.judge(trial, submission)};
        open_.told.push_back({std::move(pending), std::move(given)});
        return;
    }
    Result<Recorded> outcome =
        submission.decides.empty() ? judge_.judge(open_, submission) : decide(submission);
    if (outcome && outcome->needs_confirmation) outcome->proposal = proposal_id(submission);
    if (outcome || kind_of(outcome.error().code).status < 500)
        open_.commands.push_back(command_of(submission, outcome, now()));
    if (pending.key != 0) open_.keys.push_back(pending.key);
    open_.waiting.push_back({std::move(pending), {std::move(outcome)}});
}

// Confirmed: judged again as the proposer's, with both in the entry.
Result<Recorded> Writer::decide(const Submission& submission)
{
    const Result<std::vector<ProposalRow>> found = store_.proposals(submission.decides);
    if (!found) return found.error();
    if (found->empty())
        return Refusal{.code = Code::unknown_proposal, .detail = "Check the number."};
    const bool just_now = std::ranges::any_of(open_.commands, [&](const CommandRow& command) {
        return command.principal == decisions && command.key == submission.decides;
    });
    if (just_now || !found->front().decision.empty())
        return Refusal{.code = Code::bad_state, .detail = "The proposal is decided already."};
    Submission proposed = submission_of(found->front().text);
    if (auto no = may_not_decide(submission.actor, proposed)) return *no;
    proposed.confirmed_by = submission.actor;
    Result<Recorded> outcome = Recorded{};
    if (submission.decision == Decision::confirm) outcome = judge_.judge(open_, proposed);
    if (outcome) open_.commands.push_back(decision_of(submission, outcome));
    return outcome;
}

void Writer::move_clock(Pending& pending)
{
    const Time to = *pending.new_now;
    Answer given{Recorded{}};
    if (clock_ != ClockMode::simulated)
        given.outcome = Refusal{Code::bad_state, "/now", "This ledger runs on the system's clock."};
    else if (to < now())
        given.outcome = Refusal{Code::bad_state, "/now",
                                "The clock is at " + to_string(now()) + " and only moves forward."};
    else {
        fall_due(to);
        open_.new_now = to;
    }
    open_.waiting.push_back({std::move(pending), std::move(given)});
}

/// Lets what is open be appended, and opens the next on the state that it leads to.
void Writer::hand_over()
{
    if (open_.empty()) return;
    under_way_ = std::make_unique<Group>(std::exchange(open_, {}));
    open_.state = under_way_->state;
    if (under_way_->rows.empty() && under_way_->commands.empty())
        return finish({head_});  // It has nothing to store.
    {
        const std::scoped_lock lock{mutex_};
        committing_ = true;
    }
    if (answers_first()) answer(under_way_->waiting, {});
    committer_->begin(head_, *under_way_);
    CRASH_POINT("handed-over");
}

void Writer::finish(Committer::Outcome through)
{
    const std::unique_ptr<Group> group = std::move(under_way_);
    std::vector<Waiting> waiting = std::move(group->waiting);
    const std::optional<Time> new_now = group->new_now;
    if (through.head && !group->empty()) {
        const std::scoped_lock lock{mutex_};
        figures_.committed(group->rows.size(), through.took);
    }
    std::optional<Refusal> failed;
    if (through.head) {
        head_ = *through.head;
        CRASH_POINT("group-through");
        hand_over();  // First of all, so that the store is never idle.
        CRASH_POINT("group-unpublished");
        published(*group);
    } else {
        failed = failure_of(*group, through.head.error());
    }
    if (failed) {
        answer(waiting, failed);
        return give_up(*failed);
    }
    State& next = under_way_ ? under_way_->state : open_.state;
    next.go_on_from(*durable_);
    if (under_way_) open_.state = under_way_->state;
    if (new_now) failed = clock_set(*new_now);
    answer(waiting, failed);
}

/// Why a group that was not appended is not in the log; none where it is there after all.
std::optional<Refusal> Writer::failure_of(Group& group, const Refusal& failed)
{
    {
        const std::scoped_lock lock{mutex_};
        ++figures_.failed_commits;
    }
    if (failed.code == Code::fenced) fenced_ = true;
    if (failed.code != Code::outcome_unknown) return failed;
    // Settled before anyone is answered, when that goes at once; else they are told.
    unsettled_ = std::make_unique<Group>(std::move(group));
    CRASH_POINT("outcome-unknown");
    const std::optional<bool> is_there = settle();
    if (is_there && *is_there) return {};
    if (is_there) return Refusal{.code = Code::store_unavailable};
    const std::scoped_lock lock{mutex_};
    trouble_ = "the outcome of a commit is being settled";
    return failed;
}

std::optional<Refusal> Writer::clock_set(Time now)
{
    if (auto moved = store_.set_simulated_now(head_, now); !moved) {
        if (moved.error().code == Code::fenced) fenced_ = true;
        return moved.error();
    }
    simulated_now_ = now.time_since_epoch().count();
    return {};
}

/// What is open rests on what is not, so all who wait are told the same.
void Writer::give_up(const Refusal& refusal)
{
    std::vector<Waiting> waiting = std::move(open_.waiting);
    start_over();
    answer(waiting, refusal);
}

void Writer::start_over()
{
    open_ = {};
    open_.state = *durable_;
}

// Only what is durable is shown to anyone.
void Writer::published(Group& group)
{
    for (const std::uint64_t key : group.keys) keys_.add(key);
    CRASH_POINT("keys-known");
    if (group.rows.empty()) return;
    group.state.settle();
    log_.append(group.rows);
    durable_ = std::make_shared<const State>(std::move(group.state));
    CRASH_POINT("state-unpublished");
    publish_(durable_);
    CRASH_POINT("state-published");
}

void Writer::answer(std::vector<Waiting>& all, const std::optional<Refusal>& failed)
{
    if (all.empty()) return;
    {
        const std::scoped_lock lock{mutex_};
        for (const Waiting& waiting : all) running_.erase(waiting.pending.key);
    }
    // One wake-up for all who wait on the same executor.
    using Telling = std::vector<std::pair<std::function<void(Answer)>, Answer>>;
    std::vector<std::pair<boost::asio::any_io_executor, std::shared_ptr<Telling>>> by_executor;
    for (Waiting& waiting : std::exchange(all, {})) {
        if (failed) waiting.answer = {*failed};
        auto& executor = waiting.pending.executor;
        auto found = std::ranges::find_if(by_executor,
                                          [&](const auto& item) { return item.first == executor; });
        if (found == by_executor.end())
            found = by_executor.insert(found, {executor, std::make_shared<Telling>()});
        found->second->emplace_back(std::move(waiting.pending.tell), std::move(waiting.answer));
    }
    for (auto& [executor, telling] : by_executor)
        boost::asio::post(executor, [telling] {
            CRASH_POINT("answers-untold");
            for (auto& [tell, given] : *telling) {
                tell(std::move(given));
                CRASH_POINT("answer-told");
            }
        });
}

}  // namespace chipledger
