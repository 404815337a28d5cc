#include "views/audit.hpp"

#include <map>
#include <set>

namespace chipledger {

namespace {

using Json = nlohmann::json;

struct Bucket {
    std::string_view name;
    std::int64_t Balance::*member;
};
constexpr Bucket buckets[]{{"granted", &Balance::granted},     {"available", &Balance::available},
                           {"reserved", &Balance::reserved},   {"drawn", &Balance::drawn},
                           {"forfeited", &Balance::forfeited}, {"carried_out", &Balance::carried_out}};

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

/// Calls `visit(entry, was, is)` for each version of an approval.
template <class Visit>
void each_change(const State& state, const ApprovalId& id, Visit&& visit)
{
    static const Approval none;
    const Approval* was = &none;
    state.approvals.history(id, [&](std::int64_t entry, const Approval* is) {
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
        each_change(state, id, [&](std::int64_t entry, const Approval& was, const Approval& is) {
            if (was.units != is.units) changes[entry] += is.units - was.units;
        });
    return changes;
}

void put(Json& out, std::string_view name, Json from, Json to)
{
    if (from != to) out[std::string{name}] = {{"from", std::move(from)}, {"to", std::move(to)}};
}

Json approval_difference(const State& from, const State& to, const ApprovalId& id)
{
    const Approval* before = from.approvals.find(id);
    const Approval* after = to.approvals.find(id);
    Json out = Json::object();
    for (const Bucket& bucket : buckets)
        put(out, bucket.name, before ? before->balance.*bucket.member : 0,
            after ? after->balance.*bucket.member : 0);
    const auto status = [&](const State& state, bool there) {
        return there ? Json(std::string{status_name(state, id)}) : Json(nullptr);
    };
    put(out, "status", status(from, before), status(to, after));
    const auto until = [](const Approval* approval) {
        return approval ? Json(to_string(approval->terms->valid_to)) : Json(nullptr);
    };
    put(out, "valid_to", until(before), until(after));
    return out;
}

Json firm_difference(const State& from, const State& to, const FirmId& id)
{
    const UnitCounts before = units_of(from, id), after = units_of(to, id);
    Json out = Json::object();
    for (std::size_t i = 0; i < unit_states; ++i)
        put(out, name_of(static_cast<UnitState>(i)), before.by_state[i], after.by_state[i]);
    return out;
}

/// The keys of both maps, each once.
template <class Map>
auto keys_of(const Map& a, const Map& b)
{
    std::set<typename Map::key_type> keys;
    for (const auto& item : a) keys.insert(item.key);
    for (const auto& item : b) keys.insert(item.key);
    return keys;
}

/// The run that holds `unit` from there on; state null for a batch that is not there.
struct Piece {
    std::int64_t to = 0;
    Json state = nullptr;
    ApprovalId approval{};
};

Piece piece_at(const Custody& custody, std::int64_t unit, std::int64_t qty)
{
    const Run* run = custody.at(unit);
    if (!run) return {qty, nullptr, {}};
    return {run->to, std::string{name_of(run->holding.state)}, run->holding.approval};
}

void add_moves(Json& out, const State& from, const State& to, const BatchId& id)
{
    const Batch* was = from.batches.find(id);
    const Batch* is = to.batches.find(id);
    if (was && is && from.moves.find(id) == to.moves.find(id)) return;  // The same last move.
    const Custody before = was ? from.custody_of(id) : Custody{};
    const Custody after = is ? to.custody_of(id) : Custody{};
    const std::int64_t qty = std::max(was ? was->qty : 0, is ? is->qty : 0);
    for (std::int64_t unit = 1; unit <= qty;) {
        const Piece a = piece_at(before, unit, qty), b = piece_at(after, unit, qty);
        const std::int64_t last = std::min(a.to, b.to);
        const bool moved = a.state != b.state || a.approval != b.approval;
        const bool joins = moved && !out.empty() && out.back()["batch"] == id.value &&
                           out.back()["to"] == unit - 1 && out.back()["before"] == a.state &&
                           out.back()["after"] == b.state;
        if (joins)
            out.back()["to"] = last;
        else if (moved)
            out.push_back({{"batch", id.value},
                           {"from", unit},
                           {"to", last},
                           {"before", a.state},
                           {"after", b.state}});
        unit = last + 1;
    }
}

}  // namespace

std::int64_t Balance::*bucket_named(std::string_view name)
{
    for (const Bucket& bucket : buckets)
        if (bucket.name == name) return bucket.member;
    return nullptr;
}

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
    each_change(state, approval, [&](std::int64_t entry, const Approval& was, const Approval& is) {
        const Balance movement = is.balance - was.balance;
        if (movement.*bucket != 0)
            terms.push_back({{entry}, movement.*bucket, why_of(movement)});
    });
    return terms;
}

std::vector<Term> explain_units(const State& state, const FirmId& firm, UnitState unit_state)
{
    std::vector<Term> terms;
    for (const auto& [entry, change] : unit_changes(state, firm))
        if (change[unit_state] != 0) terms.push_back({{entry}, change[unit_state], why_of(change)});
    return terms;
}

std::vector<Term> explain_exposure(const State& state, const FirmId& firm, const Period& period)
{
    std::map<std::int64_t, Term> by_entry;
    for (const ApprovalId& id : approvals_of(state, firm)) {
        if (state.approvals.at(id).terms->period != period) continue;
        each_change(state, id, [&](std::int64_t entry, const Approval& was, const Approval& is) {
            const Balance movement = is.balance - was.balance;
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

Json differences(const State& from, const State& to, const std::optional<FirmId>& own)
{
    Json approvals = Json::object(), firms = Json::object();
    for (const ApprovalId& id : keys_of(from.approvals, to.approvals)) {
        const Approval* there = to.approvals.find(id);
        if (!there) there = from.approvals.find(id);
        if (own && there->terms->firm != *own) continue;
        if (Json one = approval_difference(from, to, id); !one.empty())
            approvals[id.value] = std::move(one);
    }
    for (const FirmId& id : keys_of(from.firms, to.firms)) {
        if (own && id != *own) continue;
        if (Json one = firm_difference(from, to, id); !one.empty()) firms[id.value] = std::move(one);
    }
    return {{"approvals", std::move(approvals)}, {"firms", std::move(firms)}};
}

Json differences(const State& from, const State& to, const std::vector<Subject>& subjects)
{
    Json approvals = Json::object(), firms = Json::object();
    for (const Subject& subject : subjects) {
        Json* list = subject.kind == "approval" ? &approvals
                     : subject.kind == "firm"   ? &firms
                                                : nullptr;
        if (!list) continue;
        Json one = subject.kind == "firm" ? firm_difference(from, to, FirmId{subject.id})
                                          : approval_difference(from, to, ApprovalId{subject.id});
        if (!one.empty()) (*list)[subject.id] = std::move(one);
    }
    return {{"approvals", std::move(approvals)}, {"firms", std::move(firms)}};
}

Json moved_units(const State& from, const State& to)
{
    Json moves = Json::array();
    for (const BatchId& id : keys_of(from.batches, to.batches))
        add_moves(moves, from, to, id);
    return moves;
}

}  // namespace chipledger
