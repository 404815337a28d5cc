#include "domain/state.hpp"

#include <algorithm>

namespace chipledger {

Balance operator+(const Balance& a, const Balance& b)
{
    return {a.granted + b.granted, a.available + b.available, a.reserved + b.reserved,
            a.drawn + b.drawn,     a.forfeited + b.forfeited, a.carried_out + b.carried_out};
}

Balance operator-(const Balance& a, const Balance& b)
{
    return {a.granted - b.granted, a.available - b.available, a.reserved - b.reserved,
            a.drawn - b.drawn,     a.forfeited - b.forfeited, a.carried_out - b.carried_out};
}

KeptBalance::KeptBalance(const Balance& b)
{
    const auto kept = [](std::int64_t units) { return static_cast<std::int32_t>(units); };
    granted = kept(b.granted);
    available = kept(b.available);
    reserved = kept(b.reserved);
    drawn = kept(b.drawn);
    forfeited = kept(b.forfeited);
    carried_out = kept(b.carried_out);
}

KeptBalance::operator Balance() const
{
    return {granted, available, reserved, drawn, forfeited, carried_out};
}

ApprovalStatus Approval::status_at(Time occurred_at) const
{
    const std::vector<StatusChange>& statuses = terms->statuses;
    for (auto change = statuses.rbegin(); change != statuses.rend(); ++change)
        if (change->occurred_at <= occurred_at) return change->status;
    return statuses.front().status;
}

const SerialId* Batch::serial_of(std::int64_t unit) const
{
    const auto* list = serials.floor(unit);
    if (!list || unit >= list->key + std::ssize(list->value)) return nullptr;
    return &list->value[static_cast<std::size_t>(unit - list->key)];
}

std::int64_t State::version_of(const std::string& kind, const std::string& id) const
{
    return subjects.count({kind, id});
}

Custody State::custody_of(const BatchId& id) const
{
    if (const Custody* custody = custodies.find(id)) return *custody;
    const Batch& batch = batches.at(id);
    Custody custody{batch.qty, Holding{}, batch.registered};
    moves.history(id, [&](std::int64_t entry, const Move* move) {
        if (move) paint(custody, *move, {entry});
    });
    return custody;
}

Day State::last_stated() const
{
    const Day* day = stated.find({});
    return day ? *day : Day{};
}

State State::seen_from(Position known, Position upto) const
{
    State seen = *this;
    const Standpoint at{known.number, upto.number};
    each_kind(seen, [&](auto& things) { things.stand(at); });
    seen.position = upto;
    const Instants* then = seen.instants.find({});
    seen.recorded_at = then ? then->recorded_at : Time{};
    if (upto == position && known == position) return seen;
    seen.custodies = {};
    seen.expiries = {};
    return seen;
}

void State::settle()
{
    each_kind(*this, [&](auto& things) { things.settle(position.number); });
}

void State::go_on_from(const State& earlier)
{
    const auto go_on = [&](auto&... mine) {
        std::apply(
            [&](const auto&... theirs) {
                (mine.go_on_from(theirs, earlier.position.number), ...);
            },
            kinds(earlier));
    };
    std::apply(go_on, kinds(*this));
}

Instants instants_of(const State& state, Position entry)
{
    const Instants* then = state.instants.as_of({}, entry.number);
    return then ? *then : Instants{};
}

void State::be_alone()
{
    each_kind(*this, [](auto& things) { things.be_alone(); });
}

void State::be_seen()
{
    each_kind(*this, [](auto& things) { things.be_seen(); });
}

std::vector<ApprovalId> approvals_of(const State& state, const FirmId& firm)
{
    std::vector<ApprovalId> ids;
    for (auto at = state.approvals_of.lower_bound({firm, {}}); at != state.approvals_of.end(); ++at) {
        if ((*at).key.firm != firm) break;
        ids.push_back((*at).key.approval);
    }
    return ids;
}

UnitCounts units_of(const State& state, const FirmId& firm)
{
    UnitCounts units;
    for (const ApprovalId& id : approvals_of(state, firm)) units += state.approvals.at(id).units;
    return units;
}

StatementIssued statement_of(const State& state, const FirmId& firm, Day day, std::size_t first,
                             std::size_t most)
{
    StatementIssued statement{firm, day, state.version_of("firm", firm.value),
                              state.position.number, {}};
    const std::vector<ApprovalId> approvals = approvals_of(state, firm);
    for (std::size_t i = first; i < std::min(approvals.size(), first + most); ++i) {
        const ApprovalId& id = approvals[i];
        const Balance& b = state.approvals.at(id).balance;
        statement.balances.push_back(
            {id, b.granted, b.available, b.reserved, b.drawn, b.forfeited, b.carried_out});
    }
    return statement;
}

// Before there were parts, a statement said all balances, however many.
bool is_true(const StatementIssued& statement, const State& state)
{
    const std::vector<ApprovalId> approvals = approvals_of(state, statement.firm);
    const std::size_t said = statement.balances.size();
    const std::size_t first =
        said == 0 ? 0
                  : static_cast<std::size_t>(
                        std::ranges::lower_bound(approvals, statement.balances[0].approval) -
                        approvals.begin());
    const bool to_the_end = first + said == approvals.size();
    return first % stated_max == 0 && (said == stated_max || to_the_end) &&
           statement == statement_of(state, statement.firm, statement.day, first, said);
}

std::int64_t exposure(const State& state, const FirmId& firm, const Period& period)
{
    const Exposure* figures = state.exposures.find({firm, period});
    return figures ? figures->exposed : 0;
}

std::optional<std::int64_t> cap(const State& state, const FirmId& firm, const Period& period)
{
    const Policy* policy = state.policies.find(period);
    if (!policy) return {};
    const auto& caps = policy->published.caps;
    const auto found = std::ranges::find(caps, state.firms.at(firm).tier, &TierCap::tier);
    return found == caps.end() ? 0 : found->units.value;
}

std::optional<Position> blocked(const State& state, const ApprovalId& id)
{
    if (state.blocks.empty()) return {};
    const Approval& approval = state.approvals.at(id);
    const std::string scopes[]{"all", "approval:" + id.value, "firm:" + approval.terms->firm.value,
                               "tier:" + state.firms.at(approval.terms->firm).tier.value,
                               "period:" + approval.terms->period.value};
    for (const std::string& scope : scopes)
        if (const Position* entry = state.blocks.find(scope)) return *entry;
    return {};
}

bool critical(const State& state, const Approval& approval)
{
    const Policy* policy = state.policies.find(approval.terms->period);
    const Balance& balance = approval.balance;
    return policy && 100 * (balance.reserved + balance.drawn) >=
                         policy->published.critical_pct * balance.granted;
}

std::string_view status_name(const State& state, const ApprovalId& id)
{
    const Approval& approval = state.approvals.at(id);
    if (approval.status() != ApprovalStatus::in_force)
        return boost::describe::enum_to_string(approval.status(), "");
    if (blocked(state, id)) return "blocked";
    if (approval.balance.available == 0) return "exhausted";
    return critical(state, approval) ? "critical" : "open";
}

}  // namespace chipledger
