#include <rapidcheck.h>

#include <map>

#include "given.hpp"

// Time, ids, unit ranges, the persistent map and custody: the values under the rules.
namespace chipledger {

using namespace scenario;

TEST_CASE("timestamps: RFC 3339, years 2000 to 2199, microseconds", "[time]")
{
    for (const char* text :
         {"2026-02-20T09:00:00+08:00", "2000-01-01T00:00:00Z", "2199-12-31T23:59:59.999999-05:30"})
        CHECK(to_string(parse_timestamp(text).value()) == text);
    for (const char* finer : {"2026-02-20T09:00:00.1234567Z", "2026-02-20T09:00:00.123456999Z"})
        CHECK(to_string(parse_timestamp(finer).value()) == "2026-02-20T09:00:00.123456Z");
    CHECK(parse_timestamp("2026-02-20T09:00:00+08:00") == parse_timestamp("2026-02-20T01:00:00Z"));
    for (const char* text : {"1999-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "2026-02-29T00:00:00Z",
                             "2026-02-20T24:00:00Z", "2026-02-20T23:59:60Z", "2026-02-20T09:00:00",
                             "2026-02-20T09:00:00.Z", "2026-02-20T09:00:00.12x4567Z",
                             "2026-02-20T09:00:00+19:00", "2026-02-20 09:00:00Z", ""})
        CHECK_FALSE(parse_timestamp(text));
}

TEST_CASE("a day is the ledger's own", "[time]")
{
    const Time late = parse_timestamp("2026-02-20T16:00:00Z")->at;
    CHECK(day_of(late, std::chrono::hours{8}) == date(2, 21));
    CHECK(day_of(late, std::chrono::hours{0}) == date(2, 20));
    CHECK(end_of(date(2, 20), std::chrono::hours{8}) == late);
    CHECK(parse_day("2028-02-29"));
    CHECK_FALSE(parse_day("2027-02-29"));
    CHECK(parse_offset("-05:30") == UtcOffset{-330});
}

TEST_CASE("ids are the callers' own numbers", "[ids]")
{
    for (const char* text : {"A", "0", "AP-1", "a.b_c-d"}) CHECK(is_id(text));
    for (const char* text : {"", "-A", ".A", "_A", "A B", "A/B", "\xc3\xa9"})
        CHECK_FALSE(is_id(text));
    CHECK(is_id(std::string(64, 'A')));
    CHECK_FALSE(is_id(std::string(65, 'A')));
}

TEST_CASE("ranges conflict when reversed or overlapping, and join as neighbours", "[units]")
{
    CHECK(first_conflict({{b01, 1, 5}, {b01, 6, 9}, {b02, 1, 9}}) == -1);
    CHECK(first_conflict({{b01, 1, 5}, {b01, 5, 9}}) == 1);
    CHECK(first_conflict({{b01, 6, 5}}) == 0);
    CHECK(normalised({{b01, 6, 9}, {b02, 1, 1}, {b01, 1, 5}}) ==
          Units{{b01, 1, 9}, {b02, 1, 1}});
    CHECK(count(Units{{b01, 6, 9}, {b02, 1, 1}}) == 5);
}

TEST_CASE("a persistent map is a map, and old copies stay", "[map]")
{
    using Step = std::pair<int, bool>;
    const bool held = rc::check("like std::map", [](const std::vector<Step>& steps) {
        PersistentMap<int, int> map, old;
        std::map<int, int> model, old_model;
        int n = 0;
        for (const auto& [key, insert] : steps) {
            if (n % 7 == 0) old = map, old_model = model;
            const int small = key % 40;
            if (insert)
                map.edit(small) = model[small] = ++n;
            else
                RC_ASSERT(map.erase(small) == (model.erase(small) > 0));
        }
        for (const auto& [items, expected] : {std::pair{map, model}, std::pair{old, old_model}}) {
            std::map<int, int> seen;
            for (const auto& [key, value] : items) seen[key] = value;
            RC_ASSERT(seen == expected);
            RC_ASSERT(items.size() == expected.size());
            for (int key = -41; key <= 41; ++key) {
                const auto above = expected.upper_bound(key);
                const auto* floor = items.floor(key);
                RC_ASSERT((floor == nullptr) == (above == expected.begin()));
                if (floor) RC_ASSERT(floor->key == std::prev(above)->first);
            }
        }
    });
    CHECK(held);
}

TEST_CASE("custody is a unit by unit record", "[custody]")
{
    using Step = std::tuple<unsigned, unsigned, unsigned>;
    const bool held = rc::check("like a vector of units", [](const std::vector<Step>& steps) {
        constexpr std::int64_t size = 30;
        Custody custody{size, Holding{}, Position{1}};
        std::vector<UnitState> units(size, UnitState::registered);
        std::int64_t position = 1;
        for (const auto& [a, b, c] : steps) {
            const std::int64_t from = 1 + a % size, to = from + b % (size - from + 1);
            const auto next = static_cast<UnitState>(c % unit_states);
            std::int64_t moved = 0;
            custody.move(
                from, to, Position{++position}, {Change::Kind::to_state, next},
                [&](const Holding&, const Holding&, std::int64_t n) { moved += n; });
            RC_ASSERT(moved == to - from + 1);
            for (auto i = from; i <= to; ++i) units[static_cast<std::size_t>(i - 1)] = next;
        }
        for (std::int64_t i = 1; i <= size; ++i)
            RC_ASSERT(custody.at(i)->holding.state == units[static_cast<std::size_t>(i - 1)]);
        RC_ASSERT(custody.at(0) == nullptr);
        RC_ASSERT(custody.at(size + 1) == nullptr);
    });
    CHECK(held);
}

}  // namespace chipledger
