#include "upgrade/telling.hpp"

#include <algorithm>
#include <sstream>

#include "proof/base64.hpp"
#include "proof/hash.hpp"

namespace chipledger::upgrade {

namespace {

void tell_custody(std::ostream& out, const State& state, const BatchId& id)
{
    const Custody custody = state.custody_of(id);
    for (const auto& [first, run] : custody.runs()) {
        const Holding& holding = run.holding;
        out << "units " << id.value << ' ' << first << '-' << run.to << ' '
            << name_of(holding.state) << ' ' << holding.approval.value << '/'
            << holding.shipment.value << '/' << holding.site.value << '\n';
    }
}

}  // namespace

std::string telling(const State& state)
{
    std::ostringstream out;
    out << "position " << state.position.number << '\n';
    for (const auto& item : state.firms)
        out << "firm " << item.key.value << ' ' << item.value.tier.value << '\n';
    for (const auto& item : state.approvals) {
        const Balance b = item.value.balance;
        out << "approval " << item.key.value << ' ' << item.value.terms->firm.value << ' '
            << item.value.terms->period.value << ' ' << status_name(state, item.key) << ' '
            << b.granted << '=' << b.available << '+' << b.reserved << '+' << b.drawn << '+'
            << b.forfeited << '+' << b.carried_out << '\n';
    }
    for (const auto& firm : state.firms)
        for (const auto& policy : state.policies)
            out << "exposure " << firm.key.value << ' ' << policy.key.value << ' '
                << exposure(state, firm.key, policy.key) << " of "
                << cap(state, firm.key, policy.key).value_or(-1) << '\n';
    for (const auto& item : state.batches) tell_custody(out, state, item.key);
    for (const auto& item : state.serials)
        out << "serial " << item.key.value << ' ' << item.value.batch.value << '\n';
    return out.str();
}

std::string history(const State& state, std::int64_t step)
{
    std::string text;
    for (std::int64_t n = step; n < state.position.number; n += step)
        text += "entry " + std::to_string(n) + ' ' +
                to_hex(sha256(telling(state.seen_from({n}, {n})))) + '\n';
    return text + telling(state);
}

}  // namespace chipledger::upgrade
