#include "given.hpp"

// What else happens to a shipment: loss, hold, seizure, confiscation, return.
namespace chipledger {

using namespace scenario;

namespace {

Event seize() { return on(february(21), ShipmentSeized{s1, case1, units(1, 10), why}); }
Event confiscate() { return on(february(22), ShipmentConfiscated{s1, case1, units(1, 10)}); }
Event give_back() { return on(february(26), ShipmentReturned{s1, units(1, 10), why}); }
}  // namespace

TEST_CASE("what is returned is given back, or forfeited once the approval is over", "[border]")
{
    CHECK(balance(given(arrived()).when(give_back()).then()) ==
          Balance{600, 210, 390, 0, 0, 0});
    CHECK(balance(given(arrived() + suspended(february(25))).when(give_back()).then()) ==
          Balance{600, 210, 390, 0, 0, 0});
    CHECK(balance(given(arrived() + revoked(february(25))).when(give_back()).then()) ==
          Balance{600, 0, 390, 0, 210, 0});
    given(dispatched()).when(give_back()).refused(Code::bad_state);
}

TEST_CASE("lost units are given back and, found, reserved again", "[border]")
{
    const Event lose = on(february(21), ShipmentLost{s1, units(399, 400), {}});
    const Event find = on(february(25), ShipmentFound{s1, units(399, 400), {}});
    CHECK(balance(given(arrived()).when(lose).then()) == Balance{600, 202, 398, 0, 0, 0});
    CHECK(balance(given(arrived()).when(lose).when(find).then()) ==
          Balance{600, 200, 400, 0, 0, 0});
    given(arrived()).when(find).refused(Code::bad_state);
    given(arrived() + lose + revoked(february(22))).when(find).refused(Code::insufficient_balance);
    given(arrived())
        .when(on(february(21), ShipmentLost{s1, units(1, 1), {}}))
        .refused(Code::bad_state);
}

TEST_CASE("a hold freezes and its lifting thaws", "[border]")
{
    const Event hold = on(february(21), ShipmentHeld{s1, units(1, 10), why});
    const Event lift = on(february(22), ShipmentHoldLifted{s1, units(1, 10), why});
    const State held = given(arrived()).when(hold).then();
    CHECK(balance(held) == Balance{600, 200, 400, 0, 0, 0});
    CHECK(state_of(held, 10) == UnitState::held);
    CHECK(state_of(given(arrived() + hold).when(lift).then(), 10) == UnitState::arrived);
    given(arrived()).when(lift).refused(Code::bad_state);
    given(arrived() + hold).when(hold).refused(Code::bad_state);
}

TEST_CASE("an inspection moves nothing and counts what is there", "[border]")
{
    const auto inspect = [](std::int64_t pass, std::int64_t fail) {
        return on(february(21), ShipmentInspected{s1, Amount{pass}, Amount{fail}, {}});
    };
    CHECK(balance(given(arrived()).when(inspect(390, 8)).then()).reserved == 400);
    given(arrived()).when(inspect(390, 9)).refused(Code::bad_state);
    given(arrived())
        .when(on(february(21), ShipmentInspected{s1, units(399, 400), Amount{0}, {}}))
        .refused(Code::bad_state);
}

TEST_CASE("no unit passes and fails in one inspection", "[border]")
{
    const auto inspect = [](const Units& pass, const Units& fail) {
        return on(february(21), ShipmentInspected{s1, pass, fail, {}});
    };
    CHECK(balance(given(arrived()).when(inspect(units(1, 7), units(8, 10))).then()).reserved == 400);
    const Refusal no =
        given(arrived()).when(inspect(units(1, 8), units(8, 10))).refused(Code::malformed);
    CHECK(no.param == "/data/fail");
}

TEST_CASE("a seizure is lifted or ends in confiscation, under its own case", "[border]")
{
    const History taken = arrived() + seize();
    CHECK(state_of(given(taken).then(), 1) == UnitState::seized);
    const auto lift = [](const CaseId& under) {
        return on(february(22), ShipmentSeizureLifted{s1, under, units(1, 10), why});
    };
    CHECK(state_of(given(taken).when(lift(case1)).then(), 1) == UnitState::arrived);
    given(taken).when(lift(case2)).refused(Code::unknown_case);
    given(arrived()).when(confiscate()).refused(Code::unknown_case);
    given(taken + lift(case1)).when(confiscate()).refused(Code::bad_state);
}

TEST_CASE("confiscation forfeits or restores, as the policy says", "[border]")
{
    CHECK(balance(given(arrived() + seize()).when(confiscate()).then()) ==
          Balance{600, 200, 390, 0, 10, 0});
    PolicyPublished mild = policy(y26, 2);
    mild.confiscation_effect = ConfiscationEffect::restore;
    CHECK(balance(given(arrived() + on(february(20), mild) + seize()).when(confiscate()).then()) ==
          Balance{600, 210, 390, 0, 0, 0});
}

}  // namespace chipledger
