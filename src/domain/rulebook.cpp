#include "domain/rulebook.hpp"

#include <algorithm>

#include "domain/rules.hpp"

namespace chipledger {

namespace {

template <class Data>
constexpr bool judged_here =
    !std::is_same_v<Data, EventCorrected> && !std::is_same_v<Data, EventVoided>;

void begin_entry(State& state, Position position)
{
    each_kind(state, [&](auto& things) { things.begin_entry(position.number); });
}

}  // namespace

Result<void> admit(const State& state, const Event& event)
{
    const Result<void> good = std::visit(
        [&]<class Data>(const Data& data) -> Result<void> {
            if constexpr (judged_here<Data>) return admit(state, event, data);
            ensure(false, "corrections and voids are judged by the ledger");
            return {};
        },
        event.data);
    return good ? confirmed(state, event) : good;
}

Result<void> confirmed(const State& state, const Event& event)
{
    const std::string_view type = type_name(event.data);
    const bool needed = std::ranges::any_of(state.policies, [&](const auto& item) {
        const auto& types = item.value.published.dual_control;
        return types &&
               std::ranges::any_of(*types, [&](const Text& one) { return one.value == type; });
    });
    if (!needed || event.actor.role == Role::system) return {};
    if (!event.confirmed_by)
        return Refusal{Code::confirmation_needed, "/type",
                       "A policy puts " + std::string{type} + " under dual control. Propose it "
                       "through POST /v1/events, and have a second principal confirm it."};
    if (event.confirmed_by->principal == event.actor.principal)
        return Refusal{.code = Code::forbidden_role, .detail = "Nobody confirms their own."};
    return permitted(*event.confirmed_by, event.data);
}

void apply(State& state, const Event& event)
{
    begin_entry(state, event.position);
    std::visit(
        [&]<class Data>(const Data& data) {
            if constexpr (judged_here<Data>) apply(state, event, data);
        },
        event.data);
    note(state, event);
}

void note(State& state, const Event& event)
{
    begin_entry(state, event.position);
    state.position = event.position;
    state.recorded_at = event.recorded_at;
    state.instants.insert({}, {state.recorded_at, event.occurred_at.at});
    for (const Subject& subject : event.subjects)
        state.subjects.insert({subject.kind, subject.id}, There{});
    state.subjects.insert({"type", std::string{type_name(event.data)}}, There{});
}

}  // namespace chipledger
