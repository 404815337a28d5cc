#include <sstream>

#include "given.hpp"

namespace chipledger::scenario {

namespace {

std::ostream& operator<<(std::ostream& out, const UnitCounts& counts)
{
    for (const std::int64_t n : counts.by_state) out << n << ',';
    return out;
}

std::ostream& operator<<(std::ostream& out, const Balance& b)
{
    return out << b.granted << '=' << b.available << '+' << b.reserved << '+' << b.drawn << '+'
               << b.forfeited << '+' << b.carried_out;
}

void tell(std::ostream& out, const Approval& a)
{
    const ApprovalTerms& t = *a.terms;
    out << t.firm.value << ' ' << t.application.value << ' ' << t.sku.value << ' '
        << t.end_use.value << ' ' << t.period.value << ' ' << to_string(t.valid_from) << ' '
        << to_string(t.valid_to) << ' ' << a.balance << ' ' << a.units << t.carried_from.value;
    for (const auto& c : t.conditions) {
        out << " condition " << static_cast<int>(c.code) << (c.max ? c.max->value : -1)
            << (c.text ? c.text->value : "");
        if (c.allow)
            for (const auto& text : *c.allow) out << text.value << '|';
    }
    for (const auto& s : t.statuses)
        out << " status " << to_string(s.occurred_at) << static_cast<int>(s.status) << '@'
            << s.entry.number;
    for (const auto& e : t.evidence)
        out << " evidence " << e.condition.value << e.evidence.value << e.breach << e.entry.number;
    out << " uses " << a.uses;
}

void tell(std::ostream& out, const Batch& b)
{
    out << b.sku.value << b.qty << (b.certificate ? b.certificate->value : "-") << ' '
        << b.registered.number;
    for (const auto& list : b.serials)
        for (std::size_t i = 0; i < list.value.size(); ++i)
            out << " serial " << list.key + static_cast<std::int64_t>(i) << list.value[i].value;
}

void tell(std::ostream& out, const Custody& custody)
{
    for (const auto& [first, run] : custody.runs())
        out << " run " << first << '-' << run.to << name_of(run.holding.state)
            << run.holding.approval.value << run.holding.shipment.value << run.holding.site.value
            << name_of(run.holding.before) << '@' << run.entry.number;
}

void tell(std::ostream& out, const Shipment& s)
{
    const ShipmentTerms& t = *s.terms;
    out << t.approval.value << (t.carrier ? t.carrier->value : "-")
        << (t.port ? t.port->value : "-") << (*s.office ? (*s.office)->value : "-")
        << to_string(t.dispatched_at) << s.dispatched << ' ' << s.units;
    for (const auto& id : t.batches) out << ' ' << id.value;
    for (const auto& id : t.cases) out << " case " << id.value;
}

void tell(std::ostream& out, const Firm& f)
{
    out << f.name.value << f.tier.value << (f.sector ? f.sector->value : "-")
        << f.registered.number;
}

void tell(std::ostream& out, const Application& a)
{
    out << a.firm.value << a.sku.value << a.qty << a.end_use.value << static_cast<int>(a.status)
        << to_string(a.submitted_at) << a.approval.value;
}

void tell(std::ostream& out, const Policy& p)
{
    out << p.published.policy_version << '@' << p.entry.number;
}
void tell(std::ostream& out, const UnitRef& unit) { out << unit.batch.value << unit.number; }
void tell(std::ostream& out, const Position& position) { out << position.number; }
void tell(std::ostream&, There) {}

template <class Map, class Key>
void tell_all(std::ostream& out, const char* what, const Map& map, const Key& key)
{
    for (const auto& item : map) {
        out << what << ' ' << key(item.key) << ' ';
        tell(out, item.value);
        out << '\n';
    }
}

}  // namespace

std::string told(const State& state)
{
    std::ostringstream out;
    const auto value = [](const auto& id) { return id.value; };
    out << state.origin << to_string(state.utc_offset) << state.position.number
        << to_string(state.recorded_at) << '\n';
    tell_all(out, "policy", state.policies, value);
    tell_all(out, "firm", state.firms, value);
    tell_all(out, "application", state.applications, value);
    tell_all(out, "approval", state.approvals, value);
    tell_all(out, "batch", state.batches, value);
    tell_all(out, "shipment", state.shipments, value);
    tell_all(out, "serial", state.serials, value);
    tell_all(out, "block", state.blocks, [](const std::string& scope) { return scope; });
    tell_all(out, "expiry", state.expiries, [](const Expiry& expiry) {
        return to_string(expiry.valid_to) + expiry.approval.value;
    });
    for (const auto& item : state.subjects)
        out << "version " << item.key.kind << ':' << item.key.id << ' '
            << state.subjects.count(item.key) << '\n';
    for (const auto& item : state.batches) {
        out << "custody " << item.key.value << ' ' << state.unallocated.at(item.key);
        tell(out, state.custody_of(item.key));
        out << '\n';
    }
    for (const auto& item : state.approvals_of)
        out << item.key.firm.value << " has " << item.key.approval.value << '\n';
    for (const auto& item : state.exposures)
        out << item.key.firm.value << " in " << item.key.period.value << ' ' << item.value.exposed
            << ' ' << item.value.promised << '\n';
    for (const auto& item : state.uses)
        out << item.key.approval.value << " use " << item.key.declaration.value << '@'
            << item.value.number << '\n';
    out << state.last_stated().time_since_epoch().count() << '\n';
    return out.str();
}

}  // namespace chipledger::scenario
