// What an entry touches (DESIGN §4): the thing it is about first, then all that hang on it.
#include <algorithm>

#include "domain/guards.hpp"

namespace chipledger {

namespace {

/// Kinds of the ids in `data`, in the order of the members; each thing once.
class Collector {
public:
    explicit Collector(const State& state) : state_{state} {}

    void operator()(const LedgerOpened& e) { add("ledger", e.origin.value); }
    void operator()(const PolicyPublished& e) { add("policy", e.period.value); }
    void operator()(const StatementIssued& e) { add("firm", e.firm.value); }
    void operator()(const ClaimsBlocked& e) { scope(e.scope.value); }
    void operator()(const ClaimsUnblocked& e) { scope(e.scope.value); }
    void operator()(const EventCorrected&) {}
    void operator()(const EventVoided&) {}
    void operator()(const ApprovalGranted& e)
    {
        add("approval", e.approval.value);
        add("application", e.application.value);
        add("firm", e.firm.value);
        add("policy", e.period.value);
    }
    void operator()(const QuotaCarriedOver& e)
    {
        approval(e.from_approval);
        add("approval", e.to_approval.value);
    }
    void operator()(const AllocationTransferred& e)
    {
        approval(e.from_approval);
        approval(e.to_approval);
        batches(e.units);
    }
    template <class Data>
    void operator()(const Data& e)
    {
        if constexpr (requires { e.shipment; }) {
            add("shipment", e.shipment.value);
            if constexpr (requires { e.units; }) batches(e.units);
            if (const Shipment* shipment = state_.shipments.find(e.shipment))
                approval(shipment->terms->approval);
        }
        if constexpr (requires { e.approval; }) approval(e.approval);
        if constexpr (requires { e.batch; }) add("batch", e.batch.value);
        if constexpr (requires { e.application; }) application(e.application);
        if constexpr (requires { e.firm; }) add("firm", e.firm.value);
        if constexpr (requires { e.units; }) batches(e.units);
    }

    std::vector<SubjectKey> take() && { return std::move(keys_); }

private:
    void add(const char* kind, const std::string& id)
    {
        const SubjectKey key{kind, id};
        if (std::ranges::find(keys_, key) == keys_.end()) keys_.push_back(key);
    }
    void approval(const ApprovalId& id)
    {
        add("approval", id.value);
        if (const Approval* found = state_.approvals.find(id)) add("firm", found->terms->firm.value);
    }
    void application(const ApplicationId& id)
    {
        add("application", id.value);
        if (const Application* found = state_.applications.find(id)) add("firm", found->firm.value);
    }
    void batches(const Units& units)
    {
        for (const UnitRange& range : units) add("batch", range.batch.value);
    }
    void scope(const std::string& text)
    {
        add("scope", text);
        const std::size_t colon = text.find(':');
        if (colon == std::string::npos) return;
        const std::string kind = text.substr(0, colon), id = text.substr(colon + 1);
        if (kind == "firm") add("firm", id);
        if (kind == "approval") approval(ApprovalId{id});
        if (kind == "batch") add("batch", id);
        if (kind == "period") add("policy", id);
    }

    const State& state_;
    std::vector<SubjectKey> keys_{};
};

std::vector<SubjectKey> keys_of(const State& state, const EventData& data)
{
    Collector collect{state};
    std::visit(collect, data);
    return std::move(collect).take();
}

}  // namespace

SubjectKey first_subject(const EventData& data)
{
    const auto keys = keys_of(State{}, data);
    return keys.empty() ? SubjectKey{} : keys.front();
}

std::vector<Subject> subjects_of(const State& state, const EventData& data)
{
    std::vector<Subject> subjects;
    for (const SubjectKey& key : keys_of(state, data))
        subjects.push_back({key.kind, key.id, state.version_of(key.kind, key.id) + 1});
    return subjects;
}

}  // namespace chipledger
