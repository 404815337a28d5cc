#include "views/views.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "views/explain.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

template <class Enum>
std::string name(Enum value)
{
    return boost::describe::enum_to_string(value, "");
}

template <class T>
void put(Json& json, const char* member, const std::optional<T>& value)
{
    json[member] = value ? Json(value->value) : Json(nullptr);
}

/// A map of every period of the firm's approvals, or with a policy.
struct PeriodFigures {
    Json exposure = Json::object(), cap = Json::object(), headroom = Json::object(),
         over_cap = Json::object();
};

PeriodFigures figures(const State& state, const FirmId& id)
{
    std::set<Period> periods;
    for (const auto& policy : state.policies) periods.insert(policy.key);
    for (auto at = state.exposures.lower_bound({id, {}}); at != state.exposures.end(); ++at) {
        if ((*at).key.firm != id) break;
        periods.insert((*at).key.period);
    }
    PeriodFigures out;
    for (const Period& period : periods) {
        const std::int64_t used = exposure(state, id, period);
        const std::optional<std::int64_t> most = cap(state, id, period);
        out.exposure[period.value] = used;
        out.cap[period.value] = most ? Json(*most) : Json(nullptr);
        out.headroom[period.value] = most ? Json(std::max<std::int64_t>(*most - used, 0)) : Json(0);
        out.over_cap[period.value] = used > most.value_or(0);
    }
    return out;
}

Json condition_json(const Approval& approval, const Condition& condition)
{
    Json json{{"code", name(condition.code)}};
    if (condition.allow)
        for (const Text& item : *condition.allow) json["allow"].push_back(item.value);
    if (condition.max) json["max"] = condition.max->value;
    if (condition.text) json["text"] = condition.text->value;
    if (condition.due) json["due"] = to_string(*condition.due);
    for (const Evidence& shown : approval.terms->evidence) {
        const bool about = shown.condition.value == name(condition.code) ||
                           (condition.text && condition.text->value == shown.condition.value);
        if (about)
            json["evidence"].push_back({{"evidence", shown.evidence.value},
                                        {"breach", shown.breach},
                                        {"position", shown.entry.number}});
    }
    return json;
}

Json run_json(const State& state, std::int64_t from, std::int64_t to, const Run& run)
{
    const Holding& holding = run.holding;
    Json json{{"from", from},
              {"to", to},
              {"state", std::string{name_of(holding.state)}},
              {"entry", run.entry.number}};
    if (!holding.approval.empty()) {
        json["approval"] = holding.approval.value;
        json["firm"] = state.approvals.at(holding.approval).terms->firm.value;
    }
    if (!holding.shipment.empty()) json["shipment"] = holding.shipment.value;
    if (!holding.site.empty()) json["site"] = holding.site.value;
    return json;
}

struct Visible {
    UnitCounts units{};
    Json ranges = Json::array();
    std::map<ApprovalId, UnitCounts> by_approval{};
};

/// The runs of a batch that the viewer may see and `wanted` names.
template <class Wanted>
void collect(const Viewer& viewer, const State& state, const BatchId& batch, Wanted&& wanted,
             const BatchId* label, Visible& out)
{
    const Custody custody = state.custody_of(batch);
    for (const auto& item : custody.runs()) {
        const Holding& holding = item.value.holding;
        if (!wanted(holding) || !may_see_holding(viewer, state, holding)) continue;
        const auto n = static_cast<std::int32_t>(item.value.to - item.key + 1);
        out.units[holding.state] += n;
        if (!holding.approval.empty()) out.by_approval[holding.approval][holding.state] += n;
        Json range = run_json(state, item.key, item.value.to, item.value);
        if (label) range["batch"] = label->value;
        out.ranges.push_back(std::move(range));
    }
}

Json holders_json(const State& state, const Visible& seen)
{
    Json holders = Json::array();
    for (const auto& [approval, units] : seen.by_approval)
        holders.push_back({{"approval", approval.value},
                           {"firm", state.approvals.at(approval).terms->firm.value},
                           {"total", units.total()},
                           {"units", units_json(units)}});
    return holders;
}

Json to_do(const UnitCounts& units)
{
    Json list = Json::array();
    const std::pair<UnitState, const char*> steps[]{{UnitState::in_transit, "arrive"},
                                                    {UnitState::arrived, "clear"},
                                                    {UnitState::held, "lift_or_return"},
                                                    {UnitState::seized, "lift_or_confiscate"}};
    for (const auto& [state, action] : steps)
        if (units[state] > 0) list.push_back({{"action", action}, {"units", units[state]}});
    return list;
}

}  // namespace

Json units_json(const UnitCounts& units)
{
    Json json = Json::object();
    for (std::size_t i = 0; i < unit_states; ++i)
        json[std::string{name_of(static_cast<UnitState>(i))}] = units.by_state[i];
    return json;
}

Json firm_view(const State& state, const FirmId& id)
{
    const Firm& firm = state.firms.at(id);
    PeriodFigures by_period = figures(state, id);
    Json json{{"firm", id.value},
              {"name", firm.name.value},
              {"tier", firm.tier.value},
              {"exposure", std::move(by_period.exposure)},
              {"cap", std::move(by_period.cap)},
              {"headroom", std::move(by_period.headroom)},
              {"over_cap", std::move(by_period.over_cap)},
              {"version", state.version_of("firm", id.value)}};
    put(json, "sector", firm.sector);
    return json;
}

Json inventory_view(const State& state, const FirmId& id)
{
    Json json = firm_view(state, id);
    json["position"] = state.position.number;
    json["recorded_at"] = to_string(state.recorded_at);
    json["units"] = units_json(units_of(state, id));
    json["approvals"] = Json::array();
    for (const ApprovalId& approval : approvals_of(state, id))
        json["approvals"].push_back(approval_view(state, approval));
    return json;
}

Json timeline_view(const State& state, const FirmId& id)
{
    Json points = Json::array();
    for (const TimelinePoint& point : timeline_of(state, id))
        points.push_back({{"position", point.entry.number},
                          {"recorded_at", to_string(point.times.recorded_at)},
                          {"occurred_at",
                           to_string(Timestamp{point.times.occurred_at, state.utc_offset})},
                          {"units", units_json(point.units)}});
    return {{"firm", id.value}, {"points", std::move(points)}};
}

Json application_view(const State& state, const ApplicationId& id)
{
    const Application& application = state.applications.at(id);
    return {{"application", id.value},
            {"firm", application.firm.value},
            {"sku", application.sku.value},
            {"qty", application.qty},
            {"end_use", application.end_use.value},
            {"status", name(application.status)},
            {"submitted_at", to_string(application.submitted_at)},
            {"approval", application.approval.empty() ? Json(nullptr)
                                                      : Json(application.approval.value)},
            {"version", state.version_of("application", id.value)}};
}

Json approval_view(const State& state, const ApprovalId& id)
{
    const Approval& approval = state.approvals.at(id);
    const Balance& b = approval.balance;
    Json conditions = Json::array();
    const ApprovalTerms& terms = *approval.terms;
    for (const Condition& condition : terms.conditions)
        conditions.push_back(condition_json(approval, condition));
    Json json{{"approval", id.value},
              {"firm", terms.firm.value},
              {"application", terms.application.value},
              {"sku", terms.sku.value},
              {"period", terms.period.value},
              {"status", std::string{status_name(state, id)}},
              {"granted", b.granted},
              {"available", b.available},
              {"reserved", b.reserved},
              {"drawn", b.drawn},
              {"forfeited", b.forfeited},
              {"carried_out", b.carried_out},
              {"critical", critical(state, approval)},
              {"valid_from", to_string(terms.valid_from)},
              {"valid_to", to_string(terms.valid_to)},
              {"conditions", std::move(conditions)},
              {"units", units_json(approval.units)},
              {"version", state.version_of("approval", id.value)}};
    if (!terms.carried_from.empty()) json["carried_from"] = terms.carried_from.value;
    return json;
}

Json batch_view(const Viewer& viewer, const State& state, const BatchId& id)
{
    const Batch& batch = state.batches.at(id);
    Visible seen;
    collect(viewer, state, id, [](const Holding&) { return true; }, nullptr, seen);
    Json json{{"batch", id.value},
              {"sku", batch.sku.value},
              {"certified", batch.certificate.has_value()},
              {"units", units_json(seen.units)},
              {"holders", holders_json(state, seen)},
              {"ranges", std::move(seen.ranges)}};
    put(json, "certificate", batch.certificate);
    if (viewer.role == Role::firm) return json;  // Sizes would tell of others' units.
    json["qty"] = batch.qty;
    json["unallocated"] = state.unallocated.at(id);
    json["version"] = state.version_of("batch", id.value);
    put(json, "origin", batch.origin);
    put(json, "supplier", batch.supplier);
    put(json, "export_licence", batch.export_licence);
    return json;
}

Json shipment_view(const Viewer& viewer, const State& state, const ShipmentId& id)
{
    const Shipment& shipment = state.shipments.at(id);
    Visible seen;
    const ShipmentTerms& terms = *shipment.terms;
    for (const BatchId& batch : terms.batches)
        collect(viewer, state, batch, [&](const Holding& holding) { return holding.shipment == id; },
                &batch, seen);
    Json json{{"shipment", id.value},
              {"approval", terms.approval.value},
              {"firm", state.approvals.at(terms.approval).terms->firm.value},
              {"status", shipment.open() ? "open" : "closed"},
              {"dispatched", shipment.dispatched},
              {"dispatched_at", to_string(terms.dispatched_at)},
              {"units", units_json(seen.units)},
              {"ranges", std::move(seen.ranges)},
              {"to_do", to_do(seen.units)},
              {"version", state.version_of("shipment", id.value)}};
    put(json, "carrier", terms.carrier);
    put(json, "port", terms.port);
    put(json, "office", *shipment.office);
    return json;
}

Json unit_view(const State& state, const BatchId& id, std::int64_t number)
{
    const Batch& batch = state.batches.at(id);
    const Custody custody = state.custody_of(id);
    const Run& run = *custody.at(number);
    Json json = run_json(state, number, number, run);
    json.erase("from");
    json.erase("to");
    json["batch"] = id.value;
    json["unit"] = number;
    json["sku"] = batch.sku.value;
    const SerialId* serial = batch.serial_of(number);
    json["serial"] = serial ? Json(serial->value) : Json(nullptr);
    return json;
}

Json summary_view(const Viewer& viewer, const State& state)
{
    UnitCounts all;
    std::int64_t unallocated = 0;
    std::map<Tier, UnitCounts> tiers;
    Json firms = Json::array();
    for (const auto& item : state.firms) {
        if (!may_see_firm(viewer, item.key) && viewer.role == Role::firm) continue;
        const UnitCounts units = units_of(state, item.key);
        tiers[item.value.tier] += units;
        Json firm = firm_view(state, item.key);
        firm["units"] = units_json(units);
        firms.push_back(std::move(firm));
        all += units;
    }
    // What names no approval is registered and free.
    if (viewer.role != Role::firm)
        for (const auto& item : state.unallocated) unallocated += item.value;
    all[UnitState::registered] += static_cast<std::int32_t>(unallocated);
    Json by_tier = Json::object();
    for (const auto& [tier, units] : tiers) by_tier[tier.value] = units_json(units);
    Json json{{"units", units_json(all)},
              {"total", all.total()},
              {"tiers", std::move(by_tier)},
              {"firms", std::move(firms)}};
    if (viewer.role != Role::firm) json["unallocated"] = unallocated;
    return json;
}

}  // namespace chipledger
