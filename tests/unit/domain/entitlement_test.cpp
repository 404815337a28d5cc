#include "given.hpp"

// Policies, firms, applications and approvals.
namespace chipledger {

using namespace scenario;

namespace {

Event amend(std::int64_t granted)
{
    return on(march(1), ApprovalAmended{ap1, Quantity{granted}, {}, {}});
}
Event reinstate(std::int64_t restored)
{
    return on(march(2), ApprovalReinstated{ap1, why, restored});
}
Event carry(std::int64_t qty, const ApprovalId& to = ap2)
{
    return on(july(2), QuotaCarriedOver{ap1, to, y27, date(7, 2), date(12, 31), qty});
}
Event grant(std::int64_t qty, const Period& period = y26)
{
    return on(january(8),
              ApprovalGranted{ap1, app1, fa, qty, period, date(1, 10), date(6, 30), {}});
}
}  // namespace

TEST_CASE("policy versions rise by one within a period", "[policy]")
{
    given(opened()).when(on(january(2), policy(y26, 2))).then();
    given(opened()).when(on(january(2), policy(y27, 1))).then();
    given(opened()).when(on(january(2), policy(y26, 1))).refused(Code::duplicate_policy);
    given(opened()).when(on(january(2), policy(y26, 3))).refused(Code::bad_state);
}

TEST_CASE("firms are registered once, then amended and placed in a tier", "[firm]")
{
    const auto tier = [](const FirmId& firm, const char* name) {
        return on(january(4), TierAssigned{firm, Tier{name}, why});
    };
    const History known = registered();
    CHECK(given(known).when(tier(fa, "T2")).then().firms.at(fa).tier == t2);
    given(known).when(tier(fa, "T9")).refused(Code::unknown_tier);
    given(known).when(tier(FirmId{"F-9"}, "T1")).refused(Code::unknown_firm);
    given(known)
        .when(on(january(4), FirmRegistered{fa, Text{"Again"}, t1, {}}))
        .refused(Code::duplicate_firm);
    const State named =
        given(known).when(on(january(4), FirmAmended{fa, Text{"New"}, {}, {}})).then();
    CHECK(named.firms.at(fa).name == Text{"New"});
    CHECK(named.firms.at(fa).tier == t1);
    given(known)
        .when(on(january(4), FirmAmended{FirmId{"F-9"}, why, {}, {}}))
        .refused(Code::unknown_firm);
}

TEST_CASE("an application goes its way once", "[application]")
{
    const Event submit = on(january(5), application(app1, fa, 600));
    const Event review = on(january(6), ApplicationReviewStarted{app1, {}});
    const Event refuse = on(january(7), ApplicationRefused{app1, {}});
    const Event withdraw = on(january(7), ApplicationWithdrawn{app1, {}});
    given(registered()).when(submit).when(review).when(refuse).then();
    given(registered()).when(submit).when(withdraw).then();
    given(registered() + submit).when(submit).refused(Code::duplicate_application);
    given(registered() + submit).when(refuse).refused(Code::bad_state);
    given(registered() + submit + review).when(review).refused(Code::bad_state);
    given(registered() + submit + review + refuse).when(withdraw).refused(Code::bad_state);
    given(registered() + submit)
        .when(by(firm_actor(fb), withdraw))
        .refused(Code::unknown_application);
    given(registered()).when(review).refused(Code::unknown_application);
    given(opened()).when(submit).refused(Code::unknown_firm);
}

TEST_CASE("a grant is at most what was asked and what the cap leaves", "[approval]")
{
    CHECK(balance(given(applied()).when(grant(600)).then()) == Balance{600, 600, 0, 0, 0, 0});
    given(applied()).when(grant(601)).refused(Code::insufficient_balance);
    given(applied()).when(grant(600, y27)).refused(Code::unknown_policy);
    given(granted()).when(grant(600)).refused(Code::duplicate_approval);
    const History small = applied() + on(january(7), TierAssigned{fa, t2, why});
    const Refusal no = given(small).when(grant(301)).refused(Code::tier_cap_exceeded);
    CHECK(no.available == 300);
    given(small).when(grant(300)).then();
}

TEST_CASE("an amendment moves A and stays above what is committed", "[approval]")
{
    CHECK(balance(given(reserved()).when(amend(400)).then()) == Balance{400, 0, 400, 0, 0, 0});
    given(reserved()).when(amend(399)).refused(Code::below_committed);
    CHECK(balance(given(reserved()).when(amend(1000)).then()).available == 600);
    given(reserved()).when(amend(1001)).refused(Code::tier_cap_exceeded);
    given(reserved() + revoked(february(5))).when(amend(500)).refused(Code::approval_not_in_force);
    given(registered()).when(amend(500)).refused(Code::unknown_approval);
}

TEST_CASE("suspension freezes, revocation forfeits, reinstatement restores", "[approval]")
{
    const History frozen = reserved() + suspended(february(5));
    const History over = reserved() + revoked(february(5));
    CHECK(balance(given(frozen).then()) == Balance{600, 200, 400, 0, 0, 0});
    CHECK(balance(given(over).then()) == Balance{600, 0, 400, 0, 200, 0});
    CHECK(balance(given(over).when(reinstate(150)).then()) == Balance{600, 150, 400, 0, 50, 0});
    given(over).when(reinstate(201)).refused(Code::insufficient_balance);
    given(frozen).when(reinstate(0)).then();
    given(reserved()).when(reinstate(0)).refused(Code::bad_state);
    given(frozen).when(suspended(february(6))).refused(Code::approval_not_in_force);
    given(frozen).when(revoked(february(6))).then();
    given(over).when(revoked(february(6))).refused(Code::approval_not_in_force);
    const History tight = over + on(march(1), TierAssigned{fa, t2, why});
    given(tight).when(reinstate(1)).refused(Code::tier_cap_exceeded);
    given(tight).when(reinstate(0)).then();
}

TEST_CASE("a firm surrenders its own approval alone", "[approval]")
{
    const Event surrender = on(february(5), ApprovalSurrendered{ap1, why});
    CHECK(balance(given(reserved()).when(surrender).then()).forfeited == 200);
    given(reserved()).when(by(firm_actor(fb), surrender)).refused(Code::unknown_approval);
    given(reserved() + surrender).when(reinstate(1)).refused(Code::bad_state);
}

TEST_CASE("what expired is carried over, in part", "[approval]")
{
    const History past = reserved() + expired(july(1));
    const State after = given(past).when(carry(200)).then();
    CHECK(balance(after) == Balance{600, 0, 400, 0, 0, 200});
    CHECK(balance(after, ap2) == Balance{200, 200, 0, 0, 0, 0});
    given(past).when(carry(201)).refused(Code::insufficient_balance);
    given(past).when(carry(1, ap1)).refused(Code::duplicate_approval);
    given(reserved()).when(carry(1)).refused(Code::bad_state);
    const History idle = granted() + expired(july(1));
    given(idle).when(carry(300)).then();
    given(idle).when(carry(301)).refused(Code::carry_over_limit);
    given(idle).when(carry(300)).when(carry(1, ap3)).refused(Code::carry_over_limit);
}

TEST_CASE("a carry-over out of a period without a policy is refused", "[approval]")
{
    const History twice = granted() + expired(july(1)) + carry(100) +
                          on(july(3), ApprovalExpired{ap2, why});
    given(twice)
        .when(on(july(4), QuotaCarriedOver{ap2, ap3, y27, date(7, 4), date(12, 31), 10}))
        .refused(Code::unknown_policy);
}

}  // namespace chipledger
