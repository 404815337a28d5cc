#include "random_events.hpp"

#include "given.hpp"

namespace chipledger::naive {

using enum UnitState;
using scenario::at_most;
using scenario::date;
using scenario::duty;
using scenario::only;

namespace {
const Text because{"because"};
}

scenario::History small_world()
{
    using namespace scenario;
    PolicyPublished caps = policy();
    caps.caps = {{t1, 60}, {t2, 40}};
    const auto submitted = [](const char* id, const char* firm) {
        return on(january(2), application(ApplicationId{id}, FirmId{firm}, 25));
    };
    const auto review = [](const char* id) {
        return on(january(2), ApplicationReviewStarted{ApplicationId{id}, {}});
    };
    const auto grant = [](const char* id, const char* from, const char* firm) {
        return on(january(3), ApprovalGranted{ApprovalId{id}, ApplicationId{from}, FirmId{firm}, 25,
                                              y26, date(1, 1), date(3, 31), {duty("report")}});
    };
    return {on(january(1), LedgerOpened{Text{"test"}, Text{"+08:00"}, ClockMode::simulated}),
            on(january(1), caps),
            on(january(1), FirmRegistered{FirmId{"F-1"}, Text{"One"}, t1, {}}),
            on(january(1), FirmRegistered{FirmId{"F-2"}, Text{"Two"}, t2, {}}),
            on(january(1), BatchRegistered{BatchId{"B1"}, h200, 40, {}, {}, {}}),
            on(january(1), BatchTestCertified{BatchId{"B1"}, Text{"Lab"}, CertificateId{"CERT"}}),
            submitted("APP-1", "F-1"),
            submitted("APP-2", "F-2"),
            review("APP-1"),
            review("APP-2"),
            grant("AP-1", "APP-1", "F-1"),
            grant("AP-2", "APP-2", "F-2")};
}

std::int64_t Proposer::roll(std::int64_t from, std::int64_t to)
{
    return from + static_cast<std::int64_t>(dice() % static_cast<std::uint64_t>(to - from + 1));
}

bool Proposer::chance(int percent) { return roll(0, 99) < percent; }

template <class T>
T Proposer::one_of(std::initializer_list<T> values)
{
    return *(values.begin() + roll(0, std::ssize(values) - 1));
}

template <class TaggedId>
TaggedId Proposer::numbered(const char* prefix, std::int64_t last)
{
    return TaggedId{prefix + std::to_string(roll(1, last))};
}

/// One of the map that is like it; seldom, or where there is none, any id of the small world.
template <class Map, class Like>
typename Map::key_type Proposer::known(const Map& map, const char* prefix, const Like& like)
{
    using Key = typename Map::key_type;
    std::vector<Key> keys;
    for (const auto& [key, value] : map)
        if (like(key, value)) keys.push_back(key);
    if (keys.empty() || chance(4)) return numbered<Key>(prefix, 14);
    return keys[static_cast<std::size_t>(roll(0, std::ssize(keys) - 1))];
}

ApprovalId Proposer::approval()
{
    const bool open = chance(85);
    return known(m.approvals, "AP-", [&](const ApprovalId& id, const Permit&) {
        return !open || !m.ended(id);
    });
}

ApprovalId Proposer::approval_with(UnitState first, UnitState last)
{
    return known(m.approvals, "AP-", [&](const ApprovalId& id, const Permit&) {
        return m.counted(id, first, last) > 0;
    });
}

ShipmentId Proposer::shipment_with(UnitState first, UnitState last)
{
    return known(m.shipments, "S-", [&](const ShipmentId& id, const Cargo&) {
        for (const auto& [batch, lot] : m.batches)
            for (const Unit& unit : lot.units)
                if (unit.shipment == id && unit.state >= first && unit.state <= last) return true;
        return false;
    });
}

ApplicationId Proposer::application(ApplicationStatus like)
{
    return known(m.applications, "APP-",
                 [&](const ApplicationId&, const Request& asked) { return asked.status == like; });
}

/// Neighbours that pass the test; seldom, or where there are none, any range.
Units Proposer::some(const Test& test)
{
    std::vector<UnitRange> starts;
    for (const auto& [batch, lot] : m.batches)
        for (std::int64_t i = 1; i <= std::ssize(lot.units); ++i)
            if (test(lot.units[static_cast<std::size_t>(i - 1)]))
                starts.push_back({batch, i, i});
    if (starts.empty() || chance(6)) {
        const std::int64_t from = roll(1, 41);
        return {{numbered<BatchId>("B", 4), from, from + roll(0, 4)}};
    }
    UnitRange range = starts[static_cast<std::size_t>(roll(0, std::ssize(starts) - 1))];
    const auto& lot = m.batches.at(range.batch).units;
    for (std::int64_t more = roll(0, 9); more > 0; --more) {
        if (range.to >= std::ssize(lot)) break;
        if (!test(lot[static_cast<std::size_t>(range.to.value)]) && !chance(2)) break;
        range.to = range.to + 1;
    }
    Units units{range};
    const UnitRange& second = starts[static_cast<std::size_t>(roll(0, std::ssize(starts) - 1))];
    if (second.batch != range.batch || second.from > range.to) units.push_back(second);
    return units;
}

Units Proposer::of_approval(const ApprovalId& id, UnitState first, UnitState last)
{
    return some([&](const Unit& unit) {
        return unit.approval == id && unit.state >= first && unit.state <= last;
    });
}

Units Proposer::of_shipment(const ShipmentId& id, UnitState first, UnitState last)
{
    return some([&](const Unit& unit) {
        return unit.shipment == id && unit.state >= first && unit.state <= last;
    });
}

std::vector<Condition> Proposer::conditions()
{
    std::vector<Condition> list;
    if (chance(15)) list.push_back(only(ConditionCode::ports, {"CNSHA"}));
    if (chance(15)) list.push_back(only(ConditionCode::sites, {"SITE-1"}));
    if (chance(10)) list.push_back(only(ConditionCode::end_use, {"training"}));
    if (chance(15)) list.push_back(at_most(ConditionCode::max_units_per_shipment, roll(4, 14)));
    if (chance(15)) list.push_back(at_most(ConditionCode::max_uses, roll(1, 2)));
    if (chance(40)) list.push_back(duty("report"));
    return list;
}

Actor Proposer::who(const EventData& data)
{
    const Role role = scenario::catalogue_roles(type_name(data)).front();
    if (role != Role::firm) return scenario::actor(role);
    const FirmId other = numbered<FirmId>("F-", 2);
    FirmId firm = other;
    std::visit(
        [&](const auto& e) {
            if constexpr (requires { e.firm.value; }) {
                firm = FirmId{e.firm.value};
            } else if constexpr (requires { e.approval; }) {
                const auto found = m.approvals.find(e.approval);
                if (found != m.approvals.end() && !chance(4)) firm = found->second.firm;
            } else if constexpr (requires { e.application; }) {
                const auto found = m.applications.find(e.application);
                if (found != m.applications.end() && !chance(4)) firm = found->second.firm;
            }
        },
        data);
    return scenario::firm_actor(firm);
}

/// What the model would refuse is mostly thought over.
Event Proposer::propose()
{
    Event event = any();
    for (int again = 0; again < 6 && m.verdict(event) && chance(75); ++again) event = any();
    return event;
}

Event Proposer::any()
{
    Event event;
    event.data = data();
    event.actor = who(event.data);
    event.occurred_at = scenario::noon(now);
    // The late ones are facts: a late word on an approval's status has scenarios of its own.
    const auto type = type_name(event.data);
    if (!type.starts_with("Approval") && !type.starts_with("Quota") && chance(12))
        event.occurred_at = scenario::noon(now - std::chrono::days{roll(1, 12)});
    event.recorded_at = scenario::noon(now).at;
    return event;
}

EventData Proposer::data()
{
    const std::int64_t what = roll(0, 99);
    if (what < 4) return master_data();
    if (what < 12) return application_data();
    if (what < 22) return approval_data();
    if (what < 26) return batch_data();
    if (what < 46) return allocation_data();
    if (what < 62) return shipment_data();
    if (what < 82) return customs_data();
    if (what < 93) return firm_data();
    return regulator_data();
}

EventData Proposer::master_data()
{
    const FirmId firm = numbered<FirmId>("F-", 3);
    const Tier tier = numbered<Tier>("T", 3);
    switch (roll(0, 3)) {
        case 0: {
            PolicyPublished policy = scenario::policy(one_of({scenario::y26, scenario::y27}));
            const auto found = m.policies.find(policy.period);
            policy.policy_version =
                found == m.policies.end() ? 1 : found->second.policy_version + roll(0, 4) / 2;
            policy.caps = {{scenario::t1, roll(20, 60)}, {scenario::t2, roll(10, 40)}};
            policy.confiscation_effect =
                chance(50) ? ConfiscationEffect::forfeit : ConfiscationEffect::restore;
            return policy;
        }
        case 1: return FirmRegistered{firm, because, tier, {}};
        case 2: return FirmAmended{firm, because, {}, {}};
        default: return TierAssigned{firm, tier, because};
    }
}

EventData Proposer::application_data()
{
    switch (roll(0, 9)) {
        case 0: return ApplicationWithdrawn{application(ApplicationStatus::submitted), {}};
        case 1: return ApplicationRefused{application(ApplicationStatus::under_review), {}};
        case 2:
        case 3:
        case 4:
            return ApplicationReviewStarted{application(ApplicationStatus::submitted), {}};
        case 5:
        case 6: {
            const ApplicationId id = application(ApplicationStatus::under_review);
            const auto found = m.applications.find(id);
            const bool there = found != m.applications.end();
            const Day from = now - std::chrono::days{roll(0, 9)};
            return ApprovalGranted{numbered<ApprovalId>("AP-", 14), id,
                                   there ? found->second.firm : scenario::fa,
                                   there ? roll(1, found->second.qty + 1) : 5,
                                   one_of({scenario::y26, scenario::y26, scenario::y27}), from,
                                   from + std::chrono::days{roll(10, 90)}, conditions()};
        }
        default:
            return ApplicationSubmitted{ApplicationId{"APP-" + std::to_string(roll(1, 30))},
                                        numbered<FirmId>("F-", 2),
                                        chance(95) ? scenario::h200 : Sku{"H20"}, roll(5, 30),
                                        Text{chance(80) ? "training" : "mining"}};
    }
}

EventData Proposer::approval_data()
{
    const ApprovalId id = approval();
    const auto status_is = [&](ApprovalStatus status) {
        return known(m.approvals, "AP-", [&](const ApprovalId& each, const Permit&) {
            return *m.status_at(each, Time::max()) == status;
        });
    };
    switch (roll(0, 9)) {
        case 0:
        case 1: {
            ApprovalAmended amended{id, {}, {}, {}};
            if (chance(80)) amended.granted = roll(1, 40);
            if (chance(30)) amended.valid_to = now + std::chrono::days{roll(1, 60)};
            if (chance(30)) amended.conditions = conditions();
            return amended;
        }
        case 2: return ApprovalSuspended{id, because};
        case 3:
        case 4:
        case 5: {
            const auto which = chance(50) ? ApprovalStatus::suspended : ApprovalStatus::revoked;
            const ApprovalId back = status_is(which);
            const auto found = m.approvals.find(back);
            const std::int64_t most = found == m.approvals.end() ? 1 : found->second.forfeited + 1;
            return ApprovalReinstated{back, because, roll(0, most)};
        }
        case 6: return ApprovalRevoked{id, because};
        case 7: return ApprovalSurrendered{id, because};
        case 8: return ApprovalExpired{id, because};
        default:
            return QuotaCarriedOver{status_is(ApprovalStatus::expired),
                                    numbered<ApprovalId>("AP-", 14),
                                    one_of({scenario::y26, scenario::y27}),
                                    now,
                                    now + std::chrono::days{60},
                                    roll(1, 12)};
    }
}

EventData Proposer::batch_data()
{
    const BatchId batch = numbered<BatchId>("B", 4);
    switch (roll(0, 3)) {
        case 0:
            return BatchRegistered{batch, chance(90) ? scenario::h200 : Sku{"H20"}, roll(20, 40),
                                   {},    {},                                       {}};
        case 1: return BatchTestCertified{batch, because, CertificateId{"CERT"}};
        default: {
            SerialsRecorded recorded{batch, roll(1, 40), {}};
            const std::int64_t first = roll(1, 200);  // Twice in one list is malformed.
            for (std::int64_t n = roll(1, 3); n > 0; --n)
                recorded.serials.push_back(SerialId{"SN-" + std::to_string(first + n)});
            return recorded;
        }
    }
}

EventData Proposer::allocation_data()
{
    const ApprovalId id = approval();
    switch (roll(0, 7)) {
        case 0: {
            const ApprovalId held = approval_with(registered, registered);
            return AllocationReleased{held, of_approval(held, registered, registered)};
        }
        case 1:
        case 2: {
            const ApprovalId from = approval_with(UnitState::cleared, delivered);
            ApprovalId to = approval();
            if (to == from) to = ApprovalId{"AP-" + std::to_string(roll(1, 8))};
            return AllocationTransferred{from, to,
                                         of_approval(from, UnitState::cleared, delivered)};
        }
        default:
            return AllocationReserved{id, some([](const Unit& unit) {
                                          return unit.state == registered && unit.approval.empty();
                                      })};
    }
}

EventData Proposer::shipment_data()
{
    if (chance(50)) {
        const ApprovalId id = approval_with(registered, registered);
        const ShipmentId shipment = numbered<ShipmentId>("S-", 12);
        std::optional<PortId> port = PortId{shipment.value < "S-4" ? "CNNGB" : "CNSHA"};
        if (shipment.value == "S-9") port.reset();
        return ShipmentDispatched{shipment, id, of_approval(id, registered, registered), {}, port};
    }
    const ShipmentId at_sea = shipment_with(in_transit, in_transit);
    switch (roll(0, 5)) {
        case 0: return ShipmentLost{at_sea, of_shipment(at_sea, in_transit, in_transit), {}};
        case 1: {
            const ShipmentId gone = shipment_with(lost, lost);
            return ShipmentFound{gone, of_shipment(gone, lost, lost), {}};
        }
        default: {
            std::optional<OfficeId> office = OfficeId{at_sea.value < "S-4" ? "NGB-01" : "SHA-01"};
            if (at_sea.value == "S-9") office.reset();
            return ShipmentArrived{at_sea, of_shipment(at_sea, in_transit, in_transit), office};
        }
    }
}

EventData Proposer::customs_data()
{
    const ShipmentId here = shipment_with(arrived, held);
    const ShipmentId frozen = shipment_with(seized, seized);
    const CaseId under = numbered<CaseId>("C-", 2);
    switch (roll(0, 13)) {
        case 0:
            if (chance(50)) return ShipmentInspected{here, Amount{roll(1, 4)}, Amount{0}, {}};
            if (chance(30))
                return ShipmentInspected{here, of_shipment(here, arrived, held),
                                         of_shipment(here, arrived, held), {}};
            return ShipmentInspected{
                here, of_shipment(here, arrived, held), Amount{roll(0, 2)}, {}};
        case 1: return ShipmentHeld{here, of_shipment(here, arrived, arrived), because};
        case 2: return ShipmentHoldLifted{here, of_shipment(here, held, held), because};
        case 3:
        case 4: return ShipmentSeized{here, under, of_shipment(here, arrived, held), because};
        case 5:
            return ShipmentSeizureLifted{frozen, under, of_shipment(frozen, seized, seized),
                                         because};
        case 6:
        case 7: return ShipmentConfiscated{frozen, under, of_shipment(frozen, seized, seized)};
        case 8: return ShipmentReturned{here, of_shipment(here, arrived, held), because};
        default:
            return ShipmentCleared{here, numbered<DeclarationId>("D-", 5),
                                   of_shipment(here, arrived, arrived)};
    }
}

EventData Proposer::firm_data()
{
    const SiteId site = chance(75) ? scenario::site1 : scenario::site2;
    const auto held = [&](UnitState first, UnitState last, const auto& make) -> EventData {
        const ApprovalId id = approval_with(first, last);
        return make(id, of_approval(id, first, last));
    };
    const std::optional<Text> use =
        chance(50) ? std::optional<Text>{} : Text{chance(80) ? "training" : "mining"};
    switch (roll(0, 9)) {
        case 0:
        case 1:
        case 2:
        case 3:
            return held(UnitState::cleared, UnitState::cleared,
                        [&](const auto& id, const Units& u) {
                return AllocationDelivered{id, site, u};
            });
        case 4:
        case 5:
        case 6:
            return held(delivered, delivered, [&](const auto& id, const Units& u) {
                return AllocationDeployed{id, site, u, use};
            });
        case 7:
            return held(deployed, deployed, [&](const auto& id, const Units& u) {
                return AllocationUndeployed{id, site, u, {}};
            });
        case 8:
            return held(deployed, recalled, [&](const auto& id, const Units& u) {
                return AllocationDecommissioned{id, u, {}};
            });
        default:
            return ConditionEvidenced{approval(), Text{one_of({"report", "ports", "max_uses"})},
                                      because};
    }
}

EventData Proposer::regulator_data()
{
    const Text scope{one_of({"all", "firm:F-1", "tier:T2", "approval:AP-1", "period:2027",
                             "batch:B2"})};
    const auto known_scope = [&]() -> Text {
        return m.blocks.empty() || chance(20) ? scope : Text{*m.blocks.begin()};
    };
    switch (roll(0, 8)) {
        case 0:
        case 1: {
            const ApprovalId id = approval_with(UnitState::cleared, deployed);
            return AllocationRecalled{id, of_approval(id, UnitState::cleared, deployed), because};
        }
        case 2:
        case 3: {
            const ApprovalId id = approval_with(recalled, recalled);
            return AllocationRecallLifted{id, of_approval(id, recalled, recalled), because};
        }
        case 4: return ConditionBreached{approval(), Text{one_of({"report", "sites"})}, because};
        case 5:
            if (m.blocks.size() > 1) return ClaimsUnblocked{known_scope(), because};
            return ClaimsBlocked{scope, because};
        default: return ClaimsUnblocked{known_scope(), because};
    }
}

std::optional<EventData> smaller(EventData data, std::mt19937_64& dice)
{
    const auto less = [&](auto& number, std::int64_t least) {
        const std::int64_t was = number;
        number = std::max<std::int64_t>(least, was - 1 - static_cast<std::int64_t>(dice() % 5));
        return number != was;
    };
    const bool changed = std::visit(
        [&](auto& event) {
            if constexpr (requires { event.units[0].to; }) {
                return less(event.units.front().to, event.units.front().from);
            } else if constexpr (requires { event.granted.value; }) {
                return less(event.granted.value, 1);
            } else if constexpr (requires { event.qty.value; }) {
                return less(event.qty.value, 1);
            } else if constexpr (requires { event.restored_qty.value; }) {
                return less(event.restored_qty.value, 0);
            } else if constexpr (requires { event.caps; }) {
                return less(event.caps.front().units.value, 1);
            }
            return false;
        },
        data);
    return changed ? std::optional{data} : std::nullopt;
}

}  // namespace chipledger::naive
