// Settings as an operator meets them: the program itself, a file, the environment, flags.
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>

#include "catch.hpp"
#include "nlohmann/json.hpp"

namespace chipledger {

namespace {

namespace files = std::filesystem;
using Json = nlohmann::json;

std::string text_of(const files::path& path)
{
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
}

struct Ran {
    int code = -1;
    std::string out{};
    std::string err{};
};

/// A folder of its own with one settings file, gone with the object.
class Settings {
public:
    explicit Settings(const std::string& text = "")
    {
        char name[] = "/tmp/chipledger-config-XXXXXX";
        REQUIRE(::mkdtemp(name));
        folder_ = name;
        std::ofstream{file()} << text;
    }
    ~Settings() { files::remove_all(folder_); }
    Settings(const Settings&) = delete;

    std::string file() const { return folder_ + "/chipledger.toml"; }

    Ran run(const std::string& arguments, const std::string& environment = "") const
    {
        const std::string line = "env CHIPLEDGER_CONFIG=" + file() + ' ' + environment + ' ' +
                                 CHIPLEDGER_BINARY + ' ' + arguments + " >" + folder_ +
                                 "/out 2>" + folder_ + "/err";
        const int status = std::system(line.c_str());
        return {WEXITSTATUS(status), text_of(folder_ + "/out"), text_of(folder_ + "/err")};
    }
    Json effective(const std::string& more = "", const std::string& environment = "") const
    {
        const Ran ran = run("serve --print-config --json " + more, environment);
        INFO(ran.err);
        REQUIRE(ran.code == 0);
        return Json::parse(ran.out);
    }

private:
    std::string folder_;
};

bool has(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("flags go before the environment, it before the file, that before defaults", "[config]")
{
    const Settings settings{"port = 1\nrate = 2\naccess-log = true\n"};
    const Json told = settings.effective("--port 3", "CHIPLEDGER_PORT=4 CHIPLEDGER_RATE=5");
    CHECK(told["port"] == Json{{"value", 3}, {"from", "--port"}});
    CHECK(told["rate"] == Json{{"value", 5}, {"from", "CHIPLEDGER_RATE"}});
    CHECK(told["access-log"] == Json{{"value", true}, {"from", settings.file() + ":3"}});
    CHECK(told["bind"] == Json{{"value", "127.0.0.1"}, {"from", "default"}});

    const Json other = settings.effective("--access-log=false", "CHIPLEDGER_PORT=");
    CHECK(other["access-log"] == Json{{"value", false}, {"from", "--access-log"}});
    CHECK(other["port"]["value"] == 1);  // An empty variable says nothing.
}

TEST_CASE("what is wrong in the file is said with its line, all of it at once", "[config]")
{
    const Settings settings{"bind = \"::1\"\n  prot = 8080\nport = \"x\"\nrate = 1.5\n"
                            "access-log = 1\ncheck-tables = 9\n[table]\nport = 1\n"};
    const Ran ran = settings.run("serve --print-config");
    CHECK(ran.code == 2);
    CHECK(ran.out.empty());
    const std::string at = settings.file();
    CHECK(has(ran.err, at + ":2:3: there is no key prot; did you mean port?"));
    CHECK(has(ran.err, at + ":3:1: port is a whole number"));
    CHECK(has(ran.err, at + ":4:1: rate is a whole number"));
    CHECK(has(ran.err, at + ":5:1: access-log is true or false"));
    CHECK(has(ran.err, at + ":6:1: --check-tables: Value 9 not in range"));
    CHECK(has(ran.err, ": there is no key table"));
}

TEST_CASE("a file that is not TOML is refused where it goes wrong", "[config]")
{
    const Settings settings{"port = 8080\nrate = \n"};
    const Ran ran = settings.run("migrate");  // Any command that reads it.
    CHECK(ran.code == 2);
    CHECK(has(ran.err, settings.file() + ":2:"));
    CHECK(settings.run("serve --config /nowhere/x.toml --print-config").code == 2);
    CHECK(settings.run("serve --help").code == 0);
    const Settings large{std::string(70'000, '#')};
    CHECK(has(large.run("serve --print-config").err, "longer than 65536 bytes"));
}

TEST_CASE("a variable is checked as a flag is", "[config]")
{
    const Settings settings;
    const Ran port = settings.run("serve --print-config", "CHIPLEDGER_PORT=tcp://10.0.0.1:80");
    CHECK(port.code == 2);
    CHECK(has(port.err, "CHIPLEDGER_PORT: "));
    const Ran key = settings.run("serve --print-config", "CHIPLEDGER_TLS_KEY=/tmp/key.pem");
    CHECK(key.code == 2);
    CHECK(has(key.err, "--tls-certificate"));
}

TEST_CASE("passwords are not printed", "[config]")
{
    const Settings settings{"database = \"host=db user=chipledger password=hunter2\"\n"};
    const Ran words = settings.run("serve --print-config");
    CHECK(has(words.out, "# database is not shown"));
    CHECK_FALSE(has(words.out, "hunter2"));
    const Ran address = settings.run("serve --print-config --json",
                                     "CHIPLEDGER_DATABASE=postgres://chipledger:hunter2@db/x");
    CHECK_FALSE(has(address.out, "hunter2"));
    CHECK(Json::parse(address.out)["database"]["from"] == "CHIPLEDGER_DATABASE");
}

TEST_CASE("each role has its own connection string", "[config]")
{
    const Settings settings{"database = \"host=/a\"\ndatabase-owner = \"host=/b\"\n"};
    CHECK(has(settings.run("migrate").err, "/b/"));
    CHECK(has(settings.run("checkpoint").err, "/a/"));
    // A folder that is typed has its own.
    CHECK(has(settings.run("checkpoint --data /nowhere").err, "/nowhere/conninfo"));
}

TEST_CASE("what is printed is a file that says the same", "[config]")
{
    const Settings first{"port = 1\norigin = \"a.example/\\\"x\\\"\"\nstatements = true\n"};
    const Settings second{first.run("serve --print-config").out};
    Json before = first.effective();
    Json after = second.effective();
    for (Json* each : {&before, &after})
        for (Json& value : *each) value.erase("from");
    CHECK(before == after);
}

TEST_CASE("deploy/chipledger.toml has every key, with its default", "[config]")
{
    const std::string text = text_of(CHIPLEDGER_SOURCE_DIR "/deploy/chipledger.toml");
    const Settings nothing;
    const Json known = nothing.effective();
    static const std::regex line{R"(\n#([a-z-]+) = ([^\n]+))"};
    std::map<std::string, std::string> documented;
    for (std::sregex_iterator at{text.begin(), text.end(), line}, end; at != end; ++at)
        documented.emplace((*at)[1].str(), (*at)[2].str());

    for (const auto& [key, told] : known.items()) {
        INFO(key);
        REQUIRE(documented.count(key) == 1);
        // Those of the installed program are where the package puts things.
        if (key != "data" && key != "share") CHECK(documented[key] == told["value"].dump());
        documented.erase(key);
    }
    CHECK(documented.size() == 2);
    CHECK(documented.count("database-owner") == 1);
    CHECK(documented.count("database-signer") == 1);

    // With every # before a key taken away it is read.
    const Settings all{std::regex_replace(text, line, "\n$1 = $2")};
    CHECK(all.effective()["check-rest"]["from"].get<std::string>().starts_with(all.file()));
}

}  // namespace chipledger
