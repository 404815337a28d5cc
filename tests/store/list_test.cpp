// What is found in the log, and how pages join.
#include "catch.hpp"
#include "sample.hpp"

namespace chipledger {

using namespace store_test;

namespace {

/// A store with twelve entries.
EventStore& twelve()
{
    static Database database;
    static EventStore store = [] {
        EventStore fresh{database.runtime()};
        std::vector<EventRow> rows;
        for (int i = 1; i <= 12; ++i) rows.push_back(row(i));
        ensure(bool(fresh.append(fresh.take_over().value(), rows, {})), "twelve are appended");
        return fresh;
    }();
    return store;
}

std::vector<std::int64_t> found(EventFilter filter)
{
    if (filter.upto == Position{}) filter.upto = {12};
    std::vector<std::int64_t> positions;
    for (const StoredEntry& entry : twelve().list(filter).value())
        positions.push_back(entry.position.number);
    return positions;
}

using Positions = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("every filter narrows the list", "[store][list]")
{
    EventFilter filter;
    CHECK(found(filter).size() == 12);
    filter.types = {"ShipmentCleared"};
    CHECK(found(filter) == Positions{3, 6, 9, 12});
    filter.actor_principal = "li.wei";
    CHECK(found(filter) == Positions{6, 12});
    filter.subject = SubjectFilter{"firm", "F-1"};
    CHECK(found(filter).empty());
    filter = {};
    filter.subject = SubjectFilter{"batch", "B"};
    filter.visible_firm = "F-2";
    CHECK(found(filter) == Positions{2, 4, 6, 8, 10, 12});
    filter = {};
    filter.visible_kinds = {"shipment", "approval"};
    CHECK(found(filter).empty());
    filter.visible_kinds = {"shipment", "batch"};
    CHECK(found(filter).size() == 12);
}

TEST_CASE("ranges of both times include their ends", "[store][list]")
{
    EventFilter filter;
    filter.occurred_from = at_minute(4);
    filter.occurred_to = at_minute(6);
    CHECK(found(filter) == Positions{4, 5, 6});
    filter = {};
    filter.recorded_from = at_minute(104);
    filter.recorded_to = at_minute(106);
    CHECK(found(filter) == Positions{4, 5, 6});
    filter.recorded_from = at_minute(113);
    filter.recorded_to = {};
    CHECK(found(filter).empty());
}

TEST_CASE("pages join without gap or double, in both directions", "[store][list]")
{
    EventFilter filter;
    filter.limit = 5;
    CHECK(found(filter) == Positions{1, 2, 3, 4, 5});
    filter.after = {10};
    CHECK(found(filter) == Positions{11, 12});
    filter.descending = true;
    CHECK(found(filter) == Positions{9, 8, 7, 6, 5});
    filter.after = {};
    filter.upto = {3};
    CHECK(found(filter) == Positions{3, 2, 1});
}

TEST_CASE("a recorded time is a position", "[store][list]")
{
    CHECK(twelve().position_at(at_minute(100)).value() == Position{0});
    CHECK(twelve().position_at(at_minute(101)).value() == Position{1});
    CHECK(twelve().position_at(at_minute(111) + std::chrono::seconds{59}).value() == Position{11});
    CHECK(twelve().position_at(at_minute(9000)).value() == Position{12});
}

TEST_CASE("first answers are kept with their keys, per principal", "[store][commands]")
{
    Database database;
    EventStore store{database.runtime()};
    const CommandRow yes{"p", "k", std::string(32, 'a'), 201, {1}, 1, {}};
    const CommandRow no{"q", "k", std::string(32, 'b'), 422, {}, 0, R"({"code":"bad-state"})"};
    REQUIRE(bool(store.append(store.take_over().value(), std::vector{row(1)},
                              std::vector{yes, no})));
    CHECK(store.command("p", "k").value() == yes);
    CHECK(store.command("q", "k").value() == no);
    CHECK(store.command("q", "other").value() == std::nullopt);
    std::vector<std::string> keys;
    REQUIRE(bool(store.keys([&](const std::string& principal, const std::string& key) {
        keys.push_back(principal + ' ' + key);
        return true;
    })));
    CHECK(keys == std::vector<std::string>{"p k", "q k"});
}

TEST_CASE("the simulated clock is kept with the head", "[store][clock]")
{
    Database database;
    EventStore store{database.runtime()};
    CHECK(store.simulated_now().value() == std::nullopt);
    const Head head = store.take_over().value();
    const Time now = at_minute(7) + std::chrono::microseconds{123456};
    REQUIRE(bool(store.set_simulated_now(head, now)));
    CHECK(store.simulated_now().value() == now);
}

}  // namespace chipledger
