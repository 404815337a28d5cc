#include "domain/custody.hpp"

#include <algorithm>
#include <vector>

namespace chipledger {

std::string_view name_of(UnitState state)
{
    return boost::describe::enum_to_string(state, "");
}

std::int64_t UnitCounts::sum(UnitState first, UnitState last) const
{
    std::int64_t total = 0;
    for (auto i = static_cast<std::size_t>(first); i <= static_cast<std::size_t>(last); ++i)
        total += by_state[i];
    return total;
}

UnitCounts& UnitCounts::operator+=(const UnitCounts& other)
{
    for (std::size_t i = 0; i < unit_states; ++i) by_state[i] += other.by_state[i];
    return *this;
}

UnitCounts operator-(const UnitCounts& a, const UnitCounts& b)
{
    UnitCounts difference;
    for (std::size_t i = 0; i < unit_states; ++i)
        difference.by_state[i] = a.by_state[i] - b.by_state[i];
    return difference;
}

Holding Change::operator()(Holding holding) const
{
    switch (kind) {
        case Kind::to_state: holding.state = state; break;
        case Kind::reserve: return {UnitState::registered, {}, ApprovalId{id}, {}, {}};
        case Kind::release: return {};
        case Kind::dispatch:
            holding.state = UnitState::in_transit;
            holding.shipment = ShipmentId{id};
            break;
        case Kind::transfer: holding.approval = ApprovalId{id}; break;
        case Kind::place:
            holding.state = state;
            holding.site = SiteId{id};
            break;
        case Kind::recall:
            holding.before = holding.state;
            holding.state = UnitState::recalled;
            break;
        case Kind::lift:
            holding.state = holding.before;
            holding.before = {};
            break;
    }
    return holding;
}

bool operator==(const Move& a, const Move& b)
{
    return a.from == b.from && a.to == b.to && a.change == b.change &&
           a.others == b.others;
}

Custody::Custody(std::int64_t size, const Holding& holding, Position entry)
{
    runs_.insert(1, Run{size, holding, entry});
}

const Run* Custody::at(std::int64_t unit) const
{
    const Runs::Item* item = runs_.floor(unit);
    return item && unit <= item->value.to ? &item->value : nullptr;
}

void Custody::visit(std::int64_t from, std::int64_t to, const Visit& visit) const
{
    const Runs::Item* first = runs_.floor(from);
    for (auto at = runs_.lower_bound(first ? first->key : from); at != runs_.end(); ++at) {
        if (at->key > to) break;
        const std::int64_t a = std::max(from, at->key), b = std::min(to, at->value.to);
        if (a <= b) visit(a, b, at->value);
    }
}

void Custody::split(std::int64_t first)
{
    const Runs::Item* item = runs_.floor(first);
    if (!item || item->key == first || item->value.to < first) return;
    const std::int64_t start = item->key;
    const Run rest = item->value;
    runs_.edit(start).to = first - 1;
    runs_.insert(first, rest);
}

void Custody::join(std::int64_t first)
{
    const Runs::Item* item = runs_.floor(first);
    const Runs::Item* before = runs_.floor(first - 1);
    if (!item || !before || item->key != first || before->value.to + 1 != first) return;
    if (before->value.entry != item->value.entry || before->value.holding != item->value.holding)
        return;
    const std::int64_t start = before->key, end = item->value.to;
    runs_.erase(first);
    runs_.edit(start).to = end;
}

void Custody::move(std::int64_t from, std::int64_t to, Position entry, const Change& change,
                   const Moved& moved)
{
    split(from);
    split(to + 1);
    std::vector<std::int64_t> starts;
    for (auto at = runs_.lower_bound(from); at != runs_.end() && at->key <= to; ++at)
        starts.push_back(at->key);
    for (const std::int64_t start : starts) {
        Run& run = runs_.edit(start);
        const Holding next = change(run.holding);
        if (moved) moved(run.holding, next, run.to - start + 1);
        run.holding = next;
        run.entry = entry;
    }
    for (const std::int64_t start : starts) join(start);
    join(to + 1);
}

void paint(Custody& custody, const Move& move, Position entry, const Custody::Moved& moved)
{
    if (move.others) paint(custody, *move.others, entry, moved);
    custody.move(move.from, move.to, entry, move.change, moved);
}

}  // namespace chipledger
