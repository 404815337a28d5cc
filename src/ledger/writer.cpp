#include "ledger/writer.hpp"

#include <boost/asio/post.hpp>

#include <cstring>

#include "ledger/entry.hpp"
#include "ledger/proposals.hpp"
#include "proof/hash.hpp"

namespace chipledger {

namespace {

constexpr std::size_t group_entries_max = 500;
constexpr std::chrono::milliseconds settle_pause{200};

// Where two keys share it, the store tells them apart.
std::uint64_t key_hash(const std::string& principal, const std::string& key)
{
    const std::string digest = sha256(principal + '\n' + key);
    std::uint64_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
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
    if (head_.size == Position{}) {
        Group group;
        group.state = *durable_;
        const ClockMode mode = options_.clock.value_or(ClockMode::system);
        if (mode == ClockMode::simulated)
            simulated_now_ = options_.simulated_start.time_since_epoch().count();
        group.state.clock = mode;  // now() asks it before the entry is there.
        durable_ = std::make_shared<const State>(group.state);
        const UtcOffset offset = options_.utc_offset.value_or(std::chrono::hours{8});
        Event opened =
            system_event(LedgerOpened{Text{options_.origin}, Text{to_string(offset)}, mode},
                         Timestamp{now(), offset});
        complete(opened, group.state, now());
        apply(group.state, opened);
        group.rows.push_back(row_of(opened));
        group.events.push_back(std::move(opened));
        const Result<Head> next = store_.append(head_, group.rows, {});
        if (!next) return next.error();
        head_ = *next;
        published(group);
    }
    thread_ = std::thread{[this] { run(); }};
    keys_thread_ = std::thread{[this] { load_keys(); }};
    return {};
}

// There may be millions, and none is needed to begin.
void Writer::load_keys()
{
    EventStore store{options_.database};
    std::vector<std::uint64_t> all;
    const auto take = [&](const std::string& principal, const std::string& key) {
        all.push_back(key_hash(principal, key));
        return !ending_;
    };
    if (!store.keys(take) || ending_) return;
    const std::scoped_lock lock{mutex_};
    loaded_keys_ = std::move(all);
}

bool Writer::may_be_known(std::uint64_t key)
{
    if (!knows_keys_) {
        const std::scoped_lock lock{mutex_};
        if (!loaded_keys_) return true;  // Until then the store is asked.
        keys_.insert(loaded_keys_->begin(), loaded_keys_->end());
        loaded_keys_.reset();
        knows_keys_ = true;
    }
    return keys_.contains(key);
}

void Writer::submit(Pending pending)
{
    std::optional<Refusal> no;
    {
        const std::scoped_lock lock{mutex_};
        const Submission& submission = pending.submission;
        if (fenced_)
            no = Refusal{Code::fenced};
        else if (stopping_ || !trouble_.empty())
            no = Refusal{.code = Code::store_unavailable, .detail = trouble_};
        else if (queue_.size() >= options_.queue_max)
            no = Refusal{Code::overloaded};
        else if (is_plain(submission) &&
                 !running_.insert(key_hash(submission.actor.principal, submission.key)).second)
            no = Refusal{.code = Code::idempotency_key_in_use,
                         .detail = "Ask again with the same key in a moment."};
        else
            queue_.push_back(std::move(pending));
    }
    if (no)
        boost::asio::post(pending.executor, [tell = std::move(pending.tell), no = std::move(*no)] {
            tell({no});
        });
    else
        wake_.notify_one();
}

Time Writer::now() const
{
    if (durable_->clock == ClockMode::simulated)
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
    ending_ = true;
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    if (keys_thread_.joinable()) keys_thread_.join();
}

bool Writer::states() const
{
    return options_.statements.value_or(durable_->clock == ClockMode::system);
}

// The next expiry or statement, whichever comes first.
std::optional<Time> Writer::next_due() const
{
    std::optional<Time> due;
    if (!durable_->expiries.empty())
        due = end_of(durable_->expiries.begin()->key.valid_to, durable_->utc_offset);
    if (!states() || durable_->firms.empty()) return due;
    const Time midnight =
        end_of(std::max(durable_->last_stated() + std::chrono::days{1}, durable_->day_of(now())),
               durable_->utc_offset);
    return std::min(due.value_or(midnight), midnight);
}

void Writer::fall_due(Group& group, Time upto)
{
    judge_.expire(group, upto);
    if (states()) judge_.state_balances(group, upto);
}

// Waits for work or the next expiry, and takes what waits, up to a group's size.
std::vector<Pending> Writer::wait()
{
    const std::optional<Time> due =
        durable_->clock == ClockMode::system ? next_due() : std::nullopt;
    std::unique_lock lock{mutex_};
    const auto ready = [&] { return stopping_ || !queue_.empty(); };
    if (unsettled_)
        wake_.wait_for(lock, settle_pause, [&] { return stopping_; });
    else if (due)
        wake_.wait_until(lock, *due, ready);
    else
        wake_.wait(lock, ready);
    std::vector<Pending> batch;
    std::size_t entries = 0;
    while (!queue_.empty() && entries < group_entries_max) {
        entries += std::max<std::size_t>(queue_.front().submission.proposals.size(), 1);
        const bool clock_moves = queue_.front().new_now.has_value();
        if (clock_moves && !batch.empty()) break;  // A group of its own.
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
        if (clock_moves) break;
    }
    return batch;
}

void Writer::run()
{
    while (true) {
        std::vector<Pending> batch = wait();
        {
            const std::scoped_lock lock{mutex_};
            if (stopping_ && batch.empty()) return;
        }
        work(std::move(batch));
    }
}

void Writer::work(std::vector<Pending> batch)
{
    Group group;
    const bool writable = !fenced_ && settled();
    group.state = *durable_;
    if (!writable) {
        for (Pending& pending : batch) group.waiting.push_back({std::move(pending), {}});
        answer(group, Refusal{fenced_ ? Code::fenced : Code::store_unavailable});
        return;
    }
    if (durable_->clock == ClockMode::system) fall_due(group, now());
    for (Pending& pending : batch) take_on(group, pending);
    commit(group);
}

/// False while a commit of unknown outcome cannot be settled.
bool Writer::settled()
{
    if (!unsettled_) return true;
    const Group& group = *unsettled_;
    const Result<std::optional<Head>> happened =
        group.rows.empty()
            ? store_.settle_command(head_, group.commands.back().principal,
                                    group.commands.back().key)
            : store_.settle(head_, group.rows.back().position, group.rows.back().id);
    if (!happened) {
        if (happened.error().code == Code::fenced) fenced_ = true;
        return false;
    }
    if (*happened) {
        head_ = **happened;
        published(*unsettled_);
    }
    unsettled_.reset();
    const std::scoped_lock lock{mutex_};
    trouble_.clear();
    return true;
}

void Writer::take_on(Group& group, Pending& pending)
{
    if (pending.new_now)
        move_clock(group, pending);
    else
        record(group, pending);
}

// Role, idempotency, version, guards: in this order (DESIGN §5).
void Writer::record(Group& group, Pending& pending)
{
    const Submission& submission = pending.submission;
    if (is_plain(submission)) {
        const std::string& principal = submission.actor.principal;
        // The same key may have come twice within one group.
        if (may_be_known(key_hash(principal, submission.key))) {
            Result<std::optional<CommandRow>> first = store_.command(principal, submission.key);
            Answer given{Refusal{Code::store_unavailable}};
            if (first && *first && (*first)->body_hash != submission.body_hash)
                given.outcome = Refusal{.code = Code::idempotency_key_reused,
                                        .detail = "Make a new key for a new request."};
            else if (first && *first)
                given = replay(store_, **first);
            if (!first || *first) {
                group.waiting.push_back({std::move(pending), std::move(given)});
                return;
            }
        }
    }
    if (submission.dry_run) {
        Group trial;
        trial.state = *durable_;
        Answer given{judge_.judge(trial, submission)};
        group.waiting.push_back({std::move(pending), std::move(given)});
        return;
    }
    Result<Recorded> outcome = submission.decides.empty() ? judge_.judge(group, submission)
                                                          : decide(group, submission);
    if (outcome && outcome->needs_confirmation) outcome->proposal = proposal_id(submission);
    if (outcome || kind_of(outcome.error().code).status < 500)
        group.commands.push_back(command_of(submission, outcome, now()));
    group.waiting.push_back({std::move(pending), {std::move(outcome)}});
}

// Confirmed: judged again as the proposer's, with both in the entry.
Result<Recorded> Writer::decide(Group& group, const Submission& submission)
{
    const Result<std::vector<ProposalRow>> found = store_.proposals(submission.decides);
    if (!found) return found.error();
    if (found->empty())
        return Refusal{.code = Code::unknown_proposal, .detail = "Check the number."};
    const bool just_now = std::ranges::any_of(group.commands, [&](const CommandRow& command) {
        return command.principal == decisions && command.key == submission.decides;
    });
    if (just_now || !found->front().decision.empty())
        return Refusal{.code = Code::bad_state, .detail = "The proposal is decided already."};
    Submission proposed = submission_of(found->front().text);
    if (auto no = may_not_decide(submission.actor, proposed)) return *no;
    proposed.confirmed_by = submission.actor;
    Result<Recorded> outcome = Recorded{};
    if (submission.decision == Decision::confirm) outcome = judge_.judge(group, proposed);
    if (outcome) group.commands.push_back(decision_of(submission, outcome));
    return outcome;
}

void Writer::move_clock(Group& group, Pending& pending)
{
    const Time to = *pending.new_now;
    Answer given{Recorded{}};
    if (durable_->clock != ClockMode::simulated)
        given.outcome = Refusal{Code::bad_state, "/now", "This ledger runs on the system's clock."};
    else if (to < now())
        given.outcome = Refusal{Code::bad_state, "/now",
                                "The clock is at " + to_string(now()) + " and only moves forward."};
    else {
        fall_due(group, to);
        group.new_now = to;
    }
    group.waiting.push_back({std::move(pending), std::move(given)});
}

void Writer::commit(Group& group)
{
    if (group.rows.empty() && group.commands.empty() && !group.new_now)
        return answer(group, {});
    std::optional<Refusal> failed;
    if (!group.rows.empty() || !group.commands.empty()) {
        const auto begin = Clock::now();
        const Result<Head> next = store_.append(head_, group.rows, group.commands);
        if (next)
            head_ = *next;
        else
            failed = next.error();
        const std::scoped_lock lock{mutex_};
        if (next) figures_.committed(group.rows.size(), Clock::now() - begin);
        else ++figures_.failed_commits;
    }
    if (!failed && group.new_now)
        if (auto moved = store_.set_simulated_now(head_, *group.new_now); !moved)
            failed = moved.error();
    if (!failed) {
        if (group.new_now) simulated_now_ = group.new_now->time_since_epoch().count();
        published(group);
        return answer(group, {});
    }
    if (failed->code == Code::fenced) fenced_ = true;
    if (failed->code == Code::outcome_unknown) {
        // Settled before anyone is answered, when that goes at once; else they are told.
        unsettled_ = std::make_unique<Group>(Group{group.state, group.rows, group.events,
                                                   group.commands, {}, group.new_now});
        const Position before = head_.size;
        if (settled() && (group.rows.empty() || head_.size != before)) return answer(group, {});
        if (unsettled_) {
            const std::scoped_lock lock{mutex_};
            trouble_ = "the outcome of a commit is being settled";
        } else {
            failed = Refusal{.code = Code::store_unavailable};
        }
    }
    answer(group, failed);
}

// Only what is durable is shown to anyone.
void Writer::published(Group& group)
{
    for (const CommandRow& command : group.commands)
        keys_.insert(key_hash(command.principal, command.key));
    if (group.rows.empty()) return;
    group.state.settle();
    log_.append(group.rows);
    durable_ = std::make_shared<const State>(std::move(group.state));
    publish_(durable_);
}

void Writer::answer(Group& group, const std::optional<Refusal>& failed)
{
    {
        const std::scoped_lock lock{mutex_};
        for (const Group::Waiting& waiting : group.waiting) {
            const Submission& submission = waiting.pending.submission;
            if (is_plain(submission))
                running_.erase(key_hash(submission.actor.principal, submission.key));
        }
    }
    // One wake-up for all who wait on the same executor.
    using Telling = std::vector<std::pair<std::function<void(Answer)>, Answer>>;
    std::vector<std::pair<boost::asio::any_io_executor, std::shared_ptr<Telling>>> by_executor;
    for (Group::Waiting& waiting : group.waiting) {
        const bool settled = waiting.answer.replayed || waiting.pending.submission.dry_run;
        if (failed && !settled) waiting.answer = {*failed};
        auto& executor = waiting.pending.executor;
        auto found = std::ranges::find_if(by_executor,
                                          [&](const auto& item) { return item.first == executor; });
        if (found == by_executor.end())
            found = by_executor.insert(found, {executor, std::make_shared<Telling>()});
        found->second->emplace_back(std::move(waiting.pending.tell), std::move(waiting.answer));
    }
    for (auto& [executor, telling] : by_executor)
        boost::asio::post(executor, [telling] {
            for (auto& [tell, given] : *telling) tell(std::move(given));
        });
}

}  // namespace chipledger
