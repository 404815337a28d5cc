#include "sheet.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "support/cluster.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

// Debian: apt-get install python3-openpyxl (script/setup does), for Debian's own Python.
const std::string python = "/usr/bin/python3 " CHIPLEDGER_SOURCE_DIR "/tests/support/sheet.py ";

std::string contents(const std::string& path)
{
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

void must_run(const std::string& command)
{
    if (std::system(command.c_str()) != 0) throw std::runtime_error{"failed: " + command};
}

}  // namespace

std::string test_folder()
{
    const std::string folder = TestCluster::shared().folder() + "/files";
    std::filesystem::create_directories(folder);
    return folder;
}

std::vector<Json> rows_of(const std::string& file, const std::string& ending)
{
    const std::string path = test_folder() + "/table." + ending;
    std::ofstream{path, std::ios::binary} << file;
    must_run(python + "read " + path + " >" + path + ".json");
    std::vector<Json> rows;
    std::ifstream in{path + ".json"};
    for (std::string line; std::getline(in, line);) rows.push_back(Json::parse(line));
    return rows;
}

std::string workbook_of(const std::vector<Json>& rows)
{
    const std::string path = test_folder() + "/made.xlsx";
    std::ofstream lines{path + ".json"};
    for (const Json& row : rows) lines << row.dump() << '\n';
    lines.close();
    must_run(python + "write " + path + " <" + path + ".json");
    return contents(path);
}

void tell_story(Service& service)
{
    Client regulator = service.as(Role::regulator), logistics = service.as(Role::logistics),
           customs = service.as(Role::customs);
    const auto record = [](Client& who, const char* type, const char* data) {
        const Reply reply = who.record(type, data);
        if (reply.status != 201) throw std::runtime_error{type + reply.body};
    };
    record(regulator, "PolicyPublished",
           R"({"policy_version":1,"period":"2026-H1","caps":{"T1":1000},"critical_pct":80,)"
           R"("carry_over_max_pct":20,"confiscation_effect":"forfeit"})");
    record(regulator, "FirmRegistered", R"({"firm":"F-A","name":"Alpha","tier":"T1"})");
    record(regulator, "FirmRegistered", R"({"firm":"F-B","name":"Beta","tier":"T1"})");
    record(regulator, "ApplicationSubmitted",
           R"({"application":"APP-1","firm":"F-A","sku":"H200","qty":500,"end_use":"research"})");
    record(regulator, "ApplicationReviewStarted", R"({"application":"APP-1"})");
    record(regulator, "ApprovalGranted",
           R"({"approval":"AP-1","application":"APP-1","firm":"F-A","granted":300,)"
           R"("period":"2026-H1","valid_from":"2026-01-01","valid_to":"2026-06-30",)"
           R"("conditions":["Quarterly report, in two copies"]})");
    record(logistics, "BatchRegistered", R"({"batch":"B01","sku":"H200","qty":100})");
    record(logistics, "BatchTestCertified",
           R"({"batch":"B01","lab":"Jinghe","certificate":"TC-1"})");
    record(regulator, "AllocationReserved",
           R"({"approval":"AP-1","units":[{"batch":"B01","from":1,"to":60}]})");
    record(logistics, "ShipmentDispatched",
           R"({"shipment":"S-1","approval":"AP-1","units":[{"batch":"B01","from":1,"to":40}]})");
    record(customs, "ShipmentArrived",
           R"({"shipment":"S-1","units":[{"batch":"B01","from":1,"to":40}],"office":"SHA-01"})");
}

}  // namespace chipledger
