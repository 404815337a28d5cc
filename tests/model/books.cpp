#include "books.hpp"

#include <random>

#include "given.hpp"
#include "ledger/history.hpp"
#include "random_events.hpp"

namespace chipledger::model {

namespace {

std::string shown(const std::optional<Code>& code)
{
    return code ? std::string{kind_of(*code).slug} : "accepted";
}

/// What a correction of `target` says.
EventData correction_of(const Event& target, std::uint64_t seed)
{
    std::mt19937_64 dice{seed};
    if (!is_correction(target.data) && dice() % 3 != 0)
        if (auto other = naive::smaller(target.data, dice))
            return EventCorrected{target.position.number, CorrectionReason::incorrect_data,
                                  Box<Replacement>{Replacement{*other}}};
    return EventVoided{target.position.number, VoidReason::did_not_occur};
}

}  // namespace

Result<void> by_the_rulebook(const State& state, const Event& event)
{
    if (auto no = permitted(event.actor, event.data); !no) return no.error();
    return admit(state, event);
}

std::string Books::offer(const Command& command)
{
    recorded_ = false;
    Event event = command.event;
    if (command.target) {
        const auto target = position_of(*command.target);
        if (!target) return {};  // It was refused, or left out: there is nothing to correct.
        event.data = correction_of(events_[static_cast<std::size_t>(target->number - 1)],
                                   command.dice);
    }
    event.position = {std::ssize(events_) + 1};
    event.recorded_at = std::max({state_.recorded_at, event.recorded_at, event.occurred_at.at});
    if (!command.target) event.subjects = subjects_of(state_, event.data);
    offered_ = event;
    std::string differs = command.target ? offer_correction(event) : offer_event(event);
    if (recorded_) commands_.push_back(command.number);
    if (differs.empty() && recorded_) differs = difference();
    return differs;
}

std::string Books::offer_event(Event event)
{
    const Result<void> yes = judge_(state_, event);
    const std::optional<Code> real = yes ? std::nullopt : std::optional{yes.error().code};
    const std::optional<Code> expected = model_.verdict(event);
    if (real != expected)
        return "the rulebook says " + shown(real) + ", the model " + shown(expected);
    if (real) return {};
    apply(state_, event);
    model_.apply(event);
    take(event);
    return {};
}

std::string Books::offer_correction(Event event)
{
    const Position target = target_of(event.data);
    const Result<State> next = judge_correction(log(), state_, {}, event);
    if (live_.contains(target)) {
        if (!next && next.error().code == Code::duplicate_correction) return {};
        return "a second correction of entry " + std::to_string(target.number) + " is not refused";
    }
    const Readings readings = readings_after(event);
    Position first = target;
    for (const auto& [entry, by] : live_)
        if (by == target) first = entry;
    const Refold expected = refold(readings, first);
    if (!next) return compare_refusal(event, next.error(), expected);
    if (expected.refused)
        return "accepted, though entry " + std::to_string(expected.refused->number) +
               " would then be refused " + shown(expected.code);
    state_ = *next;
    note(state_, event);
    model_ = expected.model;
    readings_ = readings;
    if (std::erase_if(live_, [&](const auto& item) { return item.second == target; }) == 0)
        live_[target] = event.position;
    take(event);
    return {};
}

std::string Books::compare_refusal(const Event& event, const Refusal& refusal,
                                   const Refold& expected) const
{
    const Code expected_code = !expected.refused ? Code::internal
                               : *expected.refused == target_of(event.data)
                                   ? *expected.code
                                   : Code::has_dependents;
    if (!expected.refused)
        return "refused " + shown(refusal.code) + ", though every entry still stands";
    if (refusal.code != expected_code)
        return "refused " + shown(refusal.code) + ", the model says " + shown(expected_code);
    if (refusal.code == Code::has_dependents && refusal.entries != std::vector{*expected.refused})
        return "the first dependent is entry " + std::to_string(expected.refused->number);
    return {};
}

void Books::take(const Event& event)
{
    events_.push_back(event);
    state_.settle();
    recorded_ = true;
}

Entries Books::log() const
{
    Entries all;
    all.range = [this](Position after, Position upto, const Entries::Take& take) -> Result<void> {
        for (std::int64_t n = after.number; n < upto.number; ++n)
            if (auto yes = take(Event{events_[static_cast<std::size_t>(n)]}); !yes) return yes;
        return {};
    };
    all.some = [this](const std::vector<Position>& positions,
                      const Entries::Take& take) -> Result<void> {
        for (const Position position : positions)
            if (auto yes = take(Event{events_[static_cast<std::size_t>(position.number - 1)]});
                !yes)
                return yes;
        return {};
    };
    return all;
}

std::optional<Position> Books::position_of(std::size_t command) const
{
    const auto found = std::ranges::lower_bound(commands_, command);
    if (found == commands_.end() || *found != command) return {};
    return Position{found - commands_.begin() + 1};
}

Books::Readings Books::readings_after(const Event& correction) const
{
    Readings readings = readings_;
    const Position target = target_of(correction.data);
    if (const auto* corrected = std::get_if<EventCorrected>(&correction.data)) {
        readings[target] = corrected->replacement->data;
        return readings;
    }
    for (const auto& [entry, by] : live_)
        if (by == target) {
            readings.erase(entry);
            return readings;
        }
    readings[target] = std::nullopt;
    return readings;
}

Books::Refold Books::refold(const Readings& readings, Position first) const
{
    Refold told;
    for (Event event : events_) {
        const auto other = readings.find(event.position);
        if (is_correction(event.data) || (other != readings.end() && !other->second)) continue;
        if (other != readings.end()) event.data = *other->second;
        if (event.position >= first) told.code = told.model.verdict(event);
        if (told.code) {
            told.refused = event.position;
            return told;
        }
        told.model.apply(event);
    }
    return told;
}

std::string Books::difference() const
{
    for (const auto& [id, permit] : model_.approvals)
        if (model_.balance(id) != Balance(state_.approvals.at(id).balance))
            return "balance of " + id.value;
    for (const auto& item : state_.approvals)
        if (!model_.approvals.contains(item.key)) return "approval " + item.key.value;
    for (const auto& [firm, tier] : model_.firms)
        for (const Period& period : {scenario::y26, scenario::y27})
            if (model_.exposure(firm, period) != exposure(state_, firm, period))
                return "exposure of " + firm.value + " in " + period.value;
    for (const auto& [id, lot] : model_.batches) {
        const Custody custody = state_.custody_of(id);
        for (std::int64_t n = 1; n <= std::ssize(lot.units); ++n) {
            const naive::Unit& unit = lot.units[static_cast<std::size_t>(n - 1)];
            const auto& holding = custody.at(n)->holding;
            if (unit.state != holding.state || unit.approval != holding.approval ||
                unit.shipment != holding.shipment)
                return "unit " + id.value + '/' + std::to_string(n);
        }
    }
    return {};
}

std::string Books::whole() const
{
    if (const auto broken = broken_invariants(state_); !broken.empty()) return broken.front();
    const Result<State> again = fold(log(), {std::ssize(events_)});
    if (!again) return "a fold of the log is refused: " + again.error().detail;
    return scenario::told(*again) == scenario::told(state_) ? "" : "a fold gives another state";
}

}  // namespace chipledger::model
