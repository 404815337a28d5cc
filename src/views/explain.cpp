#include "views/explain.hpp"

#include <algorithm>
#include <map>

namespace chipledger {

namespace {

std::string signed_text(std::string_view name, std::int64_t amount)
{
    return std::string{name} + (amount > 0 ? " +" : " ") + std::to_string(amount);
}

std::string why_of(const Balance& movement)
{
    std::string why;
    for (const Bucket& bucket : buckets)
        if (const std::int64_t amount = movement.*bucket.member; amount != 0)
            why += (why.empty() ? "" : ", ") + signed_text(bucket.name, amount);
    return why;
}

std::string why_of(const UnitCounts& change)
{
    std::string why;
    for (std::size_t i = 0; i < unit_states; ++i)
        if (const std::int64_t amount = change.by_state[i]; amount != 0)
            why += (why.empty() ? "" : ", ") +
                   signed_text(name_of(static_cast<UnitState>(i)), amount);
    return why;
}

/// Calls `visit(entry, was, is)` for each version of a thing.
template <class Things, class Visit>
void each_change(const Things& things, const typename Things::key_type& key, Visit&& visit)
{
    using Value = std::remove_cvref_t<decltype(*things.find(key))>;
    static const Value none{};
    const Value* was = &none;
    things.history(key, [&](std::int64_t entry, const Value* is) {
        if (!is) is = &none;
        visit(entry, *was, *is);
        was = is;
    });
}

/// What each entry did to the units of a firm.
std::map<std::int64_t, UnitCounts> unit_changes(const State& state, const FirmId& firm)
{
    std::map<std::int64_t, UnitCounts> changes;
    for (const ApprovalId& id : approvals_of(state, firm))
        each_change(state.approvals, id,
                    [&](std::int64_t entry, const Approval& was, const Approval& is) {
                        if (was.units != is.units) changes[entry] += is.units - was.units;
                    });
    return changes;
}

void add_term(std::vector<Term>& terms, std::int64_t entry, const UnitCounts& change,
              UnitState units)
{
    if (change[units] != 0) terms.push_back({{entry}, change[units], why_of(change)});
}

/// Of what counts its units itself.
template <class Things>
std::vector<Term> explain_counts(const Things& things, const typename Things::key_type& key,
                                 UnitState units)
{
    std::vector<Term> terms;
    each_change(things, key, [&](std::int64_t entry, const auto& was, const auto& is) {
        add_term(terms, entry, is.units - was.units, units);
    });
    return terms;
}

}  // namespace

std::vector<TimelinePoint> timeline_of(const State& state, const FirmId& firm)
{
    std::vector<TimelinePoint> points;
    UnitCounts units;
    for (const auto& [entry, change] : unit_changes(state, firm))
        points.push_back({{entry}, instants_of(state, {entry}), units += change});
    return points;
}

std::vector<Term> explain_bucket(const State& state, const ApprovalId& approval,
                                 std::int64_t Balance::*bucket)
{
    std::vector<Term> terms;
    each_change(state.approvals, approval, [&](std::int64_t entry, const Approval& was, const Approval& is) {
        const Balance movement = Balance(is.balance) - Balance(was.balance);
        if (movement.*bucket != 0)
            terms.push_back({{entry}, movement.*bucket, why_of(movement)});
    });
    return terms;
}

std::vector<Term> explain_units(const State& state, const ApprovalId& approval, UnitState units)
{
    return explain_counts(state.approvals, approval, units);
}

std::vector<Term> explain_units(const State& state, const ShipmentId& shipment, UnitState units)
{
    return explain_counts(state.shipments, shipment, units);
}

std::vector<Term> explain_units(const State& state, const FirmId& firm, UnitState units)
{
    std::vector<Term> terms;
    for (const auto& [entry, change] : unit_changes(state, firm))
        add_term(terms, entry, change, units);
    return terms;
}

// Nobody counts a batch's units on the way, so its moves are made once more.
std::vector<Term> explain_units(const State& state, const BatchId& id, UnitState units)
{
    const Batch& batch = state.batches.at(id);
    std::vector<Term> terms;
    UnitCounts change;
    change[UnitState::registered] = static_cast<std::int32_t>(batch.qty);
    add_term(terms, batch.registered.number, change, units);
    Custody custody{batch.qty, Holding{}, batch.registered};
    state.moves.history(id, [&](std::int64_t entry, const Move* move) {
        if (!move) return;
        change = {};
        paint(custody, *move, {entry}, [&](const Holding& was, const Holding& is, std::int64_t n) {
            change[was.state] -= static_cast<std::int32_t>(n);
            change[is.state] += static_cast<std::int32_t>(n);
        });
        add_term(terms, entry, change, units);
    });
    return terms;
}

std::vector<Term> explain_unallocated(const State& state, const BatchId& batch)
{
    std::vector<Term> terms;
    each_change(state.unallocated, batch, [&](std::int64_t entry, std::int64_t was, std::int64_t is) {
        if (is != was) terms.push_back({{entry}, is - was, signed_text("unallocated", is - was)});
    });
    return terms;
}

std::vector<Term> explain_exposure(const State& state, const FirmId& firm, const Period& period)
{
    std::map<std::int64_t, Term> by_entry;
    for (const ApprovalId& id : approvals_of(state, firm)) {
        if (state.approvals.at(id).terms->period != period) continue;
        each_change(state.approvals, id,
                    [&](std::int64_t entry, const Approval& was, const Approval& is) {
            const Balance movement = Balance(is.balance) - Balance(was.balance);
            const std::int64_t amount = movement.reserved + movement.drawn;
            if (amount == 0) return;
            Term& term = by_entry[entry];
            term.entry = {entry};
            term.amount += amount;
            term.why += (term.why.empty() ? "" : "; ") + id.value + ": " + why_of(movement);
        });
    }
    std::vector<Term> terms;
    for (auto& [entry, term] : by_entry)
        if (term.amount != 0) terms.push_back(std::move(term));
    return terms;
}

std::vector<Term> explain_cap(const State& state, const FirmId& firm, const Period& period)
{
    const auto most = cap(state, firm, period);
    if (!most || *most == 0) return {};
    const std::string tier = state.firms.at(firm).tier.value;
    return {{state.policies.at(period).entry, *most, "cap of tier " + tier}};
}

std::vector<Term> explain_headroom(const State& state, const FirmId& firm, const Period& period)
{
    if (!cap(state, firm, period)) return {};
    std::vector<Term> terms = explain_cap(state, firm, period);
    std::int64_t room = terms.empty() ? 0 : terms.front().amount;
    for (Term& term : explain_exposure(state, firm, period)) {
        term.amount = -term.amount;
        room += term.amount;
        terms.push_back(std::move(term));
    }
    std::ranges::stable_sort(terms, {}, &Term::entry);
    if (room < 0) terms.push_back({terms.back().entry, -room, "over the cap: no room"});
    return terms;
}

std::vector<std::string_view> types_of(const State& state, const std::vector<Position>& entries)
{
    std::vector<std::string_view> types(entries.size());
    if (entries.empty()) return types;
    const std::int64_t before = entries.front().number - 1, last = entries.back().number;
    const State there = state.seen_from(state.position, {last});
    for (const std::string_view type : event_types()) {
        std::size_t next = 0;
        there.subjects.history(
            {"type", std::string{type}},
            [&](std::int64_t entry, const There*) {
                while (next < entries.size() && entries[next].number < entry) ++next;
                for (; next < entries.size() && entries[next].number == entry; ++next)
                    types[next] = type;
            },
            before);
    }
    return types;
}

}  // namespace chipledger
