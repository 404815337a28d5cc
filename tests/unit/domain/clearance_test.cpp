#include "given.hpp"

namespace chipledger {

using namespace scenario;

namespace {
Event clear(int day, Units of, const DeclarationId& under = d1)
{
    return on(february(day), ShipmentCleared{s1, under, std::move(of)});
}
}  // namespace

TEST_CASE("clearance draws what was reserved", "[clearance]")
{
    const State after = given(arrived()).when(clear(21, units(1, 398))).then();
    CHECK(balance(after) == Balance{600, 200, 2, 398, 0, 0});
    CHECK(state_of(after, 398) == UnitState::cleared);
    CHECK(state_of(after, 399) == UnitState::in_transit);
    CHECK(exposure(after, fa, y26) == 400);
}

TEST_CASE("only arrived units are cleared", "[clearance]")
{
    const Refusal no = given(arrived()).when(clear(21, units(390, 400))).refused(Code::bad_state);
    CHECK(no.available == 9);
    CHECK(no.requested == 11);
    CHECK(no.entries == std::vector{Position{11}});  // The dispatch holds the other two.
}

TEST_CASE("the guards of a clearance rank", "[clearance]")
{
    const Event nowhere = on(february(21), ShipmentCleared{s2, d1, units(1, 1)});
    given(arrived() + suspended(february(20))).when(nowhere).refused(Code::unknown_shipment);

    const auto port = only(ConditionCode::ports, {"CNNGB"});
    const Event late = on(july(1), ShipmentCleared{s1, d1, units(401, 402)});
    const Event foreign = on(february(21), ShipmentCleared{s1, d1, units(401, 402)});
    given(arrived({port}) + suspended(february(22))).when(late).refused(
        Code::approval_not_in_force);
    given(arrived({port})).when(late).refused(Code::outside_validity);
    given(arrived({port})).when(foreign).refused(Code::condition_not_met);
    given(arrived()).when(foreign).refused(Code::no_reservation);
    given(arrived()).when(clear(21, units(399, 400))).refused(Code::bad_state);
}

TEST_CASE("validity ends with its last day, where the ledger is", "[clearance]")
{
    const Timestamp last{date(6, 30) + std::chrono::hours{15} + std::chrono::minutes{59}, {}};
    const Timestamp next{date(6, 30) + std::chrono::hours{16}, {}};
    given(arrived()).when(on(last, ShipmentCleared{s1, d1, units(1, 1)})).then();
    given(arrived())
        .when(on(next, ShipmentCleared{s1, d1, units(1, 1)}))
        .refused(Code::outside_validity);
}

TEST_CASE("a clearance that happened before a revocation is admitted after it", "[clearance]")
{
    const History over = arrived() + revoked(february(25));
    const State after = given(over).when(clear(24, units(1, 10))).then();
    CHECK(balance(after) == Balance{600, 0, 390, 10, 200, 0});
    given(over).when(clear(26, units(1, 10))).refused(Code::approval_not_in_force);
}

TEST_CASE("ports, end use and uses are asked at clearance", "[clearance][conditions]")
{
    const auto refused = [](Condition condition) {
        given(arrived({std::move(condition)}))
            .when(clear(21, units(1, 1)))
            .refused(Code::condition_not_met);
    };
    refused(only(ConditionCode::ports, {"CNNGB"}));
    refused(only(ConditionCode::end_use, {"mining"}));
    given(arrived({only(ConditionCode::ports, {"CNSHA"}), duty("report")}))
        .when(clear(21, units(1, 1)))
        .then();

    const Condition once = at_most(ConditionCode::max_uses, 1);
    given(arrived({once})).when(clear(21, units(1, 1))).when(clear(21, units(2, 2))).then();
    given(arrived({once}))
        .when(clear(21, units(1, 1)))
        .when(clear(21, units(2, 2), d2))
        .refused(Code::condition_not_met);
}

TEST_CASE("a shipment without a port meets no condition on ports", "[clearance][conditions]")
{
    const History silent = reserved({only(ConditionCode::ports, {"CNSHA"})}) +
                           on(february(10), ShipmentDispatched{s1, ap1, units(1, 4), {}, {}}) +
                           on(february(20), ShipmentArrived{s1, units(1, 4), {}});
    given(silent).when(clear(21, units(1, 1))).refused(Code::condition_not_met);
}

}  // namespace chipledger
