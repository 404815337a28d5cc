#include "ledger/projection_rows.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "ledger/history.hpp"

namespace chipledger
{

namespace
{

Cell cell(const std::string& text)
{
    return text;
}
Cell cell(std::string_view text)
{
    return std::string{text};
}
Cell cell(std::int64_t number)
{
    return std::to_string(number);
}
Cell cell(const Text& text)
{
    return text.value;
}
Cell cell(Day day)
{
    return to_string(day);
}
template <class Tag>
Cell cell(const Id<Tag>& id)
{
    return id.value;
}
template <class Tag>
Cell unless_empty(const Id<Tag>& id)
{
    return id.empty() ? Cell{} : Cell{id.value};
}
template <class Value>
Cell cell(const std::optional<Value>& value)
{
    return value ? cell(*value) : Cell{};
}

/// As PostgreSQL writes a timestamptz in UTC: 2026-02-20 01:00:03.12+00.
Cell cell(Time time)
{
    std::string text = to_string(time);
    text[10] = ' ';
    text.pop_back();
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    return text + "+00";
}

void add_row(ProjectedRows& rows, const State&, const FirmId& id, const Firm& firm)
{
    rows.of(Projected::firm)
        .push_back({cell(id), cell(firm.name), cell(firm.tier), cell(firm.sector),
                    cell(firm.registered.number)});
}

void add_row(ProjectedRows& rows, const State&, const ApplicationId& id, const Application& one)
{
    rows.of(Projected::application)
        .push_back({cell(id), cell(one.firm), cell(one.sku), cell(one.qty), cell(one.end_use),
                    std::string{boost::describe::enum_to_string(one.status, "")},
                    cell(one.submitted_at.at), unless_empty(one.approval)});
}

/// The last entry that showed something for the condition, or against it.
Cell last_evidence(const Approval& approval, const Condition& condition, bool breach)
{
    const std::string name = condition.text ? condition.text->value
                                            : boost::describe::enum_to_string(condition.code, "");
    Cell entry;
    for (const Evidence& shown : approval.terms->evidence)
        if (shown.condition.value == name && shown.breach == breach)
            entry = cell(shown.entry.number);
    return entry;
}

void add_conditions(ProjectedRows& rows, const ApprovalId& id, const Approval& approval)
{
    std::int64_t number = 0;
    for (const Condition& condition : approval.terms->conditions) {
        Cell allow;
        if (condition.allow) {
            auto list = nlohmann::json::array();
            for (const Text& one : *condition.allow) list.push_back(one.value);
            allow = list.dump();
        }
        const Cell max = condition.max ? cell(condition.max->value) : Cell{};
        rows.of(Projected::condition)
            .push_back({cell(id), cell(++number), cell(approval.terms->firm),
                        std::string{boost::describe::enum_to_string(condition.code, "")},
                        std::move(allow), max, cell(condition.text), cell(condition.due),
                        last_evidence(approval, condition, false),
                        last_evidence(approval, condition, true)});
    }
}

void add_row(ProjectedRows& rows, const State& state, const ApprovalId& id,
             const Approval& approval)
{
    const Balance& b = approval.balance;
    rows.of(Projected::approval)
        .push_back({cell(id), cell(approval.terms->firm), unless_empty(approval.terms->application),
                    cell(approval.terms->sku), cell(approval.terms->end_use), cell(approval.terms->period),
                    cell(approval.terms->valid_from), cell(approval.terms->valid_to),
                    cell(status_name(state, id)), unless_empty(approval.terms->carried_from),
                    cell(b.granted), cell(b.available), cell(b.reserved), cell(b.drawn),
                    cell(b.forfeited), cell(b.carried_out)});
    add_conditions(rows, id, approval);
}

void add_batch(ProjectedRows& rows, const State& state, const BatchId& id, const Batch& batch,
               const HoldingCounts& units)
{
    rows.of(Projected::batch)
        .push_back({cell(id), cell(batch.sku), cell(batch.qty), cell(batch.origin),
                    cell(batch.supplier), cell(batch.export_licence), cell(batch.certificate),
                    cell(batch.registered.number)});
    for (const auto& [key, sum] : units) {
        const Approval* approval = state.approvals.find(ApprovalId{key[1]});
        rows.of(Projected::holding)
            .push_back({cell(id), cell(key[0]), cell(key[1]), cell(key[2]), cell(key[3]),
                        approval ? cell(approval->terms->firm) : Cell{""}, cell(batch.sku),
                        cell(sum)});
    }
}

void add_row(ProjectedRows& rows, const State& state, const BatchId& id, const Batch& batch)
{
    add_batch(rows, state, id, batch, count_holdings(state.custody_of(id)));
}

void add_row(ProjectedRows& rows, const State& state, const ShipmentId& id,
             const Shipment& shipment)
{
    const Approval* approval = state.approvals.find(shipment.terms->approval);
    rows.of(Projected::shipment)
        .push_back({cell(id), cell(shipment.terms->approval),
                    approval ? cell(approval->terms->firm) : Cell{""}, cell(shipment.terms->carrier),
                    cell(shipment.terms->port), cell(*shipment.office), cell(shipment.terms->dispatched_at.at),
                    cell(shipment.dispatched)});
}

void add_row(ProjectedRows& rows, const State&, const Period& period, const Policy& policy)
{
    const PolicyPublished& published = policy.published;
    const auto add = [&](const std::string& tier, std::int64_t units) {
        rows.of(Projected::policy)
            .push_back({cell(period), cell(tier), cell(units), cell(published.policy_version.value),
                        cell(published.critical_pct.value),
                        cell(published.carry_over_max_pct.value)});
    };
    add("", 0);
    for (const TierCap& cap : published.caps) add(cap.tier.value, cap.units.value);
}

template <class Map>
void add_found(ProjectedRows& rows, const State& state, const Map& map, const std::string& id)
{
    const typename Map::key_type key{id};
    if (const auto* found = map.find(key)) add_row(rows, state, key, *found);
}

void add_kept(ProjectedRows& rows, const State& state, const BatchId& id, KeptCounts& counts)
{
    if (const Batch* batch = state.batches.find(id))
        add_batch(rows, state, id, *batch, counts.of(state, id));
}

void add_thing(ProjectedRows& rows, const State& state, const SubjectKey& thing, KeptCounts& counts)
{
    const auto add = [&](const auto& map) { add_found(rows, state, map, thing.id); };
    if (thing.kind == "firm") add(state.firms);
    else if (thing.kind == "application") add(state.applications);
    else if (thing.kind == "approval") add(state.approvals);
    else if (thing.kind == "batch") add_kept(rows, state, BatchId{thing.id}, counts);
    else if (thing.kind == "shipment") add(state.shipments);
    else if (thing.kind == "policy") add(state.policies);
}

}  // namespace

ProjectedRows projection_rows(const State& state)
{
    ProjectedRows rows;
    const auto add = [&](const auto& map) {
        for (const auto& item : map) add_row(rows, state, item.key, item.value);
    };
    add(state.firms);
    add(state.applications);
    add(state.approvals);
    add(state.batches);
    add(state.shipments);
    add(state.policies);
    rows.sort();
    return rows;
}

std::vector<ProjectedRow> projection_rows(const State& state, Projected table,
                                          const std::string& after,
                                          const std::optional<std::string>& upto)
{
    ProjectedRows rows;
    const auto between = [&](const auto& map, const auto& add) {
        using Key = typename std::decay_t<decltype(map)>::key_type;
        for (auto at = map.lower_bound(Key{after}); at != map.end(); ++at) {
            const auto& item = *at;
            if (item.key.value == after) continue;
            if (upto && item.key.value > *upto) break;
            add(item.key, item.value);
        }
    };
    const auto add_one = [&](const auto& key, const auto& value) {
        add_row(rows, state, key, value);
    };
    switch (table) {
        case Projected::firm: between(state.firms, add_one); break;
        case Projected::application: between(state.applications, add_one); break;
        case Projected::approval:
        case Projected::condition: between(state.approvals, add_one); break;
        case Projected::batch:
        case Projected::holding: between(state.batches, add_one); break;
        case Projected::shipment: between(state.shipments, add_one); break;
        case Projected::policy: between(state.policies, add_one); break;
        case Projected::movement: break;  // Of entries, not of things.
    }
    rows.sort();
    return std::move(rows.of(table));
}

ProjectedRows projection_rows(const State& state, const std::set<SubjectKey>& things,
                              KeptCounts& counts)
{
    ProjectedRows rows;
    for (const SubjectKey& thing : things) add_thing(rows, state, thing, counts);
    rows.sort();
    return rows;
}

bool reaches_further(const EventData& data)
{
    return is_correction(data) || std::holds_alternative<PolicyPublished>(data) ||
           std::holds_alternative<TierAssigned>(data) ||
           std::holds_alternative<FirmAmended>(data) ||
           std::holds_alternative<ClaimsBlocked>(data) ||
           std::holds_alternative<ClaimsUnblocked>(data);
}

HeldBalances balances_of(const State& state, const Event& event)
{
    HeldBalances balances;
    const auto add = [&](const ApprovalId& id, const Approval& approval) {
        balances[id] = {approval.terms->firm, approval.balance};
    };
    if (is_correction(event.data)) {
        for (const auto& item : state.approvals) add(item.key, item.value);
        return balances;
    }
    for (const Subject& subject : event.subjects)
        if (const ApprovalId id{subject.id}; subject.kind == "approval")
            if (const Approval* approval = state.approvals.find(id)) add(id, *approval);
    return balances;
}

void add_movements(std::vector<ProjectedRow>& rows, const Event& event, const HeldBalances& before,
                   const State& after)
{
    HeldBalances now = balances_of(after, event);
    // Of a grant that is voided nothing is left.
    for (const auto& [id, held] : before) now.try_emplace(id, HeldBalance{held.firm, {}});
    for (const auto& [id, held] : now) {
        const auto old = before.find(id);
        const Balance change =
            held.balance - (old == before.end() ? Balance{} : old->second.balance);
        if (change == Balance{}) continue;
        rows.push_back({cell(event.position.number), cell(id), cell(held.firm),
                        cell(type_name(event.data)), cell(event.occurred_at.at),
                        cell(event.recorded_at), cell(change.granted), cell(change.available),
                        cell(change.reserved), cell(change.drawn), cell(change.forfeited),
                        cell(change.carried_out)});
    }
}

}  // namespace chipledger
