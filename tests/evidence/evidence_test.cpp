// Evidence: what a firm or an auditor takes away is whole, theirs alone, and provable without us.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "codec/zip.hpp"
#include "http/service.hpp"
#include "http/sheet.hpp"
#include "proof/digest.hpp"
#include "support/command.hpp"

namespace chipledger {

namespace {

namespace files = std::filesystem;
using Json = nlohmann::json;
using Members = std::vector<std::pair<std::string, std::string>>;

const std::string program = CHIPLEDGER_BINARY;

/// A story, its key in a file, and its evidence.
struct Story {
    Story()
    {
        tell_story(service);
        std::ofstream{key} << auditor.get("/v1/log/key").body;
    }
    std::string save(const std::string& bytes) const
    {
        const std::string path = test_folder() + "/evidence.zip";
        std::ofstream{path, std::ios::binary} << bytes;
        return path;
    }
    Reply evidence(Client& who, const std::string& query = {})
    {
        const Reply reply = who.get("/v1/audit/evidence" + query);
        INFO(reply.body.substr(0, 400));
        REQUIRE(reply.status == 200);
        return reply;
    }
    Ran verify(const std::string& bytes) const
    {
        return shell(program + " verify --evidence " + save(bytes) + " --vkey " + key);
    }
    Ran check_elsewhere(const std::string& bytes) const
    {
        // Debian: apt-get install nodejs unzip (script/setup does).
        return shell("node " CHIPLEDGER_SOURCE_DIR "/tests/proof/check_evidence.mjs " +
                   save(bytes) + ' ' + key);
    }
    Service service{};
    Client auditor = service.as(Role::auditor);
    std::string key = test_folder() + "/log.vkey";
};

Members members_of(const std::string& bytes)
{
    Members members;
    const auto all = [](const std::string&) { return true; };
    ZipReader::read_bytes(bytes, {}, all, [&](const std::string& name, std::string_view piece) {
        if (members.empty() || members.back().first != name) members.emplace_back(name, "");
        members.back().second += piece;
    });
    return members;
}

std::string& member(Members& members, const std::string& name)
{
    for (auto& [own, bytes] : members)
        if (own == name) return bytes;
    throw std::runtime_error{"no " + name};
}

std::string packed(const Members& members)
{
    ZipWriter zip;
    for (const auto& [name, bytes] : members) {
        zip.begin(name);
        zip.write(bytes);
    }
    zip.finish();
    return zip.take();
}

/// The forger's work: all sums as they should be.
Members with_sums(Members members)
{
    std::string sums;
    for (const auto& [name, bytes] : members) {
        if (name == "SHA256SUMS") continue;
        Sha256 digest;
        digest.add(bytes);
        sums += digest.hex() + "  " + name + '\n';
    }
    member(members, "SHA256SUMS") = sums;
    return members;
}

void replace(std::string& text, const std::string& what, const std::string& by)
{
    const std::size_t at = text.find(what);
    REQUIRE(at != text.npos);
    text.replace(at, what.size(), by);
}

std::string without_line(const std::string& text, int number)
{
    std::size_t from = 0;
    for (int i = 1; i < number; ++i) from = text.find('\n', from) + 1;
    std::string left = text;
    return left.erase(from, text.find('\n', from) + 1 - from);
}

std::string positions_of(const std::string& bytes)
{
    Members members = members_of(bytes);
    std::istringstream lines{member(members, "entries.ndjson")};
    std::string positions;
    for (std::string line; std::getline(lines, line);)
        positions += (positions.empty() ? "" : " ") + Json::parse(line)["position"].dump();
    return positions;
}

}  // namespace

TEST_CASE("evidence holds the stored bytes and is checked by programs that are not ours",
          "[evidence]")
{
    Story story;
    const Reply reply = story.evidence(story.auditor, "?as_of=12");
    CHECK(reply.header("content-type") == "application/zip");
    CHECK(reply.header("content-disposition") == "attachment; filename=\"evidence-at-12.zip\"");
    CHECK(reply.header("cache-control") == "private, max-age=31536000, immutable");
    CHECK(positions_of(reply.body) == "1 2 3 4 5 6 7 8 9 10 11 12");
    Members members = members_of(reply.body);
    std::string stored;
    for (int i = 1; i <= 12; ++i)
        stored += story.auditor.get("/v1/events/" + std::to_string(i)).body + '\n';
    CHECK(member(members, "entries.ndjson") == stored);
    const Json about = Json::parse(member(members, "about.json"));
    CHECK(about["as_of"] == 12);
    CHECK(about["seen_as"]["role"] == "auditor");
    const Ran elsewhere = story.check_elsewhere(reply.body);
    CHECK(elsewhere.said.find("ok 12 entries of 12: 1 2 3") == 0);
    const Ran ours = story.verify(reply.body);
    CHECK(ours.code == 0);
    CHECK(ours.said == "good: 12 entries, from 1 to 12, of chipledger/simulated at 12 entries\n");
}

TEST_CASE("the same question at a fixed position gives the same bytes", "[evidence]")
{
    Story story;
    const std::string question = "?as_of=11&subject=batch:B01";
    const std::string before = story.evidence(story.auditor, question).body;
    Client regulator = story.service.as(Role::regulator);
    for (const char* firm : {"F-X", "F-Y", "F-Z"})
        REQUIRE(regulator
                    .record("FirmRegistered",
                            Json{{"firm", firm}, {"name", "N"}, {"tier", "T1"}}.dump())
                    .status == 201);
    REQUIRE(regulator.get("/v1/log/receipts/15").status == 200);
    CHECK(story.evidence(story.auditor, question).body == before);
    CHECK(positions_of(before) == "8 9 10 11");
    CHECK(story.check_elsewhere(before).code == 0);

    // With the database alone it is the same file.
    const std::string file = test_folder() + "/exported.zip";
    files::remove(file);
    const std::string asked = " --as-of 11 --subject batch:B01";
    const Ran offline = shell(program + " export --evidence " + file + " --database '" +
                            story.service.database() + "'" + asked);
    CHECK(offline.said == "");
    CHECK(offline.code == 0);
    std::ifstream in{file, std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    CHECK((bytes == before));
    CHECK(shell(program + " export --evidence " + file + " --database x").code == 1);
}

TEST_CASE("evidence comes from a server by the command too", "[evidence]")
{
    Story story;
    const std::string file = test_folder() + "/remote.zip";
    files::remove(file);
    const std::string url = " --url http://127.0.0.1:" + std::to_string(story.service.port());
    Client firm = story.service.as(Role::firm, "F-A");
    const Ran ran = shell(program + " export --evidence " + file + url + " --token " +
                        firm.token() + " --type ShipmentArrived");
    CHECK(ran.said == "");
    CHECK(shell(program + " verify --evidence " + file + " --vkey " + story.key).said ==
          "good: 1 entries, from 12 to 12, of chipledger/simulated at 12 entries\n");
    const Ran refused = shell(program + " export --evidence " + file + "2" + url + " --token " +
                            firm.token() + " --from 0");
    CHECK(refused.code == 1);
    CHECK(refused.said.find("Positions count from 1.") != std::string::npos);
    CHECK(!files::exists(file + "2"));
    CHECK(!files::exists(file + "2.part"));
    CHECK(shell(program + " export --evidence a.zip some-folder").code == 2);
}

TEST_CASE("evidence holds what the caller may see, and nothing else", "[evidence]")
{
    Story story;
    Client firm_a = story.service.as(Role::firm, "F-A"),
           firm_b = story.service.as(Role::firm, "F-B"), customs = story.service.as(Role::customs), admin = story.service.as(Role::admin);
    const std::string b = story.evidence(firm_b).body;
    CHECK(positions_of(b) == "4");
    for (const auto& [name, bytes] : members_of(b)) CHECK(bytes.find("F-A") == std::string::npos);
    CHECK(story.check_elsewhere(b).code == 0);
    CHECK(positions_of(story.evidence(firm_a).body) == "3 5 6 7 10 11 12");
    CHECK(positions_of(story.evidence(firm_a, "?firm=F-A&from=6&to=10").body) == "6 7 10");
    CHECK(firm_a.get("/v1/audit/evidence?firm=F-B").status == 404);
    CHECK(positions_of(story.evidence(story.auditor, "?firm=F-A&subject=batch:B01").body) ==
          "10 11 12");
    CHECK(positions_of(story.evidence(customs, "?from=11").body) == "11 12");
    CHECK(admin.get("/v1/audit/evidence").status == 404);
    CHECK(Client{story.service.port(), ""}.get("/v1/audit/evidence").status == 401);
}

TEST_CASE("too much evidence is refused, with a way to have it", "[evidence]")
{
    Story story;
    const Reply reply = story.auditor.get("/v1/audit/evidence?limit=5&as_of=12");
    CHECK(reply.status == 413);
    CHECK(reply.json()["code"] == "too-large");
    CHECK(reply.json()["detail"] ==
          "There are more than 5 such entries. The first 5 end at entry 5: ask with to=5, then "
          "with from=6. A whole log is a matter for chipledger export FOLDER.");
    CHECK(positions_of(story.evidence(story.auditor, "?limit=5&to=5").body) == "1 2 3 4 5");
    for (const char* query : {"?limit=0", "?limit=50001", "?order=desc", "?cursor=x", "?from=0",
                              "?to=x", "?as_of=13", "?subject=B01", "?type=Nothing"})
        CHECK(story.auditor.get(std::string{"/v1/audit/evidence"} + query).status == 400);
    const std::string none = story.evidence(story.auditor, "?as_of=0").body;
    CHECK(positions_of(none) == "");
    CHECK(story.verify(none).code == 0);
}

TEST_CASE("each kind of damage is found, and the entry named", "[evidence]")
{
    Story story;
    const std::string good = story.evidence(story.auditor, "?as_of=12&from=4").body;
    const Members whole = members_of(good);
    REQUIRE(story.verify(packed(whole)).code == 0);
    const auto says = [&](const std::string& bytes, const std::string& what) {
        const Ran ran = story.verify(bytes);
        CHECK(ran.said == "BROKEN" + what + "\n");
        CHECK(ran.code == 4);
        CHECK(story.check_elsewhere(bytes).code != 0);
    };
    const std::string not_signed = " at entry 6: its bytes, its salt or its path are not what was "
                                   "signed";
    Members members = whole;
    SECTION("an entry")
    {
        replace(member(members, "entries.ndjson"), "\"application\":\"APP-1\"}",
                "\"application\":\"APP-2\"}");
        says(packed(members), not_signed);
        says(packed(with_sums(members)), not_signed);
    }
    SECTION("a salt, a path, a position")
    {
        std::string& proofs = member(members, "proofs.ndjson");
        const std::size_t line = proofs.find("\"position\":6");
        const std::string before = proofs;
        char& salt = proofs[proofs.find("\"salt\":\"", line) + 8];
        salt = salt == 'A' ? 'B' : 'A';
        says(packed(with_sums(members)), not_signed);
        proofs = before;
        char& hash = proofs[proofs.rfind("\"path\":[\"", line) + 9];
        hash = hash == 'A' ? 'B' : 'A';
        says(packed(with_sums(members)), not_signed);
        proofs = before;
        replace(proofs, "\"position\":6", "\"position\":7");
        says(packed(with_sums(members)),
             " at entry 7: its bytes, its salt or its path are not what was signed");
        proofs = before;
        replace(proofs, "\"position\":6", "\"position\":60");
        says(packed(with_sums(members)), " at entry 60: the signed head does not reach it");
    }
    SECTION("an entry that is gone, or comes twice")
    {
        std::string& entries = member(members, "entries.ndjson");
        const std::string before = entries;
        entries = without_line(before, 9);
        says(packed(with_sums(members)), " at entry 12: it is missing");
        entries = without_line(before, 3);
        says(packed(with_sums(members)), not_signed);
        member(members, "proofs.ndjson") = without_line(member(members, "proofs.ndjson"), 3);
        says(packed(with_sums(members)),
             ": about.json tells another number of entries than there are");
    }
    SECTION("the signed head")
    {
        replace(member(members, "checkpoint"), "\n12\n", "\n13\n");
        CHECK(story.verify(packed(with_sums(members))).code == 4);
        CHECK(story.check_elsewhere(packed(with_sums(members))).code != 0);
    }
    SECTION("the files beside")
    {
        member(members, "README.txt") += "Trust me.\n";
        says(packed(members), ": README.txt is not what SHA256SUMS says");
        members = whole;
        members.emplace_back("extra.txt", "hello");
        says(packed(members), ": extra.txt is not in SHA256SUMS");
        members = whole;
        std::erase_if(members, [](const auto& one) { return one.first == "proofs.ndjson"; });
        says(packed(members), ": proofs.ndjson is missing");
        std::erase_if(members, [](const auto& one) { return one.first == "checkpoint"; });
        says(packed(members), ": checkpoint is missing");
    }
    SECTION("the file itself")
    {
        CHECK(story.verify(good.substr(0, good.size() / 2)).code == 4);
        CHECK(story.verify("no zip at all").code == 4);
        std::string flipped = good;
        flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
        CHECK(story.verify(flipped).code == 4);
        CHECK(shell(program + " verify --evidence " + story.save(good)).said.find(
                  "a log cannot vouch for itself") != std::string::npos);
        CHECK(shell(program + " verify --evidence " + story.save(good)).code == 2);
    }
    SECTION("another log's key")
    {
        Service other;
        std::ofstream{story.key} << other.as(Role::auditor).get("/v1/log/key").body;
        CHECK(story.verify(good).code == 4);
    }
}

}  // namespace chipledger
