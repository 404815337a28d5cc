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

std::string why_of(const UnitCounts& before, const UnitCounts& after)
{
    std::string why;
    for (std::size_t i = 0; i < unit_states; ++i)
        if (const std::int64_t amount = after.by_state[i] - before.by_state[i]; amount != 0)
            why += (why.empty() ? "" : ", ") +
                   signed_text(name_of(static_cast<UnitState>(i)), amount);
    return why;
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
        return approval ? Json(to_string(approval->valid_to)) : Json(nullptr);
    };
    put(out, "valid_to", until(before), until(after));
    return out;
}

Json firm_difference(const State& from, const State& to, const FirmId& id)
{
    const Firm* before = from.firms.find(id);
    const Firm* after = to.firms.find(id);
    const UnitCounts none;
    Json out = Json::object();
    for (std::size_t i = 0; i < unit_states; ++i)
        put(out, name_of(static_cast<UnitState>(i)), (before ? before->units : none).by_state[i],
            (after ? after->units : none).by_state[i]);
    return out;
}

/// The keys of both maps, each once.
template <class Map>
auto keys_of(const Map& a, const Map& b)
{
    std::set<std::decay_t<decltype((*a.begin()).key)>> keys;
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

Piece piece_at(const Batch* batch, std::int64_t unit, std::int64_t qty)
{
    const Run* run = batch ? batch->custody.at(unit) : nullptr;
    if (!run) return {qty, nullptr, {}};
    return {run->to, std::string{name_of(run->holding.state)}, run->holding.approval};
}

void add_moves(Json& out, const BatchId& id, const Batch* before, const Batch* after)
{
    const std::int64_t qty = std::max(before ? before->qty : 0, after ? after->qty : 0);
    for (std::int64_t unit = 1; unit <= qty;) {
        const Piece a = piece_at(before, unit, qty), b = piece_at(after, unit, qty);
        const std::int64_t to = std::min(a.to, b.to);
        const bool moved = a.state != b.state || a.approval != b.approval;
        const bool joins = moved && !out.empty() && out.back()["batch"] == id.value &&
                           out.back()["to"] == unit - 1 && out.back()["before"] == a.state &&
                           out.back()["after"] == b.state;
        if (joins)
            out.back()["to"] = to;
        else if (moved)
            out.push_back({{"batch", id.value},
                           {"from", unit},
                           {"to", to},
                           {"before", a.state},
                           {"after", b.state}});
        unit = to + 1;
    }
}

}  // namespace

std::int64_t Balance::*bucket_named(std::string_view name)
{
    for (const Bucket& bucket : buckets)
        if (bucket.name == name) return bucket.member;
    return nullptr;
}

std::vector<Term> explain_bucket(const Approval& approval, std::int64_t Balance::*bucket)
{
    std::vector<Term> terms;
    for (const auto& movement : approval.movements)
        if (const std::int64_t amount = movement.value.*bucket; amount != 0)
            terms.push_back({{movement.key}, amount, why_of(movement.value)});
    return terms;
}

std::vector<Term> explain_units(const Firm& firm, UnitState state)
{
    std::vector<Term> terms;
    UnitCounts before;
    for (const auto& point : firm.timeline) {
        const std::int64_t amount = point.value.units[state] - before[state];
        if (amount != 0)
            terms.push_back({{point.key}, amount, why_of(before, point.value.units)});
        before = point.value.units;
    }
    return terms;
}

std::vector<Term> explain_exposure(const State& state, const FirmId& firm, const Period& period)
{
    std::map<std::int64_t, Term> by_entry;
    for (const ApprovalId& id : state.firms.at(firm).approvals) {
        const Approval& approval = state.approvals.at(id);
        if (approval.period != period) continue;
        for (const auto& movement : approval.movements) {
            const std::int64_t amount = movement.value.reserved + movement.value.drawn;
            if (amount == 0) continue;
            Term& term = by_entry[movement.key];
            term.entry = {movement.key};
            term.amount += amount;
            term.why += (term.why.empty() ? "" : "; ") + id.value + ": " + why_of(movement.value);
        }
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
        if (own && there->firm != *own) continue;
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
        add_moves(moves, id, from.batches.find(id), to.batches.find(id));
    return moves;
}

}  // namespace chipledger
