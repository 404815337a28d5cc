// Lists as files: whole answers, opened by software that is not ours.
#include <cstdio>
#include <fstream>

#include "catch.hpp"
#include "service.hpp"
#include "sheet.hpp"
#include "support/cluster.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr const char* xlsx_type =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

void register_firm(Client& regulator, const std::string& id, const std::string& name)
{
    const Json data{{"firm", id}, {"name", name}, {"tier", "T1"}};
    REQUIRE(regulator.record("FirmRegistered", data.dump()).status == 201);
}

}  // namespace

TEST_CASE("a list is to be had as CSV, byte for byte", "[table]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    register_firm(regulator, "F-A", "=cmd|' /C calc'!A0");
    register_firm(regulator, "F-B", "Two, \"quoted\"");
    const Reply reply = regulator.get("/v1/firms", "Accept: text/csv\r\n");
    CHECK(reply.status == 200);
    CHECK(reply.header("content-type") == "text/csv; charset=utf-8; header=present");
    CHECK(reply.header("content-disposition") == "attachment; filename=\"firms-at-3.csv\"");
    CHECK(reply.header("ledger-position") == "3");
    CHECK(reply.header("vary") == "Accept");
    CHECK(reply.header("etag") == "\"p3-csv\"");
    CHECK(reply.body == "\xEF\xBB\xBF"
                        "firm,name,sector,tier,version\r\n"
                        "F-A,'=cmd|' /C calc'!A0,,T1,1\r\n"
                        "F-B,\"Two, \"\"quoted\"\"\",,T1,1\r\n");
    CHECK(regulator.get("/v1/firms?format=csv", "If-None-Match: \"p3-csv\"\r\n").status == 304);
    const Reply past = regulator.get("/v1/firms?format=csv&as_of=2");
    CHECK(past.header("cache-control") == "private, max-age=31536000, immutable");
    CHECK(past.body.find("F-B") == std::string::npos);
}

TEST_CASE("a list is to be had as XLSX, which another program opens", "[table]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const std::vector<std::string> names{"=1+1", "+1", "-2+3", "@SUM(A1)", "\tx", "_x0041_", "\r=1",
                                         "<b>&amp;", "\xE4\xB8\x8A\xE6\xB5\xB7"};
    for (std::size_t i = 0; i < names.size(); ++i)
        register_firm(regulator, "F-" + std::to_string(i), names[i]);
    const Reply reply = regulator.get("/v1/firms?format=xlsx");
    CHECK(reply.header("content-type") == xlsx_type);
    const std::vector<Json> rows = rows_of(reply.body, "xlsx");
    REQUIRE(rows.size() == names.size() + 1);
    CHECK(rows[0] == Json{"firm", "name", "sector", "tier", "version"});
    for (std::size_t i = 0; i < names.size(); ++i) {
        INFO(i);
        CHECK(rows[i + 1][1] == names[i]);
        CHECK(rows[i + 1][4].is_number_integer());
    }
    CHECK(regulator.get("/v1/firms", "Accept: " + std::string{xlsx_type} + "\r\n").body ==
          reply.body);
}

TEST_CASE("every list and the lists within answers come as files", "[table]")
{
    Service service;
    tell_story(service);
    Client regulator = service.as(Role::regulator);
    const std::map<std::string, std::string> first_columns{
        {"/v1/firms", "firm"},
        {"/v1/applications", "application"},
        {"/v1/approvals", "approval"},
        {"/v1/batches", "batch"},
        {"/v1/shipments", "shipment"},
        {"/v1/events", "position"},
        {"/v1/firms/F-A/timeline", "position"},
        {"/v1/audit/explain?approval=AP-1&bucket=available", "position"},
        {"/v1/audit/diff?from=1&to=9", "kind"}};
    for (const auto& [path, column] : first_columns) {
        INFO(path);
        const std::string joined = path + (path.find('?') == std::string::npos ? '?' : '&');
        const std::vector<Json> csv = rows_of(regulator.get(joined + "format=csv").body, "csv");
        const std::vector<Json> xlsx = rows_of(regulator.get(joined + "format=xlsx").body, "xlsx");
        REQUIRE(csv.size() > 1);
        CHECK(csv[0] == xlsx[0]);
        CHECK(csv[0][0] == column);
        REQUIRE(csv.size() == xlsx.size());
        for (std::size_t i = 1; i < csv.size(); ++i)
            for (std::size_t k = 0; k < csv[i].size(); ++k)
                if (xlsx[i][k].is_number()) CHECK(csv[i][k] == xlsx[i][k].dump());
        const Reply lines = regulator.get(joined + "format=ndjson");
        CHECK(lines.header("content-type") == "application/x-ndjson");
        CHECK(std::ranges::count(lines.body, '\n') == std::ssize(csv) - 1);
    }
    const auto shipments = rows_of(regulator.get("/v1/shipments?format=csv").body, "csv");
    const auto at = std::ranges::find(shipments[0], "ranges") - shipments[0].begin();
    CHECK(shipments[1][static_cast<std::size_t>(at)] == "B01:1-40 arrived AP-1");
}

TEST_CASE("terms add up and changes stand in a row each", "[table]")
{
    Service service;
    tell_story(service);
    Client auditor = service.as(Role::auditor);
    CHECK(auditor.get("/v1/audit/explain?approval=AP-1&bucket=available&format=csv").body ==
          "\xEF\xBB\xBFposition,type,amount,why\r\n"
          "7,ApprovalGranted,300,\"granted +300, available +300\"\r\n"
          "10,AllocationReserved,-60,\"available -60, reserved +60\"\r\n");
    CHECK(auditor.get("/v1/audit/diff?from=9&to=12&format=csv").body ==
          "\xEF\xBB\xBFkind,id,figure,from,to\r\n"
          "approvals,AP-1,available,300,240\r\n"
          "approvals,AP-1,reserved,0,60\r\n"
          "firms,F-A,arrived,0,40\r\n"
          "firms,F-A,registered,0,20\r\n"
          "units,B01:1-40,state,registered,arrived\r\n"
          "units,B01:41-60,state,registered,registered\r\n");
}

TEST_CASE("entries as NDJSON are the stored bytes, as CSV columns of the types asked for", "[table]")
{
    Service service;
    tell_story(service);
    Client auditor = service.as(Role::auditor);
    const std::string lines = auditor.get("/v1/events?format=ndjson").body;
    std::string expected;
    for (int i = 1; i <= service.head()->position.number; ++i)
        expected += auditor.get("/v1/events/" + std::to_string(i)).body + '\n';
    CHECK(lines == expected);
    const auto rows =
        rows_of(auditor.get("/v1/events?type=ShipmentArrived&format=csv").body, "csv");
    REQUIRE(rows.size() == 2);
    const Json& head = rows[0];
    CHECK(head.back() == "data.office");
    const auto at = std::ranges::find(head, "data.units") - head.begin();
    CHECK(rows[1][static_cast<std::size_t>(at)] == "B01:1-40");
    CHECK(std::ranges::find(head, "data.lab") == head.end());
}

TEST_CASE("a file that is cut says where it goes on", "[table]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    for (const char* id : {"F-A", "F-B", "F-C"}) register_firm(regulator, id, "N");
    for (const char* path : {"/v1/firms", "/v1/events"}) {
        std::string next = std::string{path} + "?format=ndjson&limit=2", all;
        int pages = 0;
        while (!next.empty()) {
            const Reply page = regulator.get(next);
            REQUIRE(page.status == 200);
            all += page.body;
            ++pages;
            const std::string link = page.header("link");
            next = link.empty() ? "" : link.substr(1, link.find('>') - 1);
        }
        CHECK(pages == 2);
        CHECK(all == regulator.get(std::string{path} + "?format=ndjson").body);
    }
    const Reply last = regulator.get("/v1/events?format=csv&limit=2&order=desc");
    CHECK(last.header("link").find("rel=\"next\"") != std::string::npos);
    CHECK(rows_of(last.body, "csv")[1][0] == "4");
    CHECK(regulator.get("/v1/firms?format=csv&limit=100000").status == 200);
    CHECK(regulator.get("/v1/firms?format=csv&limit=100001").status == 400);
    CHECK(regulator.get("/v1/firms?limit=501").status == 400);
}

TEST_CASE("the format is negotiated as RFC 9110 says", "[table]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    register_firm(regulator, "F-A", "N");
    const auto type = [&](const std::string& accept) {
        return regulator.get("/v1/firms", "Accept: " + accept + "\r\n").header("content-type");
    };
    const std::string csv = "text/csv; charset=utf-8; header=present";
    CHECK(type("*/*") == "application/json");
    CHECK(type("text/html,application/xhtml+xml,*/*;q=0.8") == "application/json");
    CHECK(type("application/json, text/csv") == "application/json");
    CHECK(type("application/json;q=0.5, text/csv") == csv);
    CHECK(type("TEXT/*") == csv);
    CHECK(type("application/*;q=0.1, text/csv;q=0") == "application/json");
    const Reply none = regulator.get("/v1/firms", "Accept: image/png\r\n");
    CHECK(none.status == 406);
    CHECK(none.json()["code"] == "not-acceptable");
    const Reply wrong = regulator.get("/v1/firms?format=pdf");
    CHECK(wrong.status == 400);
    CHECK(wrong.json()["param"] == "?format");
    CHECK(regulator.get("/v1/firms?format=json", "Accept: image/png\r\n").status == 200);
}

TEST_CASE("a firm's file holds what the firm may see", "[table]")
{
    Service service;
    tell_story(service);
    Client other = service.as(Role::firm, "F-B"), nobody{service.port(), ""};
    CHECK(rows_of(other.get("/v1/shipments?format=csv").body, "csv").size() == 1);
    CHECK(other.get("/v1/events?format=ndjson").body.find("F-A") == std::string::npos);
    CHECK(other.get("/v1/firms/F-A/timeline?format=csv").status == 404);
    CHECK(nobody.get("/v1/firms?format=csv").status == 401);
}

}  // namespace chipledger
