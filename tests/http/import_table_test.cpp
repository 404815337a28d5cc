// POST /v1/imports of what people have: CSV and XLSX files, and the same back with verdicts.
#include "catch.hpp"
#include "codec/zip.hpp"
#include "service.hpp"
#include "sheet.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

const std::string csv = "Content-Type: text/csv; charset=utf-8\r\n";
const std::string xlsx =
    "Content-Type: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet\r\n";
const std::string key = "Idempotency-Key: file-1\r\n";

/// A workbook with this for its sheet, as no spreadsheet would make it.
std::string crafted(const std::string& sheet)
{
    ZipWriter zip;
    const auto add = [&](const char* name, const std::string& text) {
        zip.begin(name);
        zip.write(text);
    };
    add("xl/workbook.xml",
        R"(<workbook xmlns:r="urn:r"><sheets><sheet name="S" r:id="r1"/></sheets></workbook>)");
    add("xl/_rels/workbook.xml.rels",
        R"(<Relationships><Relationship Id="r1" Target="worksheets/s.xml"/></Relationships>)");
    add("xl/worksheets/s.xml", sheet);
    zip.finish();
    return zip.take();
}

}  // namespace

TEST_CASE("a CSV file is taken as people write it", "[import]")
{
    Service service;
    tell_story(service);
    Client customs = service.as(Role::customs);
    const std::string file =
        "\xEF\xBB\xBFtype;occurred_at;shipment;units;reason;declaration\r\n"
        "ShipmentHeld;2026-01-05 09:00;S-1;B01:1-5, B01:9;\"papers; two\";\r\n"
        ";;;;;\r\n"
        "ShipmentHoldLifted;;S-1;B01:9;came;\r\n"
        "ShipmentCleared;;S-1;B01 x 3;;D-1\r\n"
        "ShipmentCleared;;S-1;B01:1-350;;D-2\r\n"
        "ShipmentCleared;;S-1;nine;;D-3\r\n";
    const Json report = customs.post("/v1/imports", file, csv + key).json();
    CHECK(report["recorded"] == 3);
    CHECK(report["refused"] == 2);
    CHECK(report["results"][0] == Json{{"row", 2}, {"status", 201}, {"position", 13}});
    CHECK(report["results"][3]["row"] == 6);
    CHECK(report["results"][3]["code"] == "no-reservation");
    CHECK(report["results"][4]["code"] == "malformed");
    CHECK(report["results"][4]["param"] == "/data/units");
    const Json held = customs.read("/v1/events/13");
    CHECK(held["occurred_at"] == "2026-01-05T09:00:00+08:00");
    CHECK(held["reason"] == nullptr);
    CHECK(held["data"]["reason"] == "papers; two");
    CHECK(held["data"]["units"] == Json::parse(R"([{"batch":"B01","from":1,"to":5},)"
                                               R"({"batch":"B01","from":9,"to":9}])"));
    CHECK(customs.read("/v1/events/15")["data"]["units"] ==
          Json::parse(R"([{"batch":"B01","from":6,"to":8}])"));
    const Json again = customs.post("/v1/imports", file, csv + key).json();
    CHECK(again["replayed"] == 4);  // The refusal by a rule, too.
    CHECK(service.head()->position == Position{15});
}

TEST_CASE("a workbook of another program is taken, dates and all", "[import]")
{
    Service service;
    tell_story(service);
    Client regulator = service.as(Role::regulator), customs = service.as(Role::customs);
    const std::string shanghai = "\xE4\xB8\x8A\xE6\xB5\xB7 & <Co>";
    const std::string firms = workbook_of({Json{"firm", "name", "tier", "sector"},
                                           Json{"F-X", shanghai, "T1", nullptr},
                                           Json{"F-Y", "1+1 said", "T1", "cloud"},
                                           Json{"F-A", "Alpha", "T1", nullptr}});
    const Json report =
        regulator.post("/v1/imports?type=FirmRegistered", firms, xlsx + key).json();
    INFO(report.dump());
    CHECK(report["recorded"] == 2);
    CHECK(report["results"][2]["code"] == "duplicate-firm");
    CHECK(report["results"][2]["row"] == 4);
    CHECK(regulator.read("/v1/firms/F-X")["name"] == shanghai);

    const std::string held = workbook_of(
        {Json{"type", "Occurred_At", "shipment", "units", "reason"},
         Json{"ShipmentHeld", {{"date", "2026-01-05T08:30:00"}}, "S-1", "B01:1-2", "papers"}});
    CHECK(customs.post("/v1/imports", held, xlsx + key).json()["recorded"] == 1);
    CHECK(customs.read("/v1/events/15")["occurred_at"] == "2026-01-05T08:30:00+08:00");
}

TEST_CASE("the result of an import is the file with its verdicts, to be sent again", "[import]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const std::string rows = "type,firm,name,tier\nFirmRegistered,F-A,\"'=A, B\",T1\n"
                             "FirmRegistered,F-A,Again,T1\nFirmRegistered,F-B,B,T1,more\n";
    const Reply reply = regulator.post("/v1/imports?result=csv", rows, csv + key);
    CHECK(reply.header("content-disposition") == "attachment; filename=\"import-result.csv\"");
    const std::vector<Json> table = rows_of(reply.body, "csv");
    REQUIRE(table.size() == 4);
    CHECK(table[0] == Json{"type", "firm", "name", "tier", "idempotency_key", "position", "code",
                           "detail"});
    CHECK(table[1] ==
          Json{"FirmRegistered", "F-A", "'=A, B", "T1", "file-1/2", "2", "recorded", ""});
    CHECK(table[2][4] == "");
    CHECK(table[2][6] == "duplicate-firm");
    CHECK(table[3][6] == "malformed");
    CHECK(table[3][7] == "The row has more cells than there are columns.");

    // Corrected, under another key: what was recorded is not recorded again.
    std::string corrected = reply.body;
    const std::size_t at = corrected.find("F-A,Again");
    REQUIRE(at != corrected.npos);
    corrected[at + 2] = 'Z';
    const std::vector<Json> again = rows_of(
        regulator
            .post("/v1/imports", corrected, csv + "Idempotency-Key: file-2\r\nAccept: text/csv\r\n")
            .body,
        "csv");
    CHECK(again[1] ==
          Json{"FirmRegistered", "F-A", "'=A, B", "T1", "file-1/2", "2", "replayed", ""});
    CHECK(again[2][5] == "3");

    const Reply book = regulator.post(
        "/v1/imports?result=xlsx&type=FirmRegistered",
        workbook_of({Json{"firm", "name", "tier"}, Json{"F-C", "C", "T1"}, Json{"F-C", "C", "T1"}}),
        xlsx + "Idempotency-Key: book\r\n");
    const std::vector<Json> verdicts = rows_of(book.body, "xlsx");
    REQUIRE(verdicts.size() == 3);
    CHECK(verdicts[0] ==
          Json{"firm", "name", "tier", "idempotency_key", "position", "code", "detail"});
    CHECK(verdicts[1] == Json{"F-C", "C", "T1", "book/2", 5, "recorded", nullptr});
    CHECK(verdicts[2][5] == "duplicate-firm");
}

TEST_CASE("a dry run of an import says what would be, row by row, and records nothing", "[import]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const std::string rows = "firm,name,tier\nF-A,A,T1\nF-B,,T1\n";
    const Json report = regulator
                            .post("/v1/imports?dry_run=true&type=FirmRegistered", rows,
                                  csv + "Idempotency-Key: dry\r\n")
                            .json();
    CHECK(report["results"][0] == Json{{"row", 2}, {"status", 200}});
    CHECK(report["results"][1]["code"] == "malformed");
    CHECK(report["recorded"] == 0);
    CHECK(service.head()->position == Position{1});
    CHECK(regulator.post("/v1/imports?type=FirmRegistered", rows, csv + "Idempotency-Key: dry\r\n")
              .json()["recorded"] == 1);
}

TEST_CASE("a table that cannot be read is refused whole, with the column", "[import]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const auto refusal = [&](const std::string& rows, const std::string& query = {}) {
        Client asking = service.as(Role::regulator);  // An unread body ends a connection.
        const Reply reply = asking.post("/v1/imports" + query, rows, csv + key);
        CHECK(reply.status == 400);
        return reply.json()["param"];
    };
    CHECK(refusal("type,firm,nmae\nFirmRegistered,F-A,N\n") == "nmae");
    CHECK(refusal("type,firm,firm\nFirmRegistered,F-A,N\n") == "firm");
    CHECK(refusal("firm,name,tier\nF-A,N,T1\n") == "type");
    CHECK(refusal("firm\nF-A\n", "?type=Nothing") == "?type");
    CHECK(refusal("type\n", "?dry_run=yes") == "?dry_run");
    CHECK(refusal("type\n", "?result=pdf") == "?result");
    CHECK(refusal("type\n", "?page=1") == "?page");
    CHECK(regulator.post("/v1/imports", "", csv + key).status == 400);
    CHECK(regulator.post("/v1/imports", "no zip", xlsx + key).status == 400);
    CHECK(regulator.post("/v1/imports", std::string(17 << 20, 'x'), xlsx + key).status == 413);
    CHECK(service.head()->position == Position{1});
}

TEST_CASE("a workbook that was made to break its reader is refused", "[.][import_slow]")
{
    Service service;
    Client regulator = service.as(Role::regulator);
    const auto says = [&](const std::string& sheet) {
        const Reply reply = regulator.post("/v1/imports", crafted(sheet), xlsx + key);
        CHECK(reply.status == 400);
        return reply.json()["detail"].get<std::string>();
    };
    const std::string head = "<worksheet><sheetData>", tail = "</sheetData></worksheet>";
    CHECK(says("<!DOCTYPE a [<!ENTITY b 'c'>]>" + head + tail) ==
          "The workbook cannot be taken: its XML brings a DTD, which a workbook never does.");
    CHECK(says(head + "<row r='1'><c r='ZZZ1'><v>1</v></c></row>" + tail) ==
          "The workbook cannot be taken: row 1 has cells out of order, or too many.");
    CHECK(says(head + "<row r='2'/><row r='1'/>" + tail) ==
          "The workbook cannot be taken: its rows are out of order.");
    CHECK(says(head + "<row r='1'><c r='A1' t='s'><v>0</v></c></row>" + tail) ==
          "The workbook cannot be taken: row 1 names a text that is not there.");
    // 300 MB of blanks pack into 300 KB.
    CHECK(says(head + std::string(300'000'000, ' ') + tail) ==
          "The workbook cannot be taken: more comes out of it than is taken.");
    CHECK(says(head + "<row r='1'>") == "The workbook cannot be taken: its XML is broken: no "
                                        "element found.");
}

}  // namespace chipledger
