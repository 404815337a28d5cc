// CPU time an entry of what the ledger does beyond storing bytes: auth, idempotency, rulebook,
// proofs. The three kinds of events of load/append.lua, through the functions that the server
// calls. Prints one JSON object of microseconds, medians of rounds.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <map>
#include <set>

#include "codec/event_json.hpp"
#include "domain/rulebook.hpp"
#include "ledger/entry.hpp"
#include "ledger/log.hpp"
#include "proof/hash.hpp"
#include "proof/tree.hpp"
#include "store/token.hpp"

namespace chipledger
{

namespace
{

constexpr int rounds = 5;
constexpr std::int64_t events_a_round = 6'000, pools = 64, pool_units = 10'000'000;

double cpu_us()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1e6 * static_cast<double>(now.tv_sec) + 1e-3 * static_cast<double>(now.tv_nsec);
}

std::string numbered(const char* prefix, std::int64_t n)
{
    return prefix + std::to_string(n);
}

/// The rulebook's whole way of an event: judged, completed, applied.
void take(State& state, Event& event)
{
    event.position = {state.position.number + 1};
    ensure(bool(permitted(event.actor, event.data)), "the bench has the role");
    resolve(state, event, {});
    const Result<void> yes = admit(state, event);
    if (!yes) throw BrokenPromise{"the bench knows the rules: " + yes.error().detail};
    complete(event, state, event.recorded_at);
    apply(state, event);
}

Event event_by(Role role, EventData data)
{
    Event event;
    event.actor = {std::string{name_of(role)}, role, {}};
    event.recorded_at = *parse_day("2026-03-01") + std::chrono::hours{9};
    event.occurred_at = {event.recorded_at, std::chrono::hours{8}};
    event.reason = Text{"pallet sealed, counted twice, seal number 000012345 intact"};
    event.documents = {{Text{"air waybill"}, Text{"160-00012345"}, {}},
                       {Text{"export licence"}, Text{"LIC-2026-00345"}, {}}};
    event.data = std::move(data);
    return event;
}

void add_pool(State& state, std::int64_t i)
{
    const FirmId firm{numbered("F-", i)};
    const ApplicationId application{numbered("APP-", i)};
    const ApprovalId approval{numbered("AP-", i)};
    const BatchId pool{numbered("POOL-", i)};
    const ShipmentId shipment{numbered("S-", i)};
    const Sku sku{"H200-141G"};
    const Units units{{pool, pool_units - 999, pool_units}};
    for (auto& [role, data] : std::vector<std::pair<Role, EventData>>{
             {Role::regulator, FirmRegistered{firm, Text{"Lanting Cloud"}, Tier{"T1"}, {}}},
             {Role::regulator,
              ApplicationSubmitted{application, firm, sku, pool_units, Text{"cloud"}}},
             {Role::regulator, ApplicationReviewStarted{application, {}}},
             {Role::regulator, ApprovalGranted{approval,
                                               application,
                                               firm,
                                               pool_units,
                                               Period{"BENCH"},
                                               *parse_day("2026-01-01"),
                                               *parse_day("2027-01-01"),
                                               {}}},
             {Role::logistics, BatchRegistered{pool, sku, pool_units, {}, {}, {}}},
             {Role::logistics, BatchTestCertified{pool, Text{"Jinghe"}, CertificateId{"TC-1"}}},
             {Role::regulator, AllocationReserved{approval, units}},
             {Role::logistics, ShipmentDispatched{shipment, approval, units, {}, {}}},
             {Role::customs, ShipmentArrived{shipment, units, {}}}}) {
        Event event = event_by(role, std::move(data));
        take(state, event);
    }
}

Event next_event(std::int64_t n)
{
    const std::int64_t pool = n % pools, from = n / pools * 4 + 1;
    if (n % 3 == 0)
        return event_by(
            Role::logistics,
            BatchRegistered{BatchId{numbered("B-", n)}, Sku{"H200-141G"}, 64, Text{"TW"},
                            Text{"Nanfang Components"}, Text{"EL-2026-00345"}});
    if (n % 3 == 1)
        return event_by(Role::regulator,
                        AllocationReserved{ApprovalId{numbered("AP-", pool)},
                                           {{BatchId{numbered("POOL-", pool)}, from, from + 3}}});
    return event_by(Role::customs, ShipmentInspected{ShipmentId{numbered("S-", pool)}, Amount{63},
                                                     Amount{1}, Text{"one plate is scratched"}});
}

/// What each part has taken in a round, in microseconds an event.
using Spent = std::map<std::string, double>;

class Parts
{
public:
    Parts()
    {
        Event policy = event_by(Role::regulator, PolicyPublished{1,
                                                                 Period{"BENCH"},
                                                                 {{Tier{"T1"}, pool_units}},
                                                                 80,
                                                                 20,
                                                                 ConfiscationEffect::forfeit,
                                                                 {}});
        take(state_, policy);
        for (std::int64_t i = 0; i < pools; ++i) add_pool(state_, i);
        for (const Role role : {Role::logistics, Role::regulator, Role::customs}) {
            tokens_.push_back(make_token(role));
            known_[sha256(tokens_.back())] = role;
        }
    }

    Spent round()
    {
        std::vector<Event> events;
        std::vector<std::string> bodies, keys;
        for (std::int64_t i = 0; i < events_a_round; ++i) {
            events.push_back(next_event(++n_));
            bodies.push_back(to_json(events.back().data).dump() + std::string(240, ' '));
            keys.push_back(numbered("k", n_));
        }
        Spent spent;
        timed(spent["auth"], [&](std::size_t i) {
            const std::string& token = tokens_[i % tokens_.size()];
            sum_ += well_formed(token) + known_.count(sha256(token));
        });
        timed(spent["rulebook"], [&](std::size_t i) { take(state_, events[i]); });
        std::vector<EventRow> rows;
        for (const Event& event : events) rows.push_back(row_of(event));
        timed(spent["idempotency"],
              [&](std::size_t i) { remember(keys[i], bodies[i], events[i]); });
        timed(spent["proofs"], [&](std::size_t i) { log_.append(std::span{&rows[i], 1}); });
        timed(spent["signer"],
              [&](std::size_t i) { signed_.append(leaf_hash_again(rows[i].salt, rows[i].bytes)); });
        return spent;
    }

private:
    template <class Work>
    static void timed(double& spent, const Work& work)
    {
        const double begin = cpu_us();
        for (std::size_t i = 0; i < events_a_round; ++i) work(i);
        spent = (cpu_us() - begin) / events_a_round;
    }

    void remember(const std::string& key, const std::string& body, const Event& event)
    {
        Submission submission;
        submission.actor = event.actor;
        submission.key = key;
        submission.body_hash = sha256(body);
        const std::string hash = sha256(submission.actor.principal + '\n' + key).substr(0, 16);
        running_.insert(hash);
        sum_ += keys_.contains(hash);
        const CommandRow row =
            command_of(submission, Recorded{event.position, 1, {}, false, {}}, event.recorded_at);
        sum_ += row.key.size();
        keys_.insert(hash);
        running_.erase(hash);
    }

    State state_{};
    Log log_{};
    CompactRange signed_{};
    std::vector<std::string> tokens_{};
    std::map<std::string, Role> known_{};
    std::set<std::string> keys_{}, running_{};
    std::int64_t n_ = 0;
    std::size_t sum_ = 0;  ///< So that nothing is left out as useless.
};

void print()
{
    Parts parts;
    std::map<std::string, std::vector<double>> found;
    for (int i = 0; i < rounds; ++i)
        for (const auto& [name, us] : parts.round()) found[name].push_back(us);
    std::string text;
    for (auto& [name, values] : found) {
        std::ranges::sort(values);
        text += fmt::format("{}\"{}\":{:.3f}", text.empty() ? "" : ",", name, values[rounds / 2]);
    }
    fmt::print("{{{}}}\n", text);
}

}  // namespace

}  // namespace chipledger

int main()
{
    try {
        chipledger::print();
    } catch (const std::exception& failed) {
        fmt::print(stderr, "parts_bench: {}\n", failed.what());
        return 1;
    }
}
