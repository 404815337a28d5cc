#include "given.hpp"

// Batches, reservations, dispatches, transfers, blocks, and what firms do with cleared units.
namespace chipledger {

using namespace scenario;

namespace {

Event reserve(Units of, const ApprovalId& by_whom = ap1)
{
    return on(march(1), AllocationReserved{by_whom, std::move(of)});
}
Event dispatch(Units of, const ShipmentId& in = s1, const ApprovalId& under = ap1)
{
    return on(march(1), ShipmentDispatched{in, under, std::move(of), {}, shanghai});
}
Event deliver(Units of, const SiteId& to = site1)
{
    return on(march(1), AllocationDelivered{ap1, to, std::move(of)});
}
Event deploy(std::optional<Text> use, const SiteId& at = site1)
{
    return on(march(1), AllocationDeployed{ap1, at, units(1, 10), std::move(use)});
}
Event transfer(Units of)
{
    return on(march(1), AllocationTransferred{ap1, ap2, std::move(of)});
}
Event recall(std::int64_t unit)
{
    return on(march(1), AllocationRecalled{ap1, units(unit, unit), why});
}
Event serials(std::int64_t from, const char* serial)
{
    return on(january(9), SerialsRecorded{b01, from, {SerialId{serial}}});
}
}  // namespace

TEST_CASE("a batch and each serial come once", "[batch]")
{
    const Event again = on(january(9), BatchRegistered{b01, h200, 5, {}, {}, {}});
    given(registered()).when(again).refused(Code::duplicate_batch);
    const History one = registered() + serials(1, "SN-1");
    given(one).when(serials(2, "SN-1")).refused(Code::duplicate_serial);
    given(one).when(serials(1, "SN-2")).refused(Code::duplicate_serial);
    given(one).when(serials(501, "SN-3")).refused(Code::unknown_unit);
    given(opened()).when(serials(1, "SN-1")).refused(Code::unknown_batch);
    given(opened())
        .when(on(january(9), BatchTestCertified{b01, why, CertificateId{"X"}}))
        .refused(Code::unknown_batch);
}

TEST_CASE("free units are reserved, within balance and cap", "[reservation]")
{
    const State after = given(granted()).when(reserve(units(1, 400))).then();
    CHECK(balance(after) == Balance{600, 200, 400, 0, 0, 0});
    given(reserved()).when(reserve(units(400, 401))).refused(Code::unit_not_available);
    given(reserved()).when(reserve(units(500, 501))).refused(Code::unit_not_available);
    given(reserved()).when(reserve(units(1, 2, b02))).refused(Code::unknown_batch);
    given(reserved()).when(reserve(units(401, 402), ap2)).refused(Code::unknown_approval);
    const History other =
        reserved() + on(march(1), BatchRegistered{b02, Sku{"H20"}, 9, {}, {}, {}});
    given(other).when(reserve(units(1, 2, b02))).refused(Code::unit_not_available);
    const History more = reserved() + on(march(1), BatchRegistered{b02, h200, 300, {}, {}, {}});
    given(more).when(reserve(units(1, 201, b02))).refused(Code::insufficient_balance);
    given(more + on(march(1), TierAssigned{fa, t2, why}))
        .when(reserve(units(401, 401)))
        .refused(Code::tier_cap_exceeded);
    given(reserved() + suspended(february(5)))
        .when(reserve(units(401, 401)))
        .refused(Code::approval_not_in_force);
}

TEST_CASE("a block refuses reservations in its scope alone", "[reservation]")
{
    for (const char* scope : {"all", "firm:F-A", "approval:AP-1", "tier:T1", "period:2026",
                              "batch:B01"}) {
        const Event block = on(february(2), ClaimsBlocked{Text{scope}, why});
        const Event open = on(february(3), ClaimsUnblocked{Text{scope}, why});
        given(reserved() + block).when(reserve(units(401, 401))).refused(Code::claims_blocked);
        given(reserved() + block).when(block).refused(Code::bad_state);
        given(reserved() + block + open).when(reserve(units(401, 401))).then();
        given(reserved()).when(open).refused(Code::bad_state);
    }
    given(reserved() + on(february(2), ClaimsBlocked{Text{"firm:F-B"}, why}))
        .when(reserve(units(401, 401)))
        .then();
    given(reserved())
        .when(on(february(2), ClaimsBlocked{Text{"firm:F-9"}, why}))
        .refused(Code::unknown_scope);
}

TEST_CASE("a blocked tier that no firm has any more can be opened", "[reservation]")
{
    given(registered() + on(january(4), ClaimsBlocked{Text{"tier:T2"}, why}) +
          on(january(5), TierAssigned{fb, t1, why}))
        .when(on(january(6), ClaimsUnblocked{Text{"tier:T2"}, why}))
        .then();
}

TEST_CASE("a release gives back what still waits", "[reservation]")
{
    const Event release = on(march(1), AllocationReleased{ap1, units(391, 400)});
    CHECK(balance(given(reserved()).when(release).then()) == Balance{600, 210, 390, 0, 0, 0});
    CHECK(balance(given(reserved() + revoked(february(5))).when(release).then()) ==
          Balance{600, 0, 390, 0, 210, 0});
    given(dispatched()).when(release).refused(Code::bad_state);
    given(granted()).when(release).refused(Code::no_reservation);
}

TEST_CASE("what is dispatched is reserved, certified and in an open shipment", "[dispatch]")
{
    const History part = reserved() + dispatch(units(1, 10));
    CHECK(balance(given(part).then()) == Balance{600, 200, 400, 0, 0, 0});
    given(part).when(dispatch(units(11, 20))).then();
    given(part).when(dispatch(units(10, 11))).refused(Code::bad_state);
    given(part).when(dispatch(units(401, 402))).refused(Code::no_reservation);
    given(part).when(dispatch(units(11, 12), s1, ap2)).refused(Code::duplicate_shipment);
    given(part).when(dispatch(units(11, 12), s2, ap2)).refused(Code::unknown_approval);
    const History closed = part + on(march(2), ShipmentLost{s1, units(1, 10), {}});
    given(closed).when(dispatch(units(11, 20))).refused(Code::bad_state);
    given(reserved() + suspended(february(5)))
        .when(dispatch(units(1, 1)))
        .refused(Code::approval_not_in_force);
    const History raw = registered() + approval(ap1, app1, fa, 600) + reserve(units(1, 10));
    given(raw).when(dispatch(units(1, 10))).refused(Code::not_certified);
    const History few = reserved({at_most(ConditionCode::max_units_per_shipment, 10)});
    given(few + dispatch(units(1, 6))).when(dispatch(units(7, 10))).then();
    given(few + dispatch(units(1, 6))).when(dispatch(units(7, 11))).refused(
        Code::condition_not_met);
}

TEST_CASE("only what is in transit in the shipment arrives", "[dispatch]")
{
    const auto arrive = [](const ShipmentId& in, Units of) {
        return on(march(1), ShipmentArrived{in, std::move(of), {}});
    };
    given(dispatched() + revoked(february(15))).when(arrive(s1, units(1, 400))).then();
    given(arrived()).when(arrive(s1, units(398, 399))).refused(Code::bad_state);
    given(arrived()).when(arrive(s1, units(400, 401))).refused(Code::no_reservation);
    given(arrived()).when(arrive(s2, units(1, 1))).refused(Code::unknown_shipment);
}

TEST_CASE("a transfer moves drawn units between approvals in force", "[transfer]")
{
    const History small = cleared() + approval(ap2, app2, fa, 100);
    const State after = given(small).when(transfer(units(1, 100))).then();
    CHECK(balance(after) == Balance{600, 300, 2, 298, 0, 0});
    CHECK(balance(after, ap2) == Balance{100, 0, 0, 100, 0, 0});
    CHECK(exposure(after, fa, y26) == 400);
    given(small).when(transfer(units(1, 101))).refused(Code::insufficient_balance);
    given(small).when(transfer(units(398, 399))).refused(Code::bad_state);
    given(small).when(transfer(units(401, 401))).refused(Code::no_reservation);
    given(cleared()).when(transfer(units(1, 1))).refused(Code::unknown_approval);
    given(small + suspended(february(25)))
        .when(transfer(units(1, 1)))
        .refused(Code::approval_not_in_force);
    // One firm, one period: its exposure stays, even above a cap that has sunk.
    given(small + on(february(25), TierAssigned{fa, t2, why})).when(transfer(units(1, 9))).then();
}

TEST_CASE("a transfer to another firm is within that firm's cap", "[transfer]")
{
    PolicyPublished tight = policy(y26, 2);
    tight.caps = {{t1, 1000}, {t2, 50}};
    const History foreign = cleared() + approval(ap2, app2, fb, 100) + on(february(25), tight);
    given(foreign).when(transfer(units(1, 50))).then();
    given(foreign).when(transfer(units(1, 51))).refused(Code::tier_cap_exceeded);
}

TEST_CASE("the firm delivers and deploys its own cleared units", "[firm units]")
{
    CHECK(balance(given(cleared()).when(deliver(units(1, 398))).then()).drawn == 398);
    given(cleared()).when(deliver(units(398, 399))).refused(Code::bad_state);
    given(cleared()).when(deliver(units(401, 401))).refused(Code::no_reservation);
    given(cleared()).when(by(firm_actor(fb), deliver(units(1, 1)))).refused(
        Code::unknown_approval);
    given(cleared() + revoked(february(25)))
        .when(deliver(units(1, 1)))
        .refused(Code::approval_not_in_force);
    const History bound = cleared({only(ConditionCode::sites, {"SITE-1"})});
    given(bound).when(deliver(units(1, 1), site2)).refused(Code::condition_not_met);
    given(bound + deliver(units(1, 10))).when(deploy({}, site2)).refused(Code::condition_not_met);
    const History use = delivered({only(ConditionCode::end_use, {"training"})});
    given(use).when(deploy({})).then();
    given(use).when(deploy(Text{"mining"})).refused(Code::condition_not_met);
    given(cleared()).when(deploy({})).refused(Code::bad_state);
    const Event undeploy = on(march(2), AllocationUndeployed{ap1, site1, units(1, 10), {}});
    CHECK(state_of(given(deployed()).when(undeploy).then(), 1) == UnitState::delivered);
    given(delivered()).when(undeploy).refused(Code::bad_state);
}

TEST_CASE("a recall is lifted back to where the unit was", "[firm units]")
{
    const Event lift = on(march(2), AllocationRecallLifted{ap1, units(1, 1), why});
    const Event scrap = on(march(2), AllocationDecommissioned{ap1, units(1, 1), {}});
    for (const History& before : {cleared(), delivered(), deployed()}) {
        const UnitState was = state_of(given(before).then(), 1);
        const State after = given(before).when(recall(1)).when(lift).then();
        CHECK(state_of(after, 1) == was);
        CHECK(balance(after) == Balance{600, 200, 2, 398, 0, 0});
        given(before).when(lift).refused(Code::bad_state);
        CHECK(balance(given(before + recall(1)).when(scrap).then()).drawn == 398);
    }
    given(cleared()).when(recall(399)).refused(Code::bad_state);
    given(delivered()).when(scrap).refused(Code::bad_state);
    given(deployed()).when(scrap).when(recall(1)).refused(Code::bad_state);
}

TEST_CASE("evidence names a condition that the approval has", "[conditions]")
{
    const History bound = granted({duty("report"), at_most(ConditionCode::max_uses, 3)});
    const auto show = [](const char* condition) {
        return on(march(1), ConditionEvidenced{ap1, Text{condition}, why});
    };
    given(bound).when(show("report")).when(show("max_uses")).then();
    given(bound).when(show("sites")).refused(Code::unknown_condition);
    given(bound).when(by(firm_actor(fb), show("report"))).refused(Code::unknown_approval);
    given(bound).when(on(march(1), ConditionBreached{ap1, Text{"report"}, why})).then();
    given(bound)
        .when(on(march(1), ConditionBreached{ap1, Text{"ports"}, why}))
        .refused(Code::unknown_condition);
}

}  // namespace chipledger
