// serve with --oidc-…, and an issuer that is not ours: jose signs, node serves its keys.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "fault/process.hpp"
#include "http/service.hpp"
#include "store/token.hpp"
#include "support/cluster.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

/// tests/oidc/issuer.mjs: a wish a line, an answer a line.
class Issuer {
public:
    Issuer()
    {
        std::array<int, 2> in{}, out{};
        REQUIRE(::pipe2(in.data(), O_CLOEXEC) == 0);
        REQUIRE(::pipe2(out.data(), O_CLOEXEC) == 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(in[0], STDIN_FILENO);
            ::dup2(out[1], STDOUT_FILENO);
            ::execlp("node", "node", CHIPLEDGER_SOURCE_DIR "/tests/oidc/issuer.mjs", nullptr);
            ::_exit(127);
        }
        ::close(in[0]);
        ::close(out[1]);
        wishes_ = ::fdopen(in[1], "w");
        answers_ = ::fdopen(out[0], "r");
        keys = line();
        INFO("the issuer needs node and node_modules: script/setup");
        REQUIRE(keys.starts_with("http://127.0.0.1:"));
    }
    ~Issuer()
    {
        std::fclose(wishes_);
        std::fclose(answers_);
        ::waitpid(pid_, nullptr, 0);
    }
    Issuer(const Issuer&) = delete;

    std::string ask(const Json& wish)
    {
        std::fputs((wish.dump() + '\n').c_str(), wishes_);
        std::fflush(wishes_);
        return line();
    }
    /// How often the key set has been read.
    int rotate() { return std::stoi(ask({{"do", "rotate"}})); }
    int asked() { return std::stoi(ask({{"do", "count"}})); }

    std::string keys{};

private:
    std::string line()
    {
        std::string text;
        for (int c; (c = std::fgetc(answers_)) != EOF && c != '\n';) text += static_cast<char>(c);
        return text;
    }
    pid_t pid_ = -1;
    FILE* wishes_ = nullptr;
    FILE* answers_ = nullptr;
};

/// A server that believes the issuer.
class Served {
public:
    explicit Served(std::vector<std::string> more = {})
    {
        std::filesystem::create_directory(folder);
        std::vector<std::string> flags{"--oidc-issuer", "https://login.example.org",
                                       "--oidc-audience", "chipledger", "--oidc-jwks", issuer.keys,
                                       "--oidc-jwks-plain"};
        if (more.empty()) more = {"--oidc-pause", "1"};
        for (const char* role : {"book=regulator", "dock=customs", "import=firm"})
            flags.insert(flags.end(), {"--oidc-role", role});
        flags.insert(flags.end(), more.begin(), more.end());
        server = std::make_unique<ServerProcess>(folder, conninfo, flags, folder + "/lines");
    }

    /// A token as the issuer would give it, with changes.
    std::string token(const Json& changes = Json::object(), const std::string& key = "rs",
                      const Json& wish = Json::object())
    {
        const std::int64_t now = std::time(nullptr);
        Json claims{{"iss", "https://login.example.org"}, {"aud", "chipledger"}, {"sub", "li.wei"},
                    {"exp", now + 300}, {"iat", now}, {"roles", {"book"}}};
        if (!changes.is_null()) claims.merge_patch(changes);
        Json all{{"key", key}, {"claims", claims}};
        all.merge_patch(wish);
        return issuer.ask(all);
    }
    Reply session(const std::string& bearer)
    {
        return Client{server->port(), bearer}.get("/v1/session");
    }

    TestCluster& cluster = TestCluster::shared();
    std::string conninfo = cluster.runtime_conninfo(cluster.migrated_database("oidc"));
    std::string folder = cluster.folder() + "/data-of-" + conninfo.substr(conninfo.rfind('=') + 1);
    Issuer issuer{};
    std::unique_ptr<ServerProcess> server{};
};

}  // namespace

TEST_CASE("tokens of jose come in beside the ledger's own, and the log says who", "[oidc]")
{
    Served served;
    for (const char* key : {"rs", "es"}) {
        const Reply reply = served.session(served.token(Json::object(), key));
        INFO(reply.body);
        REQUIRE(reply.status == 200);
        CHECK(reply.json() ==
              Json{{"principal", "oidc/li.wei"}, {"role", "regulator"}, {"firm", nullptr}});
    }
    Client regulator{served.server->port(), served.token()};
    REQUIRE(regulator.record("FirmRegistered", R"({"firm":"F-A","name":"A","tier":"T1"})").status ==
            201);
    CHECK(regulator.read("/v1/events/2")["actor"] ==
          Json{{"principal", "oidc/li.wei"}, {"role", "regulator"}, {"firm", nullptr}});
    CHECK(regulator.read("/v1/events?actor=oidc%2Fli.wei")["data"].size() == 1);

    TokenStore tokens{served.conninfo, pepper_at(served.folder + "/pepper").value()};
    const std::string own = tokens.mint({"li.wei", Role::auditor, {}, {}}).value().token;
    CHECK(served.session(own).json()["principal"] == "li.wei");
    // Nobody borrows the name.
    CHECK_FALSE(tokens.mint({"oidc/li.wei", Role::auditor, {}, {}}).has_value());

    Client firm{served.server->port(),
                served.token({{"sub", "f"}, {"roles", "import"}, {"firm", "F-A"}})};
    CHECK(firm.get("/v1/firms/F-A").status == 200);
    CHECK(firm.get("/v1/firms/F-B").status == 404);
    CHECK(firm.record("FirmRegistered", R"({"firm":"F-B","name":"B","tier":"T1"})").status == 403);
}

TEST_CASE("the page's cookie may hold a token of the issuer", "[oidc]")
{
    Served served;
    Client nobody{served.server->port(), ""};
    const Reply begun = nobody.post("/v1/session", Json{{"token", served.token()}}.dump());
    REQUIRE(begun.status == 200);
    const std::string cookie = begun.header("set-cookie");
    const Reply reply = nobody.get("/v1/session",
                                   "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n");
    CHECK(reply.status == 200);
    const std::string big = served.token({{"more", std::string(3000, 'x')}});
    CHECK(nobody.post("/v1/session", Json{{"token", big}}.dump()).status == 413);
    CHECK(served.session(big).status == 200);  // As a header it may.
}

TEST_CASE("whatever is not quite such a token is refused", "[oidc]")
{
    Served served;
    const std::int64_t now = std::time(nullptr);
    CHECK(served.session(served.token()).status == 200);
    const auto status = [&](const Json& changes, const Json& wish = Json::object()) {
        const Reply reply = served.session(served.token(changes, "rs", wish));
        CHECK(reply.header("content-type") == "application/problem+json");
        return reply.status;
    };
    for (const char* how : {"none", "secret", "stranger"})
        CHECK(status({}, {{"how", how}}) == 401);
    CHECK(status({{"exp", now - 100}}) == 401);
    CHECK(status({{"exp", nullptr}}) == 401);
    CHECK(status({{"nbf", now + 1000}}) == 401);
    CHECK(status({{"iat", now + 1000}}) == 401);
    CHECK(status({{"iss", "https://evil.example"}}) == 401);
    CHECK(status({{"aud", "other"}}) == 401);
    CHECK(status({{"sub", "a/b"}}) == 401);
    CHECK(status({{"roles", "visitor"}}) == 403);
    CHECK(status({{"roles", {"book", "dock"}}}) == 403);
    CHECK(status({{"more", std::string(8000, 'x')}}) == 401);
    const int before = served.issuer.asked();
    CHECK(status({}, {{"header", {{"jku", served.issuer.keys}}}}) == 401);
    CHECK(status({}, {{"header", {{"typ", "logout+jwt"}}}}) == 401);
    CHECK(served.issuer.asked() == before);
    std::ifstream lines{served.folder + "/lines"};
    const std::string text{std::istreambuf_iterator<char>{lines}, {}};
    CHECK(text.find("eyJ") == text.npos);  // No token in the log lines.
}

TEST_CASE("new keys are asked for, and not more often than the pause", "[oidc]")
{
    Served served{{"--oidc-pause", "3600"}};
    CHECK(served.issuer.asked() == 0);
    CHECK(served.session(served.token()).status == 200);
    CHECK(served.session(served.token({{"sub", "wang"}})).status == 200);
    CHECK(served.issuer.asked() == 1);
    const int before = served.issuer.rotate();
    for (int i = 0; i < 20; ++i)
        CHECK(served.session(served.token({}, "rs", {{"header", {{"kid", std::to_string(i)}}}}))
                  .status == 401);
    CHECK(served.issuer.asked() == before);
}

TEST_CASE("a changed key comes in after the pause, and the old one no more", "[oidc]")
{
    Served served;
    const std::string old = served.token();
    CHECK(served.session(old).status == 200);
    served.issuer.rotate();
    const std::string next = served.token();
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    int status = 0;
    while (status != 200 && std::chrono::steady_clock::now() < until)
        status = served.session(next).status;
    CHECK(status == 200);
    // Believed for a second at most, then judged by the new set.
    while (status != 401 && std::chrono::steady_clock::now() < until)
        status = served.session(old).status;
    CHECK(status == 401);
}

TEST_CASE("without its keys the issuer's tokens wait, and the ledger's own do not", "[oidc]")
{
    Served served;
    served.issuer.ask({{"do", "fail"}});
    const Reply reply = served.session(served.token());
    CHECK(reply.status == 503);
    CHECK(reply.json()["code"] == "store-unavailable");
    TokenStore tokens{served.conninfo, pepper_at(served.folder + "/pepper").value()};
    const std::string own = tokens.mint({"chen", Role::auditor, {}, {}}).value().token;
    CHECK(served.session(own).status == 200);
}

}  // namespace chipledger
