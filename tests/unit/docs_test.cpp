// What the documents list is what there is.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "catch.hpp"
#include "domain/refusal.hpp"

namespace chipledger {

namespace {

namespace files = std::filesystem;

std::string text_of(const files::path& path)
{
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

TEST_CASE("docs/problems.md lists every refusal with its status and title", "[docs]")
{
    const std::string problems = text_of(CHIPLEDGER_SOURCE_DIR "/docs/problems.md");
    for (const RefusalKind& kind : all_refusals()) {
        const std::string row = "| `" + std::string{kind.slug} + "` | " +
                                std::to_string(kind.status) + " | " + std::string{kind.title} +
                                " |";
        INFO(row);
        CHECK(problems.find(row) != std::string::npos);
    }
}

TEST_CASE("links between the documents lead somewhere", "[docs]")
{
    static const std::regex link{R"(\]\(([^)#:]+)\))"};
    const files::path root{CHIPLEDGER_SOURCE_DIR};
    std::vector<files::path> documents{root / "README.md", root / "CONTRIBUTING.md"};
    for (const auto& entry : files::recursive_directory_iterator{root / "docs"})
        if (entry.path().extension() == ".md") documents.push_back(entry.path());
    int seen = 0;
    for (const files::path& document : documents) {
        const std::string text = text_of(document);
        for (std::sregex_iterator at{text.begin(), text.end(), link}, end; at != end; ++at) {
            const std::string target = (*at)[1].str();
            INFO(document.string() << " -> " << target);
            CHECK(files::exists(document.parent_path() / target));
            ++seen;
        }
    }
    CHECK(seen > 15);
}

}  // namespace chipledger
