#pragma once
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "domain/rulebook.hpp"

// The vocabulary of the scenarios: given(history).when(on(day, data)).then() or .refused(code).
namespace chipledger::scenario {

inline const FirmId fa{"F-A"}, fb{"F-B"};
inline const ApplicationId app1{"APP-1"}, app2{"APP-2"}, app3{"APP-3"};
inline const ApprovalId ap1{"AP-1"}, ap2{"AP-2"}, ap3{"AP-3"};
inline const BatchId b01{"B01"}, b02{"B02"};
inline const ShipmentId s1{"S-1"}, s2{"S-2"};
inline const DeclarationId d1{"D-1"}, d2{"D-2"};
inline const CaseId case1{"C-1"}, case2{"C-2"};
inline const Text why{"because"};
inline const SiteId site1{"SITE-1"}, site2{"SITE-2"};
inline const Sku h200{"H200"};
inline const Period y26{"2026"}, y27{"2027"};
inline const Tier t1{"T1"}, t2{"T2"};
inline const PortId shanghai{"CNSHA"}, ningbo{"CNNGB"};

Day date(int month, int day, int year = 2026);
/// Noon at +08:00, where the scenarios play.
Timestamp noon(Day day);
Timestamp january(int day);
Timestamp february(int day);
Timestamp march(int day);
Timestamp july(int day);

Units units(std::int64_t from, std::int64_t to, const BatchId& batch = b01);
std::vector<Text> texts(std::initializer_list<const char*> values);
Condition only(ConditionCode code, std::initializer_list<const char*> allow);
Condition at_most(ConditionCode code, std::int64_t max);
Condition duty(const char* text);

/// The roles that the catalogue names for a type, read from the design once more.
std::vector<Role> catalogue_roles(std::string_view type);
/// An event by the first role that may record it; a firm's events are by F-A.
Event on(Timestamp occurred_at, EventData data);
Event by(Actor actor, Event event);
Actor firm_actor(const FirmId& firm);
Actor actor(Role role);

using History = std::vector<Event>;
History operator+(History history, Event event);
History operator+(History history, const History& more);

/// All that a state says, as text: two states are the same when these are.
std::string told(const State& state);
/// Admits nothing: gives position, recording time and versions, then applies and checks I1 to I7.
void record(State& state, Event event);
/// permitted, then admit: what the ledger asks of a proposal.
Result<void> verdict(const State& state, const Event& event);

class Scenario {
public:
    explicit Scenario(const History& history);
    /// Offers the event. What was offered before must have been accepted.
    Scenario& when(Event event);
    /// The state after; the last event must have been accepted.
    State then() const;
    Refusal refused(Code code) const;

private:
    State state_{};
    std::optional<Refusal> no_{};
};
Scenario given(const History& history);

Balance balance(const State& state, const ApprovalId& approval = ap1);
/// State of a unit; the unit must exist.
UnitState state_of(const State& state, std::int64_t unit, const BatchId& batch = b01);

// Fixtures: each begins with the one before it. F-A (T1, cap 1000) and F-B (T2, cap 300) know
// B01 of 500 H200. AP-1 grants F-A 600 of them in 2026; 400 are reserved and dispatched in S-1
// from 1 on, 398 of them arrive, are cleared under D-1, delivered to SITE-1 and deployed.
PolicyPublished policy(const Period& period = y26, std::int64_t version = 1);
ApplicationSubmitted application(const ApplicationId& id, const FirmId& firm, std::int64_t qty);
/// Submitted, reviewed and granted in full, valid 2026-01-10 to 2026-06-30.
History approval(const ApprovalId& id, const ApplicationId& application, const FirmId& firm,
                 std::int64_t granted, std::vector<Condition> conditions = {});
History opened();
History registered();
History certified();
History applied();
History granted(std::vector<Condition> conditions = {});
History reserved(std::vector<Condition> conditions = {});
History dispatched(std::vector<Condition> conditions = {});
History arrived(std::vector<Condition> conditions = {});
History cleared(std::vector<Condition> conditions = {});
History delivered(std::vector<Condition> conditions = {});
History deployed(std::vector<Condition> conditions = {});
/// AP-1 suspended, revoked, expired: on the day given.
Event suspended(Timestamp at);
Event revoked(Timestamp at);
Event expired(Timestamp at);

}  // namespace chipledger::scenario
