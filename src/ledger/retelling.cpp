#include "ledger/retelling.hpp"

#include <algorithm>
#include <limits>

#include "ledger/entry.hpp"

namespace chipledger {

namespace {

constexpr std::size_t fetched_max = 256;

/// What the ledger records of itself; told anew, it does so in its own time.
bool is_own(const EventData& data)
{
    return std::holds_alternative<ApprovalExpired>(data) ||
           std::holds_alternative<StatementIssued>(data);
}

/// Kinds that only tell which entries there are: those stay the same ones.
template <class Key>
constexpr bool tells_entries =
    std::is_same_v<Key, SubjectKey> || std::is_same_v<Key, Sole> || std::is_same_v<Key, Position>;

template <class Value>
bool same(const Value* a, const Value* b)
{
    return a && b ? a == b || *a == *b : !a && !b;
}

bool reads_same(const Reading* a, const Reading* b)
{
    if (!a || !b) return a == b;
    return same(a->data.get(), b->data.get());
}

}  // namespace

std::optional<Event> Readings::read(const Event& recorded) const
{
    if (is_correction(recorded.data)) return {};
    const Reading* reading = find(recorded.position);
    if (!reading) return recorded;
    if (!reading->data) return {};
    Event other = recorded;
    other.data = *reading->data;
    return other;
}

Retelling::Retelling(State past, Tale tale)
    : head_{std::move(past)}, tale_{std::move(tale)}, before_{head_.readings, {}},
      after_{head_.readings, std::move(tale_.otherwise)}, past_{head_}, state_{head_}
{
    state_.custodies = {};
    state_.expiries = {};
    each_kind(past_, [](auto& things) { things.track(); });
    each_kind(state_, [](auto& things) { things.track(); });
    for (const auto& [position, reading] : after_.otherwise)
        if (!reads_same(before_.find(position), after_.find(position)))
            ahead_.insert(position.number);
}

void Retelling::go_on(State past)
{
    const std::int64_t end = head_.position.number;
    head_ = std::move(past);
    for (State* state : {&past_, &state_})
        std::apply(
            [&](auto&... mine) {
                std::apply([&](const auto&... theirs) { (mine.rebase(theirs), ...); },
                           kinds(std::as_const(head_)));
            },
            kinds(*state));
    stand(head_.position.number);
    const auto here = kinds(std::as_const(past_));
    const auto over = kinds(std::as_const(state_));
    const auto again = [&]<std::size_t i>() {
        for (const auto& [key, told] : std::get<i>(retold_))
            if (told.differs())
                reach(end, key, std::get<i>(here).find(key), std::get<i>(over).find(key));
    };
    [&]<std::size_t... i>(std::index_sequence<i...>) {
        (again.template operator()<i>(), ...);
    }(std::make_index_sequence<kind_count>{});
}

Result<void> Retelling::run(const Entries& entries)
{
    const std::int64_t end = head_.position.number;
    std::set<std::int64_t> added;
    for (const auto& [after, proposal] : tale_.added) added.insert(after.number);
    const auto first = [end](const auto& set, auto key) { return set.empty() ? end + 1 : key(*set.begin()); };
    const auto itself = [](std::int64_t position) { return position; };
    while (true) {
        const std::int64_t next =
            std::min({first(ahead_, itself), first(due_, itself),
                      first(lighter_, [](const auto& item) { return item.first; }),
                      added.empty() ? end + 1 : *added.begin() + 1});
        if (next > end) break;
        if (tale_.given_up && tale_.given_up())
            return Refusal{.code = Code::overloaded,
                           .detail = "It takes too long. Ask for less at once."};
        // What was added after the entry before comes first, then what falls due by then.
        if (added.erase(next - 1) > 0) tell_added(next - 1);
        if (due_.erase(next) > 0)
            fall_due(next - 1, instants_of(head_, {next}).recorded_at);
        const auto lighter = lighter_.extract(next);
        bool whole = ahead_.erase(next) > 0;
        if (!whole && !lighter.empty()) whole = !tell_exposures(next, lighter.mapped());
        if (!whole) continue;
        const Result<const Event*> event = fetch(entries, next);
        if (!event) return event.error();
        if (auto told = tell(**event); !told) return told;
    }
    if (added.contains(end)) tell_added(end);
    if (tale_.falls_due) fall_due(end, *tale_.falls_due);
    return {};
}

void Retelling::stand(std::int64_t position)
{
    const Standpoint at{head_.position.number, position};
    for (State* state : {&past_, &state_}) {
        each_kind(*state, [&](auto& things) { things.stand(at); });
        state->position = {position};
        state->recorded_at = instants_of(head_, {position}).recorded_at;
        state->custodies = {};
        state->expiries = {};
    }
    state_.custodies = moved_;
}

// Fetched in the order that they are due; what is found to be due meanwhile comes with the next.
Result<const Event*> Retelling::fetch(const Entries& entries, std::int64_t position)
{
    if (const auto found = fetched_.find(position); found != fetched_.end()) return &found->second;
    fetched_.clear();
    std::vector<Position> wanted{{position}};
    for (auto at = ahead_.begin(); at != ahead_.end() && wanted.size() < fetched_max; ++at)
        wanted.push_back({*at});
    const auto take = [&](Event&& event) -> Result<void> {
        const std::int64_t at = event.position.number;
        fetched_.emplace(at, std::move(event));
        return {};
    };
    if (auto read = entries.some(wanted, take); !read) return read.error();
    ensure(fetched_.contains(position), "every entry of the log is there");
    return &fetched_.at(position);
}

Result<void> Retelling::tell(const Event& recorded)
{
    ++told_;
    const std::int64_t position = recorded.position.number;
    stand(position - 1);
    State was = past_;
    if (const auto original = before_.read(recorded)) apply(was, *original);
    each_kind(state_, [&](auto& things) { things.begin_entry(position); });
    const std::optional<Event> event = after_.read(recorded);
    if (event && !(tale_.falls_due && is_own(event->data)))
        if (auto yes = judge(*event, recorded.position); !yes) return yes;
    compare(position, was);
    return {};
}

Result<void> Retelling::judge(const Event& event, Position shown)
{
    Result<void> yes = {};
    if (tale_.doubt != Doubt::none) yes = admit(state_, event);
    if (yes) {
        apply(state_, event);
        return {};
    }
    refused_.push_back({shown, std::string{type_name(event.data)}, yes.error()});
    return tale_.doubt == Doubt::first ? yes : Result<void>{};
}

void Retelling::tell_added(std::int64_t position)
{
    const auto [begin, end] = tale_.added.equal_range({position});
    for (auto at = begin; at != end; ++at) {
        stand(position);
        each_kind(state_, [&](auto& things) { things.begin_entry(position); });
        Event event = event_of(at->second, {"what-if", Role::system, {}},
                               Timestamp{state_.recorded_at, state_.utc_offset});
        event.position = {position};
        event.recorded_at = state_.recorded_at;
        resolve(state_, event, at->second.wanted);
        (void)judge(event, {position});
        compare(position, past_);
    }
}

void Retelling::fall_due(std::int64_t position, Time upto)
{
    stand(position);
    each_kind(state_, [&](auto& things) { things.begin_entry(position); });
    std::set<Expiry> due;
    for (const auto& item : state_.approvals.changes())
        if (const Approval* approval = state_.approvals.find(item.key);
            approval && !approval->ended() &&
            end_of(approval->terms->valid_to, state_.utc_offset) <= upto)
            due.insert({approval->terms->valid_to, item.key});
    for (const Expiry& expiry : due) {
        Event event = system_event(ApprovalExpired{expiry.approval, Text{"valid_to has passed"}},
                                   Timestamp{end_of(expiry.valid_to, state_.utc_offset),
                                             state_.utc_offset});
        event.position = {position};
        event.recorded_at = std::max(event.occurred_at.at, state_.recorded_at);
        apply(state_, event);
    }
    compare(position, past_);
}

// The cap is all that may say no: then the figures alone decide, and nothing need be read.
bool Retelling::tell_exposures(std::int64_t position, const Keys& keys)
{
    stand(position - 1);
    each_kind(state_, [&](auto& things) { things.begin_entry(position); });
    std::map<FirmPeriod, Exposure> after;
    for (const FirmPeriod& key : keys) {
        if (!state_.firms.contains(key.firm)) return false;
        const Exposure none;
        const auto or_none = [&](const Exposure* one) -> const Exposure& { return one ? *one : none; };
        const Exposure& was = or_none(past_.exposures.find(key));
        const Exposure& became = or_none(head_.exposures.as_of(key, position));
        Exposure is = or_none(state_.exposures.find(key));
        is.exposed += became.exposed - was.exposed;
        is.promised += became.promised - was.promised;
        const auto most = cap(state_, key.firm, key.period);
        const bool rises_within = (became.exposed <= was.exposed || (most && is.exposed <= *most)) &&
                                  (became.promised <= was.promised || (most && is.promised <= *most));
        const bool no_more = is.exposed <= became.exposed && is.promised <= became.promised &&
                             past_.firms.contains(key.firm) &&
                             most == cap(past_, key.firm, key.period);
        if (!rises_within && !no_more) return false;
        after[key] = is;
    }
    State was = past_;
    each_kind(was, [&](auto& things) { things.begin_entry(position); });
    for (const auto& [key, figures] : after) {
        was.exposures.insert(key, *head_.exposures.as_of(key, position));
        state_.exposures.insert(key, figures);
    }
    compare(position, was);
    return true;
}

void Retelling::await_due(std::int64_t position, const Approval* approval)
{
    if (!tale_.falls_due || !approval || approval->ended()) return;
    const Time due = end_of(approval->terms->valid_to, head_.utc_offset);
    std::int64_t first = position + 1, beyond = head_.position.number + 1;
    while (first < beyond) {  // The first entry recorded at or after it.
        const std::int64_t middle = first + (beyond - first) / 2;
        if (instants_of(head_, {middle}).recorded_at >= due)
            beyond = middle;
        else
            first = middle + 1;
    }
    if (first <= head_.position.number) due_.insert(first);
}

template <class Key, class Value>
void Retelling::compare(std::int64_t position, const Things<Key, Value>& was,
                        Things<Key, Value>& is, std::map<Key, Retold<Value>>& told)
{
    std::vector<Key> keys = was.edited_keys();
    keys.insert(keys.end(), is.edited_keys().begin(), is.edited_keys().end());
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    for (const Key& key : keys) {
        const Value* before = was.find(key);
        const Value* value = is.find(key);
        typename Retold<Value>::Version version{position, value ? std::optional{*value} : std::nullopt,
                        same(before, value)};
        auto found = told.find(key);
        const bool differed = found != told.end() && found->second.differs();
        if (version.same && found == told.end()) {
            is.forget(key);
            continue;
        }
        if (!version.same && (!differed || std::is_same_v<Value, Firm>))
            reach(position, key, before, value);
        if (version.same) {
            is.forget(key);
        } else if (!is.edited(key)) {  // What happened to it then has not happened now.
            if (version.value)
                is.insert(key, *version.value);
            else
                is.erase(key);
        }
        if constexpr (std::is_same_v<Value, Approval>)
            if (!version.same) await_due(position, version.value ? &*version.value : nullptr);
        auto& versions = told[key].versions;
        if (!versions.empty() && versions.back().position == position) versions.pop_back();
        if (!version.same || differed) versions.push_back(std::move(version));
    }
}

// A version of moves is what an entry moved, so they are compared entry by entry, and a batch that
// moves otherwise once is followed to the end.
void Retelling::compare_moves(std::int64_t position, const Things<BatchId, Move>& was)
{
    std::set<BatchId> keys{was.edited_keys().begin(), was.edited_keys().end()};
    keys.insert(state_.moves.edited_keys().begin(), state_.moves.edited_keys().end());
    auto& told = std::get<std::map<BatchId, Retold<Move>>>(retold_);
    for (const BatchId& key : keys) {
        const Move* before = was.edited(key) ? was.find(key) : nullptr;
        const Move* move = state_.moves.edited(key) ? state_.moves.find(key) : nullptr;
        const bool differed = told.contains(key);
        if (differed || !same(before, move)) {
            if (!differed) reach(position, key, before, move);
            auto& versions = told[key].versions;
            versions.push_back({position, move ? std::optional{*move} : std::nullopt, false});
            moved_.insert(key, state_.batches.contains(key) ? state_.custody_of(key) : Custody{});
        }
    }
    state_.moves.drop();
}

void Retelling::compare(std::int64_t position, const State& was)
{
    const auto was_kinds = kinds(was);
    const auto is_kinds = kinds(state_);
    const auto one = [&]<std::size_t i>() {
        auto& is = std::get<i>(is_kinds);
        using Kind = std::remove_reference_t<decltype(is)>;
        if constexpr (tells_entries<typename Kind::key_type>)
            is.drop();
        else if constexpr (std::is_same_v<Kind, Things<BatchId, Move>>)
            compare_moves(position, std::get<i>(was_kinds));
        else
            compare(position, std::get<i>(was_kinds), is, std::get<i>(retold_));
    };
    [&]<std::size_t... i>(std::index_sequence<i...>) {
        (one.template operator()<i>(), ...);
    }(std::make_index_sequence<kind_count>{});
}

namespace {

/// What is told of a thing now, with what was told before wherever it is the same again.
template <class Key, class Value>
std::vector<typename Versions<Value>::Version> merged(const Things<Key, Value>& things,
                                                      const Key& key, const Retold<Value>& told)
{
    constexpr bool moves = std::is_same_v<Value, Move>;
    std::vector<typename Versions<Value>::Version> all;
    auto next = told.versions.begin();
    bool same = false;
    const auto tell = [&](std::int64_t upto) {
        for (; next != told.versions.end() && next->position <= upto; ++next) {
            if (!moves || next->value) all.push_back({next->position, next->value});
            same = next->same;
        }
    };
    things.history(
        key,
        [&](std::int64_t position, const Value* value) {
            tell(position);
            if (same && (all.empty() || all.back().position < position))
                all.push_back({position, value ? std::optional{*value} : std::nullopt});
        },
        told.versions.front().position - 1);
    tell(std::numeric_limits<std::int64_t>::max());
    return all;
}

}  // namespace

State Retelling::finish(Position known) const
{
    State state = head_;
    auto all = kinds(state);
    const auto one = [&]<std::size_t i>() {
        auto& things = std::get<i>(all);
        for (const auto& [key, told] : std::get<i>(retold_))
            if (!told.versions.empty())
                things.retell(key, known.number, told.versions.front().position,
                              merged(things, key, told));
    };
    [&]<std::size_t... i>(std::index_sequence<i...>) {
        (one.template operator()<i>(), ...);
    }(std::make_index_sequence<kind_count>{});
    each_kind(state, [&](auto& things) { things.stand({known.number, head_.position.number}); });
    for (const auto& [key, told] : std::get<std::map<ApprovalId, Retold<Approval>>>(retold_)) {
        if (const Approval* was = head_.approvals.find(key))
            state.expiries.erase({was->terms->valid_to, key});
        if (const Approval* is = state.approvals.find(key); is && !is->ended())
            state.expiries.insert({is->terms->valid_to, key}, There{});
    }
    const auto paint_again = [&](const BatchId& batch) {
        state.custodies.erase(batch);
        if (!state.batches.contains(batch)) return;
        Custody custody = state.custody_of(batch);
        state.custodies.insert(batch, std::move(custody));
    };
    for (const auto& item : moved_) paint_again(item.key);
    for (const auto& [key, told] : std::get<std::map<BatchId, Retold<Batch>>>(retold_))
        paint_again(key);
    return state;
}

}  // namespace chipledger
