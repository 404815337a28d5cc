#include "ledger/history.hpp"

#include <algorithm>

namespace chipledger {

namespace {

constexpr std::size_t snapshots_max = 1024;  // Beyond it every second goes, and the gap doubles.
constexpr std::size_t recent_max = 64;

/// What is left of an entry under `overrides`: itself, its replacement, or nothing.
std::optional<Event> read_under(const Overrides& overrides, Event event)
{
    if (is_correction(event.data)) return {};
    const auto found = overrides.find(event.position);
    if (found == overrides.end()) return event;
    if (!found->second) return {};
    event.data = *found->second;
    return event;
}

/// The pointer of a refusal of the replacement, seen from the correction.
std::string inside_replacement(const std::string& param)
{
    return param.starts_with("/data") ? "/data/replacement" + param : param;
}

Refusal dependents(const Event& event, const Refusal& why)
{
    return Refusal{.code = Code::has_dependents,
                   .param = "/data/target",
                   .detail = "Entry " + std::to_string(event.position.number) + " (" +
                             std::string{type_name(event.data)} + ") rests on it: " + why.detail +
                             " Correct or void the later entry first.",
                   .available = why.available,
                   .requested = why.requested,
                   .entries = {event.position}};
}

}  // namespace

bool is_correction(const EventData& data)
{
    return std::holds_alternative<EventCorrected>(data) ||
           std::holds_alternative<EventVoided>(data);
}

Position target_of(const EventData& data)
{
    if (const auto* corrected = std::get_if<EventCorrected>(&data)) return {corrected->target};
    return {std::get<EventVoided>(data).target};
}

Overrides History::known_at(Position position, const std::vector<Event>& more,
                            const std::set<Position>& without) const
{
    std::map<Position, Event> live;  // Corrections in force, by their own position.
    const auto hear = [&](const Event& event) {
        if (!is_correction(event.data) || event.position > position) return;
        if (without.contains(event.position)) return;
        if (std::holds_alternative<EventVoided>(event.data))
            if (live.erase(target_of(event.data)) > 0) return;  // A correction is taken back.
        live.insert({event.position, event});
    };
    {
        const std::scoped_lock lock{mutex_};
        for (const Event& event : corrections_) hear(event);
    }
    for (const Event& event : more) hear(event);
    Overrides overrides;
    for (const auto& [at, event] : live) {
        const auto* corrected = std::get_if<EventCorrected>(&event.data);
        overrides[target_of(event.data)] =
            corrected ? std::optional{corrected->replacement->data} : std::nullopt;
    }
    return overrides;
}

// A snapshot knows what was known at its own entry. It serves another knowledge when the two
// differ only in targets after it.
History::Snapshot History::before(Position limit, const Overrides& overrides) const
{
    std::vector<Snapshot> snapshots;
    {
        const std::scoped_lock lock{mutex_};
        snapshots = snapshots_;
    }
    for (auto at = snapshots.rbegin(); at != snapshots.rend(); ++at) {
        const Position here = (*at)->position;
        if (here >= limit) continue;
        const Overrides then = known_at(here);
        const auto same_so_far = [&](const Overrides& a, const Overrides& b) {
            return std::ranges::all_of(a, [&](const auto& item) {
                const auto other = b.find(item.first);
                return item.first > here || (other != b.end() && other->second == item.second);
            });
        };
        if (same_so_far(then, overrides) && same_so_far(overrides, then)) return *at;
    }
    return std::make_shared<const State>();
}

// Folds the effective history up to `upto`. Entries after `checked_after` must still be admitted:
// they were once, on another past.
Result<State> History::refold(const Entries& entries, const Overrides& overrides, Position upto,
                              Position checked_after)
{
    State state = *before(std::min(upto, checked_after), overrides);
    auto step = [&](Event&& recorded) -> Result<void> {
        const std::optional<Event> event = read_under(overrides, recorded);
        if (event && event->position > checked_after)
            if (auto yes = admit(state, *event); !yes) return dependents(*event, yes.error());
        if (event)
            apply(state, *event);
        else
            note(state, recorded);
        return {};
    };
    if (auto read = entries(state.position, upto, step); !read) return read.error();
    return state;
}

Result<State> History::open(const Entries& entries, Position head)
{
    State state;
    std::vector<Event> none;
    keep(state);
    auto step = [&](Event&& event) -> Result<void> {
        Result<State> next = advance(entries, std::move(state), event);
        if (!next) return next.error();
        state = std::move(*next);
        publish(state, {event});
        return {};
    };
    if (auto read = entries({}, head, step); !read) return read.error();
    return state;
}

Result<State> History::advance(const Entries& entries, State state, const Event& event)
{
    if (!is_correction(event.data)) {
        apply(state, event);
        return state;
    }
    const Overrides overrides = known_at(event.position, {event});
    Result<State> corrected =
        refold(entries, overrides, {event.position.number - 1}, {event.position.number - 1});
    if (!corrected) return corrected.error();
    note(*corrected, event);
    return corrected;
}

void History::publish(const State& state, const std::vector<Event>& events)
{
    const std::scoped_lock lock{mutex_};
    for (const Event& event : events)
        if (is_correction(event.data)) corrections_.push_back(event);
    if (snapshots_.empty() ||
        state.position.number - snapshots_.back()->position.number >= interval_)
        snapshots_.push_back(std::make_shared<const State>(state));
    if (snapshots_.size() < snapshots_max) return;
    std::vector<Snapshot> fewer;
    for (std::size_t i = 0; i < snapshots_.size(); i += 2) fewer.push_back(snapshots_[i]);
    snapshots_ = std::move(fewer);
    interval_ *= 2;
}

void History::keep(const State& state)
{
    const std::scoped_lock lock{mutex_};
    snapshots_.push_back(std::make_shared<const State>(state));
}

Result<std::shared_ptr<const State>> History::at(const Entries& entries, Position position)
{
    Snapshot nearest;
    {
        const std::scoped_lock lock{mutex_};
        if (const auto found = recent_.find(position); found != recent_.end()) return found->second;
        for (const Snapshot& snapshot : snapshots_)
            if (snapshot->position <= position) nearest = snapshot;
    }
    State state = *nearest;
    auto step = [&](Event&& event) -> Result<void> {
        Result<State> next = advance(entries, std::move(state), event);
        if (!next) return next.error();
        state = std::move(*next);
        return {};
    };
    if (auto read = entries(state.position, position, step); !read) return read.error();
    Snapshot found = std::make_shared<const State>(std::move(state));
    const std::scoped_lock lock{mutex_};
    if (recent_.size() >= recent_max) recent_.clear();
    recent_.insert({position, found});
    return found;
}

Result<State> History::judge(const Entries& entries, const State& state,
                             const std::vector<Event>& pending, const Event& correction)
{
    const Position target = target_of(correction.data);
    const auto all = [&](Position after, Position upto, const auto& entry) -> Result<void> {
        const Position durable{state.position.number - static_cast<std::int64_t>(pending.size())};
        if (auto read = entries(after, std::min(upto, durable), entry); !read) return read;
        for (const Event& event : pending)
            if (event.position > after && event.position <= upto)
                if (auto yes = entry(Event{event}); !yes) return yes;
        return {};
    };
    std::vector<Event> heard = pending;
    const Overrides before = known_at(state.position, heard);
    if (before.contains(target))
        return Refusal{.code = Code::duplicate_correction,
                       .param = "/data/target",
                       .detail = "The entry has a live correction. Void that one first."};
    heard.push_back(correction);
    const Overrides after = known_at(correction.position, heard);
    // The earliest entry whose reading changes: the target, or the target of a correction that
    // is taken back.
    Position first = target;
    for (const auto& [position, data] : before)
        if (!after.contains(position)) first = std::min(first, position);
    Result<State> next = refold(all, after, state.position, {first.number - 1});
    if (next || next.error().code != Code::has_dependents) return next;
    if (next.error().entries != std::vector{target} || !after.contains(target)) return next.error();
    // It is the replacement itself that is refused, for a reason of its own.
    Result<State> past = refold(all, after, {target.number - 1}, {target.number - 1});
    if (!past) return past.error();
    Event replaced = correction;
    replaced.position = target;
    Result<void> own = {};
    auto step = [&](Event&& recorded) -> Result<void> {
        recorded.data = *after.at(target);
        own = admit(*past, recorded);
        return {};
    };
    if (auto read = all({target.number - 1}, target, step); !read) return read.error();
    ensure(!own, "a replacement is refused twice for the same reason");
    Refusal no = own.error();
    no.param = inside_replacement(no.param);
    return no;
}

}  // namespace chipledger
