// Every number answers for itself: explain, diff, what-if and both axes of time, on the demo's log.
#include "views/difference.hpp"
#include "views/explain.hpp"
#include "views/views.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <random>

#include "catch.hpp"
#include "cli/demo_story.hpp"
#include "domain/rulebook.hpp"
#include "ledger/history.hpp"
#include "ledger/ledger.hpp"
#include "service.hpp"
#include "support/await.hpp"
#include "support/cluster.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

/// The demo's ledger and its entries.
struct Demo {
    Demo()
    {
        TestCluster& cluster = TestCluster::shared();
        LedgerOptions options;
        options.database = cluster.runtime_conninfo(cluster.migrated_database("audit"));
        options.clock = ClockMode::simulated;
        options.simulated_start = demo_start();
        ledger = std::move(Ledger::open(options).value());
        if (!DemoStory{*ledger, 1}.play()) throw std::runtime_error{"the demo does not play"};
        EventFilter filter;
        filter.upto = ledger->head()->position;
        filter.limit = 100'000;
        for (const StoredEntry& entry : run(ledger->list(filter)).value())
            events.push_back(decode(entry.bytes).value());
    }
    std::shared_ptr<const State> at(std::int64_t position)
    {
        return run(ledger->at({position})).value();
    }
    std::unique_ptr<Ledger> ledger{};
    std::vector<Event> events{};
};

Demo& demo()
{
    static Demo one;
    return one;
}

/// What the corrections up to `upto` make of each entry; those in `without` were never made.
std::map<std::int64_t, std::optional<EventData>> naive_overrides(
    const std::vector<Event>& events, std::int64_t upto, const std::set<std::int64_t>& without)
{
    std::map<std::int64_t, Event> live;
    for (const Event& event : events) {
        if (event.position.number > upto || !is_correction(event.data)) continue;
        if (without.contains(event.position.number)) continue;
        if (std::holds_alternative<EventVoided>(event.data) &&
            live.erase(target_of(event.data).number) > 0)
            continue;
        live[event.position.number] = event;
    }
    std::map<std::int64_t, std::optional<EventData>> overrides;
    for (const auto& [at, event] : live) {
        const auto* corrected = std::get_if<EventCorrected>(&event.data);
        overrides[target_of(event.data).number] =
            corrected ? std::optional{corrected->replacement->data} : std::nullopt;
    }
    return overrides;
}

/// The log folded from nothing, entry by entry, without `removed`; approvals expire in their time.
State naive_without(const std::vector<Event>& events, const std::set<std::int64_t>& removed,
                    std::vector<std::int64_t>& refused)
{
    const auto overrides = naive_overrides(events, events.back().position.number, removed);
    State state;
    const auto expire = [&](Time upto) {
        while (!state.expiries.empty() &&
               end_of(state.expiries.begin()->key.valid_to, state.utc_offset) <= upto) {
            Event event;
            event.position = state.position;
            event.occurred_at.at =
                end_of(state.expiries.begin()->key.valid_to, state.utc_offset);
            event.recorded_at = event.occurred_at.at;
            event.data = ApprovalExpired{state.expiries.begin()->key.approval, Text{"due"}};
            apply(state, event);
        }
    };
    for (Event event : events) {
        expire(event.recorded_at);
        const auto other = overrides.find(event.position.number);
        if (removed.contains(event.position.number) || is_correction(event.data) ||
            std::holds_alternative<ApprovalExpired>(event.data) ||
            (other != overrides.end() && !other->second))
            continue;
        if (other != overrides.end()) event.data = *other->second;
        if (event.position == Position{1} || admit(state, event)) apply(state, event);
        else refused.push_back(event.position.number);
    }
    expire(events.back().recorded_at);
    return state;
}

bool same(const State& a, const State& b)
{
    const Json difference = differences(a, b);
    INFO(difference.dump());
    CHECK(difference == Json{{"approvals", Json::object()}, {"firms", Json::object()}});
    CHECK(moved_units(a, b).empty());
    return true;
}

std::int64_t sum_of(const std::vector<Term>& terms)
{
    std::int64_t sum = 0;
    for (const Term& term : terms) sum += term.amount;
    return sum;
}

}  // namespace

TEST_CASE("the terms of every number add up to it, now and then", "[audit]")
{
    std::mt19937 random{3};
    const auto size = static_cast<std::int64_t>(demo().events.size());
    std::vector<std::int64_t> positions{size, 1, 0};
    for (int i = 0; i < 12; ++i) positions.push_back(static_cast<std::int64_t>(random()) % size);
    int numbers = 0;
    for (const std::int64_t position : positions) {
        const auto state = demo().at(position);
        for (const auto& item : state->approvals)
            for (const char* name :
                 {"granted", "available", "reserved", "drawn", "forfeited", "carried_out"}) {
                const auto bucket = bucket_named(name);
                CHECK(sum_of(explain_bucket(*state, item.key, bucket)) ==
                      Balance(item.value.balance).*bucket);
                ++numbers;
            }
        for (const auto& item : state->firms) {
            for (std::size_t i = 0; i < unit_states; ++i)
                CHECK(sum_of(explain_units(*state, item.key, static_cast<UnitState>(i))) ==
                      units_of(*state, item.key).by_state[i]);
            for (const auto& policy : state->policies)
                CHECK(sum_of(explain_exposure(*state, item.key, policy.key)) ==
                      exposure(*state, item.key, policy.key));
            ++numbers;
        }
    }
    CHECK(numbers > 500);
}

TEST_CASE("the terms of goods, of caps and of headroom add up to what the views show", "[audit]")
{
    std::mt19937 random{7};
    const auto size = static_cast<std::int64_t>(demo().events.size());
    int numbers = 0;
    for (const std::int64_t position : {size, size / 2, static_cast<std::int64_t>(random()) % size}) {
        const auto state = demo().at(position);
        const auto all = [&](const auto& things, const auto& units) {
            for (const auto& item : things)
                for (std::size_t i = 0; i < unit_states; ++i, ++numbers)
                    CHECK(sum_of(explain_units(*state, item.key, static_cast<UnitState>(i))) ==
                          units(item.key).by_state[i]);
        };
        all(state->approvals, [&](const ApprovalId& id) { return state->approvals.at(id).units; });
        all(state->shipments, [&](const ShipmentId& id) { return state->shipments.at(id).units; });
        all(state->batches, [&](const BatchId& id) {
            UnitCounts counts;
            const Custody custody = state->custody_of(id);
            for (const auto& run : custody.runs())
                counts[run.value.holding.state] +=
                    static_cast<std::int32_t>(run.value.to - run.key + 1);
            return counts;
        });
        for (const auto& item : state->batches)
            CHECK(sum_of(explain_unallocated(*state, item.key)) == state->unallocated.at(item.key));
        for (const auto& item : state->firms) {
            const Json view = firm_view(*state, item.key);
            for (const auto& policy : state->policies) {
                CHECK(sum_of(explain_cap(*state, item.key, policy.key)) ==
                      view["cap"][policy.key.value]);
                CHECK(sum_of(explain_headroom(*state, item.key, policy.key)) ==
                      view["headroom"][policy.key.value]);
            }
        }
    }
    CHECK(numbers > 1000);
}

TEST_CASE("an explanation names the type of each entry", "[audit]")
{
    std::mt19937 random{13};
    std::vector<Position> entries;
    for (const Event& event : demo().events)
        if (random() % 5 == 0) entries.push_back(event.position);
    const auto types = types_of(*demo().at(std::ssize(demo().events)), entries);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto index = static_cast<std::size_t>(entries[i].number - 1);
        CHECK(types[i] == type_name(demo().events[index].data));
    }
    CHECK(types_of(*demo().at(1), {}).empty());
}

TEST_CASE("a what-if without changes differs in nothing", "[audit]")
{
    const auto size = static_cast<std::int64_t>(demo().events.size());
    for (const std::int64_t position : {size, size / 2, std::int64_t{300}}) {
        const auto nothing = run(demo().ledger->imagine({position}, {}));
        REQUIRE(bool(nothing));
        CHECK(nothing->refused.empty());
        same(*demo().at(position), nothing->state);
        Hypothesis touched;  // As it was, but folded anew from the second entry on.
        touched.replaced[{2}] = demo().events[1].data;
        const auto again = run(demo().ledger->imagine({position}, touched));
        REQUIRE(bool(again));
        CHECK(again->refused.empty());
        same(*demo().at(position), again->state);
    }
}

TEST_CASE("a what-if that removes an entry equals a ledger that never had it", "[audit]")
{
    std::mt19937 random{5};
    const auto size = demo().events.size();
    int with_consequences = 0;
    for (int i = 0; i < 25; ++i) {
        const auto position = static_cast<std::int64_t>(2 + random() % (size - 1));
        INFO(position << ' ' << type_name(demo().events[static_cast<std::size_t>(position - 1)].data));
        Hypothesis hypothesis;
        hypothesis.removed.insert({position});
        const auto answer =
            run(demo().ledger->imagine({static_cast<std::int64_t>(size)}, hypothesis));
        REQUIRE(bool(answer));
        std::vector<std::int64_t> refused, told;
        const State naive = naive_without(demo().events, {position}, refused);
        for (const Refused& one : answer->refused) told.push_back(one.entry.number);
        CHECK(told == refused);
        same(naive, answer->state);
        with_consequences += !refused.empty();
    }
    CHECK(with_consequences > 3);
}

namespace {

/// Holds threads until it opens.
struct Gate {
    std::promise<void> opens{};
    std::shared_future<void> open{opens.get_future()};
};

}  // namespace

TEST_CASE("a what-if whose asker has gone is given up", "[audit]")
{
    namespace asio = boost::asio;
    const bool goes = GENERATE(true, false);
    Gate gate;
    asio::io_context context;
    std::vector<std::future<Result<void>>> before;  // On both threads that answer long questions.
    for (int i = 0; i < 2; ++i)
        before.push_back(asio::co_spawn(
            context, demo().ledger->aside([open = gate.open] { open.wait(); }), asio::use_future));
    Hypothesis hypothesis;
    hypothesis.replaced[{2}] = demo().events[1].data;
    const Position position{static_cast<std::int64_t>(demo().events.size())};
    asio::cancellation_signal asker;
    auto answer =
        asio::co_spawn(context, demo().ledger->imagine(position, hypothesis),
                       asio::bind_cancellation_slot(asker.slot(), asio::use_future));
    asio::post(context, [&] {
        if (goes) asker.emit(asio::cancellation_type::terminal);
        gate.opens.set_value();
    });
    context.run();
    const Result<Hypothetical> told = answer.get();
    CHECK(bool(told) == !goes);
    if (!told) CHECK(told.error().code == Code::overloaded);
}

TEST_CASE("of long questions so many wait, and one more is refused", "[audit]")
{
    namespace asio = boost::asio;
    const std::size_t most = LedgerOptions{}.aside_max;
    Gate gate;
    asio::io_context context;
    std::vector<std::future<Result<void>>> waiting;
    for (std::size_t i = 0; i < most; ++i)
        waiting.push_back(asio::co_spawn(
            context, demo().ledger->aside([open = gate.open] { open.wait(); }), asio::use_future));
    auto more = asio::co_spawn(context, demo().ledger->aside([] {}), asio::use_future);
    asio::post(context, [&] { gate.opens.set_value(); });
    context.run();
    CHECK(more.get().error().code == Code::overloaded);
    for (std::future<Result<void>>& one : waiting) CHECK(bool(one.get()));
    CHECK(bool(run(demo().ledger->aside([] {}))));
}

TEST_CASE("effective_at counts what had occurred by then, as known at a position", "[audit]")
{
    std::mt19937 random{7};
    const auto size = demo().events.size();
    for (int i = 0; i < 12; ++i) {
        const auto position = static_cast<std::int64_t>(1 + random() % size);
        const Time occurred = demo().events[random() % size].occurred_at.at;
        const auto overrides = naive_overrides(demo().events, position, {});
        State naive;
        for (Event event : demo().events) {
            if (event.position.number > position || is_correction(event.data)) continue;
            const auto other = overrides.find(event.position.number);
            if (other != overrides.end() && !other->second) continue;
            if (other != overrides.end()) event.data = *other->second;
            if (event.occurred_at.at <= occurred &&
                (event.position == Position{1} || admit(naive, event)))
                apply(naive, event);
        }
        const auto answer = run(demo().ledger->effective({position}, occurred));
        REQUIRE(bool(answer));
        CHECK((*answer)->position.number == position);
        same(naive, **answer);
    }
}

TEST_CASE("a difference says what is on either side of it", "[audit]")
{
    std::mt19937 random{11};
    const auto size = demo().events.size();
    for (int i = 0; i < 6; ++i) {
        const auto from = demo().at(static_cast<std::int64_t>(random() % size));
        const auto to = demo().at(static_cast<std::int64_t>(random() % size));
        const Json difference = differences(*from, *to);
        for (const auto& item : to->approvals) {
            const Approval* before = from->approvals.find(item.key);
            const Json& told = difference["approvals"].value(item.key.value, Json::object());
            const std::int64_t was = before ? before->balance.drawn : 0;
            CHECK(told.contains("drawn") == (was != item.value.balance.drawn));
            if (told.contains("drawn"))
                CHECK(told["drawn"] == Json{{"from", was}, {"to", item.value.balance.drawn}});
        }
        std::int64_t units = 0, counted = 0;
        for (const MovedUnits& move : moved_units(*from, *to))
            if (move.after == UnitState::cleared) units += move.to - move.from + 1;
        for (const auto& batch : to->batches) {
            const Custody is = to->custody_of(batch.key);
            const Custody was =
                from->batches.contains(batch.key) ? from->custody_of(batch.key) : Custody{};
            for (std::int64_t unit = 1; unit <= batch.value.qty; ++unit) {
                const Run* now = is.at(unit);
                const Run* before = was.at(unit);
                counted += now->holding.state == UnitState::cleared &&
                           (!before || before->holding.state != now->holding.state ||
                            before->holding.approval != now->holding.approval);
            }
        }
        CHECK(units == counted);
    }
}

TEST_CASE("the audit routes, whole and refused", "[audit]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const auto done = [&](const char* type, const char* data) {
        const Reply reply = regulator.record(type, data);
        INFO(reply.body);
        REQUIRE(reply.status == 201);
    };
    done("PolicyPublished", R"({"policy_version":1,"period":"P","caps":{"T1":100},"critical_pct":80,
                                "carry_over_max_pct":20,"confiscation_effect":"forfeit"})");
    done("FirmRegistered", R"({"firm":"F-A","name":"A","tier":"T1"})");
    done("ApplicationSubmitted", R"({"application":"AL","firm":"F-A","sku":"H200","qty":50,
                                     "end_use":"research"})");
    done("ApplicationReviewStarted", R"({"application":"AL"})");
    done("ApprovalGranted", R"({"approval":"AP","application":"AL","firm":"F-A","granted":40,
                                "period":"P","valid_from":"2026-01-01","valid_to":"2026-06-30",
                                "conditions":[]})");
    REQUIRE(service.as(Role::logistics)
                .record("BatchRegistered", R"({"batch":"B","sku":"H200","qty":20})").status == 201);
    REQUIRE(service.as(Role::logistics)
                .record("SerialsRecorded", R"({"batch":"B","from":1,"serials":["S1","S2"]})")
                .status == 201);
    done("AllocationReserved", R"({"approval":"AP","units":[{"batch":"B","from":1,"to":10}]})");

    Client auditor = service.as(Role::auditor), firm = service.as(Role::firm, "F-A"),
           other = service.as(Role::firm, "F-B");
    const Json terms = auditor.read("/v1/audit/explain?approval=AP&bucket=available");
    CHECK(terms["value"] == 30);
    CHECK(terms["terms"] == Json{{{"position", 6}, {"type", "ApprovalGranted"}, {"amount", 40},
                                  {"why", "granted +40, available +40"}},
                                 {{"position", 9}, {"type", "AllocationReserved"}, {"amount", -10},
                                  {"why", "available -10, reserved +10"}}});
    CHECK(firm.read("/v1/audit/explain?firm=F-A&state=registered")["value"] == 10);
    CHECK(firm.read("/v1/audit/explain?firm=F-A&exposure=P&as_of=8")["value"] == 0);
    CHECK(other.get("/v1/audit/explain?firm=F-A&exposure=P").status == 404);
    CHECK(other.get("/v1/audit/explain?approval=AP&bucket=drawn").status == 404);
    CHECK(auditor.get("/v1/audit/explain?approval=AP&bucket=all").status == 400);
    CHECK(auditor.get("/v1/audit/explain").status == 400);

    const Json diff = auditor.read("/v1/audit/diff?from=8&to=9");
    CHECK(diff == Json{{"from", 8}, {"to", 9}, {"entries", 1},
                       {"approvals", {{"AP", {{"available", {{"from", 40}, {"to", 30}}},
                                              {"reserved", {{"from", 0}, {"to", 10}}}}}}},
                       {"firms", {{"F-A", {{"registered", {{"from", 0}, {"to", 10}}}}}}},
                       {"units", {{{"batch", "B"}, {"from", 1}, {"to", 10},
                                   {"before", "registered"}, {"after", "registered"}}}}});
    CHECK(auditor.get("/v1/audit/diff?from=9&to=8").status == 400);
    CHECK(auditor.get("/v1/audit/diff?from=9").status == 400);
    CHECK(firm.get("/v1/audit/diff?from=1&to=2").status == 404);

    const auto what_if = [&](const char* body) {
        const Reply reply = auditor.post("/v1/audit/what-if", body);
        INFO(reply.body);
        REQUIRE(reply.status == 200);
        return reply.json();
    };
    const Json nothing = what_if("{}");
    CHECK(nothing == Json{{"position", 9}, {"refused", Json::array()},
                          {"differences", {{"approvals", Json::object()}, {"firms", Json::object()}}}});
    const Json never = what_if(R"({"remove":[6]})");
    REQUIRE(never["refused"].size() == 1);
    CHECK(never["refused"][0]["position"] == 9);
    CHECK(never["refused"][0]["code"] == "unknown-approval");
    CHECK(never["differences"]["approvals"]["AP"]["granted"] == Json{{"from", 40}, {"to", 0}});
    const Json less = what_if(R"({"replace":[{"position":9,"data":{"approval":"AP",
                                  "units":[{"batch":"B","from":1,"to":4}]}}]})");
    CHECK(less["refused"].empty());
    CHECK(less["differences"]["approvals"]["AP"]["reserved"] == Json{{"from", 10}, {"to", 4}});
    const Json more = what_if(R"({"add":[{"after":9,"type":"AllocationReserved","data":
                                  {"approval":"AP","units":[{"batch":"B","count":5}]}}]})");
    CHECK(more["differences"]["firms"]["F-A"]["registered"] == Json{{"from", 10}, {"to", 15}});
    const Json revoked = what_if(R"({"add":[{"after":7,"type":"ApprovalRevoked","data":
                                     {"approval":"AP","reason":"what if"}}]})");
    CHECK(revoked["refused"][0]["code"] == "approval-not-in-force");
    CHECK(service.head()->position == Position{9});
    for (const char* bad : {R"({"remove":[1]})", R"({"remove":[10]})", R"({"remove":6})",
                            R"({"drop":[6]})", R"({"replace":[{"position":9}]})",
                            R"({"add":[{"type":"ApprovalRevoked","data":{}}]})"})
        CHECK(auditor.post("/v1/audit/what-if", bad).status == 400);

    Client replaying = service.as(Role::auditor);
    replaying.wire().send(get("/v1/audit/replay?from=7&to=9",
                              "Authorization: Bearer " + replaying.token() + "\r\n"));
    CHECK(replaying.wire().read_head().header("content-type") == "text/event-stream");
    std::string walked;
    for (std::string piece = replaying.wire().read_chunk(); !piece.empty();
         piece = replaying.wire().read_chunk())
        walked += piece;
    CHECK(walked.find("id: 8\n") != std::string::npos);
    CHECK(walked.find(R"("approvals":{"AP":{"available":{"from":40,"to":30},"reserved":{"from":0,"to":10}}})") !=
          std::string::npos);
    CHECK(walked.find("id: 10\n") == std::string::npos);

    const Reply reconciled =
        auditor.post("/v1/audit/reconcile", R"({"serials":["S1","X"],"batch":"B"})");
    CHECK(reconciled.json() == Json{{"position", 9}, {"matched", {"S1"}}, {"missing", {"S2"}},
                                    {"extra", {{{"serial", "X"}, {"known", false}}}}});
    CHECK(auditor.post("/v1/audit/reconcile", R"({"serials":["S1"]})").status == 400);

    REQUIRE(service.as(Role::admin).post("/v1/clock", R"({"now":"2026-02-01T00:00:00+08:00"})").status == 200);
    const Reply late = regulator.record("AllocationReleased",
                                        R"({"approval":"AP","units":[{"batch":"B","from":1,"to":3}]})",
                                        "", R"("occurred_at":"2026-01-20T09:00:00+08:00")");
    REQUIRE(late.status == 201);
    const auto reserved = [&](const std::string& query) {
        return auditor.read("/v1/approvals/AP?" + query)["reserved"];
    };
    CHECK(reserved("effective_at=2026-01-25T00:00:00Z") == 7);
    CHECK(reserved("effective_at=2026-01-10T00:00:00Z") == 10);
    CHECK(reserved("effective_at=2026-01-25T00:00:00Z&as_of=9") == 10);
    CHECK(auditor.get("/v1/approvals/AP?effective_at=yesterday").status == 400);
}

}  // namespace chipledger
