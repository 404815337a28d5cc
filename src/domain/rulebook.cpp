#include "domain/rulebook.hpp"

#include "domain/rules.hpp"

namespace chipledger {

namespace {

template <class Data>
constexpr bool judged_here =
    !std::is_same_v<Data, EventCorrected> && !std::is_same_v<Data, EventVoided>;

}  // namespace

Result<void> admit(const State& state, const Event& event)
{
    return std::visit(
        [&]<class Data>(const Data& data) -> Result<void> {
            if constexpr (judged_here<Data>) return admit(state, event, data);
            ensure(false, "corrections and voids are judged by the ledger");
            return {};
        },
        event.data);
}

void apply(State& state, const Event& event)
{
    std::visit(
        [&]<class Data>(const Data& data) {
            if constexpr (judged_here<Data>) apply(state, event, data);
        },
        event.data);
    note(state, event);
}

void note(State& state, const Event& event)
{
    state.position = event.position;
    state.recorded_at = event.recorded_at;
    for (const Subject& subject : event.subjects)
        state.versions.insert({subject.kind, subject.id}, subject.version);
}

}  // namespace chipledger
