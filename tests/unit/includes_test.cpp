// The one direction of DESIGN §3: an include never points down the table.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "catch.hpp"

namespace chipledger {

namespace {

namespace files = std::filesystem;

/// What each folder may include beside itself; libraries by the beginning of their headers' path.
const std::map<std::string, std::set<std::string>> may_include{
    {"domain", {}},
    {"codec", {"domain"}},
    {"epcis", {"domain", "codec"}},
    {"proof", {}},
    {"store", {"domain", "codec"}},
    {"ledger", {"domain", "codec", "proof", "store"}},
    {"views", {"domain"}},
    {"http", {"domain", "codec", "epcis", "proof", "store", "ledger", "views"}},
    {"cli", {"domain", "codec", "proof", "store", "ledger", "views", "http"}},
};

/// Libraries that one folder alone may know.
const std::map<std::string, std::string> owner{
    {"pqxx/", "store"}, {"boost/beast", "http"}, {"CLI/", "cli"}};

/// Each "folder/x" or <library> that a file includes.
std::vector<std::string> includes_of(const files::path& file)
{
    static const std::regex line{R"(^\s*#\s*include\s*["<]([^">]+)[">])"};
    std::vector<std::string> found;
    std::ifstream in{file};
    std::smatch match;
    for (std::string text; std::getline(in, text);)
        if (std::regex_search(text, match, line)) found.push_back(match[1]);
    return found;
}

/// What is wrong with an include of a file in `folder`, or nothing.
std::string fault(const std::string& folder, const std::string& included)
{
    for (const auto& [library, its] : owner)
        if (included.starts_with(library) && folder != its) return "belongs to " + its;
    const std::string target = included.substr(0, included.find('/'));
    if (!may_include.contains(target) || target == folder) return {};
    return may_include.at(folder).contains(target) ? "" : "points down the table";
}

}  // namespace

TEST_CASE("an include never points down the table", "[includes]")
{
    int seen = 0;
    for (const auto& entry :
         files::recursive_directory_iterator{CHIPLEDGER_SOURCE_DIR "/src"}) {
        const files::path path = entry.path();
        const std::string folder = path.parent_path().filename();
        if (!may_include.contains(folder)) continue;
        for (const std::string& included : includes_of(path)) {
            INFO(path.string() << " includes " << included);
            CHECK(fault(folder, included) == "");
            ++seen;
        }
    }
    CHECK(seen > 200);
    CHECK(fault("domain", "codec/json_profile.hpp") == "points down the table");
    CHECK(fault("views", "store/rows.hpp") == "points down the table");
    CHECK(fault("ledger", "pqxx/pqxx") == "belongs to store");
}

TEST_CASE("Beast stays in two translation units at most", "[includes]")
{
    int users = 0;
    for (const auto& entry :
         files::recursive_directory_iterator{CHIPLEDGER_SOURCE_DIR "/src"})
        for (const std::string& included : includes_of(entry.path()))
            if (included.starts_with("boost/beast")) {
                ++users;
                CHECK(entry.path().extension() == ".cpp");
                break;
            }
    CHECK(users >= 1);
    CHECK(users <= 2);
}

}  // namespace chipledger
