// One GPU's whole life: also what was said later of its entries, and who looked at its crate.
#include "catch.hpp"
#include "service.hpp"
#include "sheet.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

std::string positions(const Json& history)
{
    std::string text;
    for (const Json& entry : history) text += (text.empty() ? "" : " ") + entry["position"].dump();
    return text;
}

std::string life_of(Client& who, int unit, const std::string& query = {})
{
    return positions(who.read("/v1/units/B01/" + std::to_string(unit) + query)["history"]);
}

void record(Client& who, const char* type, const char* data)
{
    const Reply reply = who.record(type, data);
    INFO(reply.body);
    REQUIRE(reply.status == 201);
}

}  // namespace

TEST_CASE("a unit's history has inspections, corrections and voids", "[unit]")
{
    Service service;
    tell_story(service);  // Registered 8, certified 9, reserved 10, dispatched 11, arrived 12.
    Client customs = service.as(Role::customs);
    record(customs, "ShipmentInspected", R"({"shipment":"S-1","pass":40,"fail":0})");
    record(customs, "ShipmentInspected",
           R"({"shipment":"S-1","pass":[{"batch":"B01","from":1,"to":10}],)"
           R"("fail":[{"batch":"B01","from":11,"to":12}]})");
    record(customs, "ShipmentCleared",
           R"({"shipment":"S-1","declaration":"D-1","units":[{"batch":"B01","from":1,"to":5}]})");
    record(customs, "ShipmentInspected", R"({"shipment":"S-1","pass":35,"fail":0})");
    record(customs, "ShipmentHeld",
           R"({"shipment":"S-1","units":[{"batch":"B01","from":20,"to":20}],"reason":"x"})");
    record(customs, "EventVoided", R"({"target":17,"reason":"did_not_occur"})");
    record(customs, "ShipmentHeld",
           R"({"shipment":"S-1","units":[{"batch":"B01","from":21,"to":21}],"reason":"x"})");
    record(customs, "EventCorrected",
           R"({"target":19,"reason":"incorrect_data","replacement":{"data":{"shipment":"S-1",)"
           R"("units":[{"batch":"B01","from":22,"to":22}],"reason":"x"}}})");
    CHECK(life_of(customs, 60) == "8 9 10");
    CHECK(life_of(customs, 1) == "8 9 10 11 12 13 14 15");
    CHECK(life_of(customs, 11) == "8 9 10 11 12 13 14 16");
    CHECK(life_of(customs, 20) == "8 9 10 11 12 13 16 17 18");
    CHECK(life_of(customs, 21) == "8 9 10 11 12 13 16 19 20");
    CHECK(life_of(customs, 22) == "8 9 10 11 12 13 16 20");
    CHECK(life_of(customs, 20, "?as_of=16") == "8 9 10 11 12 13 16");
    Client firm = service.as(Role::firm, "F-A");
    CHECK(life_of(firm, 20) == "10 11 12 13 16 17 18");
}

TEST_CASE("a unit's history comes in pages", "[unit]")
{
    Service service;
    tell_story(service);
    Client customs = service.as(Role::customs);
    const Json first = customs.read("/v1/units/B01/1?limit=2");
    CHECK(positions(first["history"]) == "8 9");
    CHECK(first["has_more"] == true);
    const std::string cursor = first["next"].get<std::string>();
    const Json second = customs.read("/v1/units/B01/1?limit=3&cursor=" + cursor);
    CHECK(positions(second["history"]) == "10 11 12");
    CHECK(second["has_more"] == false);
    CHECK(second["next"] == nullptr);
    CHECK(customs.get("/v1/units/B01/1?limit=0").status == 400);
    CHECK(customs.get("/v1/units/B01/1?cursor=!").status == 400);
}

TEST_CASE("a firm's statement is to be had as a file", "[unit]")
{
    Service service;
    tell_story(service);
    Client firm = service.as(Role::firm, "F-A");
    const Reply reply = firm.get("/v1/firms/F-A/inventory?format=xlsx");
    CHECK(reply.header("content-disposition") ==
          "attachment; filename=\"statement-F-A-at-12.xlsx\"");
    const std::vector<Json> rows = rows_of(reply.body, "xlsx");
    REQUIRE(rows.size() > 2);
    const auto at = [&](std::size_t row, const std::string& name) {
        const auto& names = rows[0];
        for (std::size_t i = 0; i < names.size(); ++i)
            if (names[i] == name) return rows[row][i];
        return Json("no such column");
    };
    CHECK(at(1, "approval") == "AP-1");
    CHECK(at(1, "granted") == 300);
    CHECK(at(1, "reserved") == 60);
    bool arrived = false;
    for (std::size_t row = 2; row < rows.size(); ++row)
        arrived = arrived || (at(row, "state") == "arrived" && at(row, "units") == 40);
    CHECK(arrived);
    CHECK(firm.get("/v1/firms/F-B/inventory?format=csv").status == 404);
    CHECK(firm.get("/v1/firms/F-A/inventory").json()["approvals"].size() == 1);
}

}  // namespace chipledger
