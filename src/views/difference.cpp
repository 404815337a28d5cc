#include "views/difference.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "views/buckets.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

template <class T>
void put(Json& out, std::string_view name, const T& from, const T& to)
{
    if (from != to) out[std::string{name}] = {{"from", from}, {"to", to}};
}

Json approval_difference(const State& from, const State& to, const ApprovalId& id,
                         const Approval* before, const Approval* after)
{
    Json out = Json::object();
    const KeptBalance none;
    const Balance was = before ? before->balance : none;
    const Balance is = after ? after->balance : none;
    for (const Bucket& bucket : buckets)
        put(out, bucket.name, was.*bucket.member, is.*bucket.member);
    const auto status = [&](const State& state, bool there) {
        return there ? Json(std::string{status_name(state, id)}) : Json(nullptr);
    };
    put(out, "status", status(from, before), status(to, after));
    if (before && after && before->terms->valid_to == after->terms->valid_to) return out;
    const auto until = [](const Approval* approval) {
        return approval ? Json(to_string(approval->terms->valid_to)) : Json(nullptr);
    };
    put(out, "valid_to", until(before), until(after));
    return out;
}

Json units_difference(const UnitCounts& before, const UnitCounts& after)
{
    Json out = Json::object();
    for (std::size_t i = 0; i < unit_states; ++i)
        put(out, name_of(static_cast<UnitState>(i)), before.by_state[i], after.by_state[i]);
    return out;
}

/// Calls `visit(key, was, is)` for each key that one of both has, ascending; null where it is not.
template <class Things, class Visit>
void each_pair(const Things& from, const Things& to, Visit&& visit)
{
    auto a = from.begin(), b = to.begin();
    const auto a_end = from.end(), b_end = to.end();
    while (a != a_end || b != b_end) {
        const bool was = a != a_end && (b == b_end || !(b->key < a->key));
        const bool is = b != b_end && (a == a_end || !(a->key < b->key));
        visit(was ? a->key : b->key, was ? &a->value : nullptr, is ? &b->value : nullptr);
        if (was) ++a;
        if (is) ++b;
    }
}

/// What a difference asks of units, from `from` up to the next piece: much less than a Custody
/// holds, so that the moves of a whole ledger are made in no time.
struct Piece {
    std::int64_t from = 1;
    UnitState state{};
    UnitState before{};  ///< State before a recall.
    const std::string* approval = nullptr;
};
const std::string nobody;

class Pieces {
public:
    explicit Pieces(std::int64_t qty) : pieces_(1, Piece{1, {}, {}, &nobody}), end_{qty + 1} {}

    const std::vector<Piece>& all() const { return pieces_; }
    void move(const Move& move)
    {
        if (move.others) this->move(*move.others);
        const std::size_t first = cut(move.from), last = cut(std::int64_t{move.to} + 1);
        for (std::size_t i = first; i < last; ++i) change(pieces_[i], move.change);
    }

private:
    /// The index of the piece that begins with `unit`, made where there is none.
    std::size_t cut(std::int64_t unit)
    {
        const auto at = std::ranges::lower_bound(pieces_, unit, {}, &Piece::from);
        const auto index = static_cast<std::size_t>(at - pieces_.begin());
        if (unit >= end_ || (at != pieces_.end() && at->from == unit)) return index;
        Piece rest = *(at - 1);
        rest.from = unit;
        pieces_.insert(at, rest);
        return index;
    }
    // As Change does to a Holding.
    static void change(Piece& piece, const Change& change)
    {
        using enum Change::Kind;
        switch (change.kind) {
            case to_state:
            case place: piece.state = change.state; break;
            case reserve: piece = {piece.from, UnitState::registered, {}, &change.id}; break;
            case release: piece = {piece.from, {}, {}, &nobody}; break;
            case dispatch: piece.state = UnitState::in_transit; break;
            case transfer: piece.approval = &change.id; break;
            case recall:
                piece.before = piece.state;
                piece.state = UnitState::recalled;
                break;
            case lift:
                piece.state = piece.before;
                piece.before = {};
                break;
        }
    }

    std::vector<Piece> pieces_;
    std::int64_t end_;
};

/// The units of a batch as of `after`, painted over those of before; nothing of one that is not
/// there.
void paint(Pieces& pieces, const State& state, const BatchId& id, Position after = {})
{
    const auto each = [&](std::int64_t, const Move* move) {
        if (move) pieces.move(*move);
    };
    state.moves.history(id, each, after.number);
}

void add_moves(std::vector<MovedUnits>& out, const State& from, const State& to, const BatchId& id,
               const Batch* was, const Batch* is)
{
    if (was && is && from.moves.find(id) == to.moves.find(id)) return;  // The same last move.
    Pieces old_pieces{was ? was->qty : 0}, new_pieces{is ? is->qty : 0};
    paint(old_pieces, from, id);
    if (was && is && was->qty == is->qty && from.position <= to.position &&
        to.moves.goes_on_from(from.moves, id)) {
        new_pieces = old_pieces;
        paint(new_pieces, to, id, from.position);
    } else {
        paint(new_pieces, to, id);
    }
    const std::vector<Piece>&before = old_pieces.all(), &after = new_pieces.all();
    const std::int64_t old_end = was ? was->qty + 1 : 1, new_end = is ? is->qty + 1 : 1;
    const std::int64_t end = std::max(old_end, new_end);
    const auto state_of = [](const Piece* piece) {
        return piece ? std::optional{piece->state} : std::nullopt;
    };
    std::size_t a = 0, b = 0;
    for (std::int64_t unit = 1; unit < end;) {
        const auto next = [&](const std::vector<Piece>& pieces, std::size_t& at, std::int64_t last) {
            if (unit >= last) return end;
            while (at + 1 < pieces.size() && pieces[at + 1].from <= unit) ++at;
            return at + 1 < pieces.size() ? pieces[at + 1].from : last;
        };
        const std::int64_t beyond = std::min(next(before, a, old_end), next(after, b, new_end));
        const Piece* old = unit < old_end ? &before[a] : nullptr;
        const Piece* now = unit < new_end ? &after[b] : nullptr;
        const bool moved = !old || !now || old->state != now->state ||
                           *old->approval != *now->approval;
        const bool joins = moved && !out.empty() && out.back().batch == id &&
                           out.back().to == unit - 1 && out.back().before == state_of(old) &&
                           out.back().after == state_of(now);
        if (joins)
            out.back().to = beyond - 1;
        else if (moved)
            out.push_back({id, unit, beyond - 1, state_of(old), state_of(now)});
        unit = beyond;
    }
}

}  // namespace

Json differences(const State& from, const State& to, const std::optional<FirmId>& own)
{
    Json approvals = Json::object(), firms = Json::object();
    std::map<FirmId, std::array<UnitCounts, 2>> units;  // Before and after.
    const auto add = [&](const Approval* approval, std::size_t side) {
        if (approval && (!own || approval->terms->firm == *own))
            units[approval->terms->firm][side] += approval->units;
    };
    each_pair(from.approvals, to.approvals,
              [&](const ApprovalId& id, const Approval* before, const Approval* after) {
                  add(before, 0);
                  add(after, 1);
                  if (own && (after ? after : before)->terms->firm != *own) return;
                  Json one = approval_difference(from, to, id, before, after);
                  if (!one.empty()) approvals[id.value] = std::move(one);
              });
    for (const auto& [id, both] : units)
        if (Json one = units_difference(both[0], both[1]); !one.empty())
            firms[id.value] = std::move(one);
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
        const FirmId firm{subject.id};
        const ApprovalId approval{subject.id};
        Json one = subject.kind == "firm"
                       ? units_difference(units_of(from, firm), units_of(to, firm))
                       : approval_difference(from, to, approval, from.approvals.find(approval),
                                             to.approvals.find(approval));
        if (!one.empty()) (*list)[subject.id] = std::move(one);
    }
    return {{"approvals", std::move(approvals)}, {"firms", std::move(firms)}};
}

std::vector<MovedUnits> moved_units(const State& from, const State& to)
{
    std::vector<MovedUnits> moves;
    each_pair(from.batches, to.batches, [&](const BatchId& id, const Batch* was, const Batch* is) {
        add_moves(moves, from, to, id, was, is);
    });
    return moves;
}

}  // namespace chipledger
