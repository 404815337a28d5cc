#include "ledger/history.hpp"

#include <algorithm>

namespace chipledger {

namespace {

constexpr std::size_t late_at_once = 1000;

/// The pointer of a refusal of the replacement, seen from the correction.
std::string inside_replacement(const std::string& param)
{
    return param.starts_with("/data") ? "/data/replacement" + param : param;
}

Refusal dependents(const Refused& later)
{
    return Refusal{.code = Code::has_dependents,
                   .param = "/data/target",
                   .detail = "Entry " + std::to_string(later.entry.number) + " (" + later.type +
                             ") rests on it: " + later.refusal.detail +
                             " Correct or void the later entry first.",
                   .available = later.refusal.available,
                   .requested = later.refusal.requested,
                   .entries = {later.entry}};
}

/// The log with what is not durable yet.
Entries with_pending(const Entries& entries, Position durable, const std::vector<Event>& pending)
{
    const auto rest = [durable, &pending](auto&& wanted, const Entries::Take& take) -> Result<void> {
        for (const Event& event : pending)
            if (event.position > durable && wanted(event.position))
                if (auto yes = take(Event{event}); !yes) return yes;
        return {};
    };
    Entries all;
    all.range = [&entries, durable, rest](Position after, Position upto,
                                          const Entries::Take& take) -> Result<void> {
        if (auto read = entries.range(after, std::min(upto, durable), take); !read) return read;
        return rest([&](Position one) { return one > after && one <= upto; }, take);
    };
    all.some = [&entries, durable, rest](const std::vector<Position>& positions,
                                         const Entries::Take& take) -> Result<void> {
        std::vector<Position> stored;
        std::ranges::copy_if(positions, std::back_inserter(stored),
                             [&](Position one) { return one <= durable; });
        if (auto read = entries.some(stored, take); !read) return read;
        return rest([&](Position one) { return std::ranges::find(positions, one) != positions.end(); },
                    take);
    };
    return all;
}

/// Corrections and voids among the first entries of what is settled.
std::int64_t corrections(const State& state, Position upto)
{
    Things subjects = state.subjects;
    subjects.stand({upto.number, upto.number});
    return subjects.count({"type", "EventCorrected"}) + subjects.count({"type", "EventVoided"});
}

/// What a correction makes of which entry.
struct Heard {
    Position target{};
    std::optional<Reading> reading{};  ///< None: the entry counts again as it was recorded.
};

Heard hear(const State& state, const Event& correction)
{
    const Position target = target_of(correction.data);
    if (const auto* corrected = std::get_if<EventCorrected>(&correction.data))
        return {target, Reading{std::make_shared<const EventData>(corrected->replacement->data),
                                correction.position}};
    if (corrections(state, target) > corrections(state, {target.number - 1}))
        for (const auto& item : state.readings)
            if (item.value.by == target) return {item.key, {}};  // A correction is taken back.
    return {target, Reading{{}, correction.position}};
}

void read_otherwise(State& state, const Heard& heard, Position by)
{
    state.readings.begin_entry(by.number);
    if (heard.reading)
        state.readings.insert(heard.target, *heard.reading);
    else
        state.readings.erase(heard.target);
}

/// Nothing may lie over what is settled: for this copy, it is settled here.
State settled_here(State state)
{
    each_kind(state, [&](auto& things) { things.settle_here(state.position.number); });
    return state;
}

Result<State> retold(const Entries& entries, const State& state, const Event& correction,
                     Doubt doubt, PreparedCorrection* prepared = nullptr)
{
    const State past = settled_here(state);
    const Heard heard = hear(past, correction);
    const bool begun =  // As long as there are no more corrections, entries are read the same.
        prepared &&
        corrections(past, prepared->retelling.end()) == corrections(past, past.position);
    Retelling retelling = begun ? std::move(prepared->retelling)
                                : Retelling{past, {{{heard.target, heard.reading}}, {}, doubt, {}, {}}};
    Result<void> told = {};
    if (begun && !prepared->told) {
        told = prepared->told;
    } else {
        if (begun) retelling.go_on(past);
        told = retelling.run(entries);
    }
    if (!told) {
        if (retelling.refused().empty()) return told.error();
        const bool replaces = heard.reading && heard.reading->data;
        if (!replaces || retelling.refused().front().entry != heard.target)
            return dependents(retelling.refused().front());
        Refusal no = told.error();  // It is the replacement itself, for a reason of its own.
        no.param = inside_replacement(no.param);
        return no;
    }
    State next = retelling.finish({past.position.number + 1});
    read_otherwise(next, heard, correction.position);
    return next;
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

Result<State> fold(const Entries& entries, Position head, State from)
{
    const Position begin = from.position;
    State state = std::move(from);
    state.be_alone();
    const auto step = [&](Event&& event) -> Result<void> {
        if (!is_correction(event.data)) {
            apply(state, event);
            return {};
        }
        state.settle();
        Result<State> next = advance(entries, std::move(state), event);
        if (!next) return next.error();
        state = std::move(*next);
        state.settle();
        state.be_alone();
        return {};
    };
    if (auto read = entries.range(begin, head, step); !read) return read.error();
    state.settle();
    state.be_seen();
    return state;
}

Result<State> advance(const Entries& entries, State state, const Event& event)
{
    if (!is_correction(event.data)) {
        apply(state, event);
        return state;
    }
    Result<State> next = retold(entries, state, event, Doubt::none);
    if (next) note(*next, event);
    return next;
}

std::shared_ptr<PreparedCorrection> prepare_correction(const Entries& entries, const State& state,
                                                       const Event& correction)
{
    if (state.readings.contains(target_of(correction.data))) return {};
    const Heard heard = hear(state, correction);
    Tale tale{{{heard.target, heard.reading}}, {}, Doubt::first, {}, {}};
    auto prepared = std::make_shared<PreparedCorrection>(Retelling{state, std::move(tale)});
    prepared->told = prepared->retelling.run(entries);
    const bool final = prepared->told || !prepared->retelling.refused().empty();
    return final ? prepared : nullptr;
}

Result<State> judge_correction(const Entries& entries, const State& state,
                               const std::vector<Event>& pending, const Event& correction,
                               PreparedCorrection* prepared)
{
    if (state.readings.contains(target_of(correction.data)))
        return Refusal{.code = Code::duplicate_correction,
                       .param = "/data/target",
                       .detail = "The entry has a live correction. Void that one first."};
    const Position durable{state.position.number - static_cast<std::int64_t>(pending.size())};
    return retold(with_pending(entries, durable, pending), state, correction, Doubt::first,
                  prepared);
}

Result<Hypothetical> imagine(const Entries& entries, const State& state,
                             const Hypothesis& hypothesis, Time now)
{
    Tale tale{{}, hypothesis.added, Doubt::all, now, hypothesis.given_up};
    if (!hypothesis.removed.empty())
        for (const auto& item : state.readings)
            if (hypothesis.removed.contains(item.value.by)) tale.otherwise[item.key] = {};
    for (const auto& [position, data] : hypothesis.replaced)
        tale.otherwise[position] = Reading{std::make_shared<const EventData>(data), {}};
    for (const Position position : hypothesis.removed) tale.otherwise[position] = Reading{};
    Retelling retelling{state, std::move(tale)};
    if (auto told = retelling.run(entries); !told) return told.error();
    return Hypothetical{retelling.finish(state.position), retelling.refused()};
}

// All that had occurred by then up to the entry where something later comes in; of what follows,
// the late entries. One that makes no sense without one that occurred later is left out, as that
// one is.
Result<State> effective(const Entries& entries, const State& state, Time occurred)
{
    Position whole;
    std::vector<Position> late;
    state.instants.history(Sole{}, [&](std::int64_t position, const Instants* at) {
        if (!at || at->occurred_at > occurred) return;
        if (whole.number + 1 == position)
            whole = {position};
        else
            late.push_back({position});
    });
    State then = state.seen_from(state.position, whole);
    const Readings readings{state.readings, {}};
    const auto step = [&](Event&& recorded) -> Result<void> {
        const std::optional<Event> event = readings.read(recorded);
        if (event && (event->position == Position{1} || admit(then, *event))) apply(then, *event);
        return {};
    };
    for (std::size_t i = 0; i < late.size(); i += late_at_once) {
        const std::vector<Position> some(
            late.begin() + static_cast<std::ptrdiff_t>(i),
            late.begin() + static_cast<std::ptrdiff_t>(std::min(late.size(), i + late_at_once)));
        if (auto read = entries.some(some, step); !read) return read.error();
    }
    const auto as_recorded = [&](auto& things) {
        things.drop();
        things.stand({state.position.number, state.position.number});
    };
    as_recorded(then.subjects);
    as_recorded(then.instants);
    then.position = state.position;
    then.recorded_at = state.recorded_at;
    return then;
}

Position position_at(const State& state, Time recorded)
{
    std::int64_t last = 0, beyond = state.position.number + 1;
    while (last + 1 < beyond) {
        const std::int64_t middle = last + (beyond - last) / 2;
        (instants_of(state, {middle}).recorded_at <= recorded ? last : beyond) = middle;
    }
    return {last};
}

}  // namespace chipledger
