#include "given.hpp"

#include <algorithm>
#include <map>
#include <sstream>

namespace chipledger::scenario {

using namespace std::chrono;

Day date(int m, int d, int y)
{
    return year_month_day{year{y}, month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d))};
}

Timestamp noon(Day day) { return {day + hours{4}, hours{8}}; }
Timestamp january(int day) { return noon(date(1, day)); }
Timestamp february(int day) { return noon(date(2, day)); }
Timestamp march(int day) { return noon(date(3, day)); }
Timestamp july(int day) { return noon(date(7, day)); }

Units units(std::int64_t from, std::int64_t to, const BatchId& batch)
{
    return {UnitRange{batch, from, to}};
}

std::vector<Text> texts(std::initializer_list<const char*> values)
{
    std::vector<Text> list;
    for (const char* value : values) list.push_back(Text{value});
    return list;
}

Condition only(ConditionCode code, std::initializer_list<const char*> allow)
{
    return {.code = code, .allow = texts(allow)};
}

Condition at_most(ConditionCode code, std::int64_t max) { return {.code = code, .max = max}; }

Condition duty(const char* text)
{
    return {.code = ConditionCode::text, .text = Text{text}};
}

std::vector<Role> catalogue_roles(std::string_view type)
{
    using enum Role;
    static const std::map<std::string_view, std::vector<Role>> special{
        {"LedgerOpened", {system}},
        {"ApplicationSubmitted", {firm, regulator}},
        {"ApplicationWithdrawn", {firm}},
        {"ApprovalSurrendered", {firm}},
        {"ApprovalExpired", {system}},
        {"StatementIssued", {system}},
        {"BatchRegistered", {logistics}},
        {"SerialsRecorded", {logistics}},
        {"BatchTestCertified", {logistics}},
        {"ShipmentDispatched", {logistics}},
        {"ShipmentLost", {customs, logistics}},
        {"ShipmentFound", {customs, logistics}},
        {"AllocationDelivered", {firm}},
        {"AllocationDeployed", {firm}},
        {"AllocationUndeployed", {firm}},
        {"AllocationDecommissioned", {firm}},
        {"ConditionEvidenced", {firm}},
    };
    if (const auto found = special.find(type); found != special.end()) return found->second;
    return {type.starts_with("Shipment") ? customs : regulator};
}

Actor firm_actor(const FirmId& firm) { return {"clerk", Role::firm, firm}; }

Actor actor(Role role)
{
    if (role == Role::firm) return firm_actor(fa);
    return {"someone", role, {}};
}

Event on(Timestamp occurred_at, EventData data)
{
    Event event;
    event.occurred_at = occurred_at;
    event.recorded_at = occurred_at.at;
    event.actor = actor(catalogue_roles(type_name(data)).front());
    if (const auto* submitted = std::get_if<ApplicationSubmitted>(&data))
        event.actor = firm_actor(submitted->firm);
    event.data = std::move(data);
    return event;
}

Event by(Actor actor, Event event)
{
    event.actor = std::move(actor);
    return event;
}

History operator+(History history, Event event)
{
    history.push_back(std::move(event));
    return history;
}

History operator+(History history, const History& more)
{
    history.insert(history.end(), more.begin(), more.end());
    return history;
}

void record(State& state, Event event)
{
    event.position = {state.position.number + 1};
    event.recorded_at = std::max({state.recorded_at, event.recorded_at, event.occurred_at.at});
    event.subjects = subjects_of(state, event.data);
    apply(state, event);
    REQUIRE(state.position == event.position);
    REQUIRE(broken_invariants(state) == std::vector<std::string>{});
}

Result<void> verdict(const State& state, const Event& event)
{
    if (auto no = permitted(event.actor, event.data); !no) return no.error();
    return admit(state, event);
}

Scenario::Scenario(const History& history)
{
    for (const Event& event : history) when(event).then();
}

Scenario& Scenario::when(Event event)
{
    if (no_) FAIL("the event before was refused: " << kind_of(no_->code).slug << no_->param);
    const std::string before = told(state_);
    const Result<void> yes = verdict(state_, event);
    CHECK(told(state_) == before);
    if (yes)
        record(state_, std::move(event));
    else
        no_ = yes.error();
    return *this;
}

State Scenario::then() const
{
    if (no_)
        FAIL("refused: " << kind_of(no_->code).slug << ' ' << no_->param << ' ' << no_->detail);
    return state_;
}

Refusal Scenario::refused(Code code) const
{
    if (!no_) FAIL("accepted, not refused as " << kind_of(code).slug);
    CHECK(kind_of(no_->code).slug == kind_of(code).slug);
    CHECK_FALSE(no_->detail.empty());
    return *no_;
}

Scenario given(const History& history) { return Scenario{history}; }

Balance balance(const State& state, const ApprovalId& approval)
{
    return state.approvals.at(approval).balance;
}

UnitState state_of(const State& state, std::int64_t unit, const BatchId& batch)
{
    const Custody custody = state.custody_of(batch);
    const Run* run = custody.at(unit);
    REQUIRE(run);
    return run->holding.state;
}

}  // namespace chipledger::scenario
