// What the fuzzers' runs have left behind: inputs that reach what nothing before them reached, and
// those that once found a fault.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "catch.hpp"
#include "fuzz/fuzz.hpp"

namespace chipledger::fuzz {

namespace {

struct Target {
    const char* name;
    void (*run)(std::string_view);
};

constexpr Target targets[]{{"json", json},   {"request", request}, {"event", event},
                           {"csv", csv},     {"sheet", sheet},     {"epcis", epcis},
                           {"proof", proof}, {"http", http},       {"rulebook", rulebook}};
const std::filesystem::path corpus{CHIPLEDGER_SOURCE_DIR "/tests/fuzz/corpus"};

std::string bytes_of(const std::filesystem::path& path)
{
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

TEST_CASE("every input that was kept passes its target", "[fuzz]")
{
    for (const Target& target : targets) {
        std::size_t seen = 0;
        for (const auto& file : std::filesystem::directory_iterator{corpus / target.name}) {
            INFO(file.path());
            CHECK_NOTHROW(target.run(bytes_of(file.path())));
            ++seen;
        }
        INFO(target.name);
        CHECK(seen > 0);
        CHECK_NOTHROW(target.run({}));
    }
}

TEST_CASE("every kept input is of a target", "[fuzz]")
{
    std::set<std::string> names;
    for (const Target& target : targets) names.insert(target.name);
    for (const auto& folder : std::filesystem::directory_iterator{corpus})
        CHECK(names.contains(folder.path().filename().string()));
}

}  // namespace chipledger::fuzz
