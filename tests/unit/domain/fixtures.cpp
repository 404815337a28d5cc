#include "given.hpp"

namespace chipledger::scenario {

PolicyPublished policy(const Period& period, std::int64_t version)
{
    return {.policy_version = version,
            .period = period,
            .caps = {{t1, 1000}, {t2, 300}},
            .critical_pct = 80,
            .carry_over_max_pct = 50,
            .confiscation_effect = ConfiscationEffect::forfeit};
}

ApplicationSubmitted application(const ApplicationId& id, const FirmId& firm, std::int64_t qty)
{
    return {id, firm, h200, qty, Text{"training"}};
}

History approval(const ApprovalId& id, const ApplicationId& from, const FirmId& firm,
                 std::int64_t granted, std::vector<Condition> conditions)
{
    return {on(january(5), application(from, firm, granted)),
            on(january(6), ApplicationReviewStarted{from, {}}),
            on(january(8), ApprovalGranted{id, from, firm, granted, y26, date(1, 10), date(6, 30),
                                           std::move(conditions)})};
}

History opened()
{
    return {on(january(1), LedgerOpened{Text{"test"}, Text{"+08:00"}, ClockMode::simulated}),
            on(january(1), policy())};
}

History registered()
{
    return opened() + on(january(2), FirmRegistered{fa, Text{"Alpha"}, t1, {}}) +
           on(january(2), FirmRegistered{fb, Text{"Beta"}, t2, {}}) +
           on(january(3), BatchRegistered{b01, h200, 500, {}, {}, {}});
}

History certified()
{
    return registered() +
           on(january(4), BatchTestCertified{b01, Text{"Lab"}, CertificateId{"CERT-1"}});
}

History applied()
{
    return certified() + on(january(5), application(app1, fa, 600)) +
           on(january(6), ApplicationReviewStarted{app1, {}});
}

History granted(std::vector<Condition> conditions)
{
    return certified() + approval(ap1, app1, fa, 600, std::move(conditions));
}

History reserved(std::vector<Condition> conditions)
{
    return granted(std::move(conditions)) +
           on(february(1), AllocationReserved{ap1, units(1, 400)});
}

History dispatched(std::vector<Condition> conditions)
{
    return reserved(std::move(conditions)) +
           on(february(10), ShipmentDispatched{s1, ap1, units(1, 400), {}, shanghai});
}

History arrived(std::vector<Condition> conditions)
{
    return dispatched(std::move(conditions)) +
           on(february(20), ShipmentArrived{s1, units(1, 398), {}});
}

History cleared(std::vector<Condition> conditions)
{
    return arrived(std::move(conditions)) +
           on(february(21), ShipmentCleared{s1, d1, units(1, 398)});
}

History delivered(std::vector<Condition> conditions)
{
    return cleared(std::move(conditions)) +
           on(february(22), AllocationDelivered{ap1, site1, units(1, 398)});
}

History deployed(std::vector<Condition> conditions)
{
    return delivered(std::move(conditions)) +
           on(february(23), AllocationDeployed{ap1, site1, units(1, 398), {}});
}

Event suspended(Timestamp at) { return on(at, ApprovalSuspended{ap1, Text{"a question"}}); }
Event revoked(Timestamp at) { return on(at, ApprovalRevoked{ap1, Text{"a breach"}}); }
Event expired(Timestamp at) { return on(at, ApprovalExpired{ap1, Text{"valid_to passed"}}); }

}  // namespace chipledger::scenario
