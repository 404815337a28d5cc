// Items of any shape as rows whose columns keep their order.
#include "codec/table.hpp"

#include "catch.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

}  // namespace

TEST_CASE("members of members have a column each, lists one", "[table]")
{
    const Json item{{"id", "A"},
                    {"units", {{"arrived", 3}, {"held", 0}}},
                    {"none", nullptr},
                    {"empty", Json::array()},
                    {"names", {"N1", "N2"}},
                    {"texts", {"a, b", "c"}},
                    {"conditions", {{{"code", "ports"}, {"allow", {"CNSHA"}}}}}};
    Columns columns{{"id"}};
    columns.see(item);
    const std::vector<std::string> names = columns.names();
    CHECK(names == std::vector<std::string>{"id", "conditions", "empty", "names", "none", "texts",
                                            "units.arrived", "units.held"});
    CHECK(cells_of(item, names) ==
          Cells{"A", R"([{"allow":["CNSHA"],"code":"ports"}])", nullptr, "N1, N2", nullptr,
                R"(["a, b","c"])", 3, 0});
    CHECK(cells_of({{"id", "B"}, {"other", 1}}, {"id", "names"}) == Cells{"B", nullptr});
}

TEST_CASE("ranges of units read as people write them", "[table]")
{
    const auto cell = [](Json list) { return flattened({{"units", std::move(list)}})[0].second; };
    const Json b1{{"batch", "B01"}, {"from", 1}, {"to", 350}};
    CHECK(cell({b1, {{"batch", "B02"}, {"from", 7}, {"to", 7}}}) == "B01:1-350, B02:7");
    CHECK(cell({{{"batch", "B01"}, {"count", 5}}}) == "B01 x 5");
    Json run = b1;
    run.update({{"state", "arrived"}, {"approval", "AP-1"}, {"entry", 9}, {"firm", "F"}});
    CHECK(cell({run}) == "B01:1-350 arrived AP-1");
    CHECK(cell({{{"from", 1}, {"to", 2}, {"state", "registered"}}}) == "1-2 registered");
    CHECK(cell({b1, "x"}) == R"([{"batch":"B01","from":1,"to":350},"x"])");
}

TEST_CASE("tables with other items keep the order of the columns they share", "[table]")
{
    Columns one{{"id"}}, two{{"id"}};
    one.see({{"b", 1}, {"a", {{"x", 1}}}});
    two.see({{"c", 1}, {"b", 1}});
    two.see({{"a", {{"x", 1}, {"w", 1}}}});
    CHECK(one.names() == std::vector<std::string>{"id", "b", "a.x"});
    CHECK(two.names() == std::vector<std::string>{"id", "b", "c", "a.w", "a.x"});
}

}  // namespace chipledger
