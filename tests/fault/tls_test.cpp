// The server over TLS, as an operator starts it.
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "http/client.hpp"
#include "process.hpp"
#include "store/token.hpp"
#include "store/token_store.hpp"
#include "support/cluster.hpp"

namespace chipledger {

namespace {

namespace files = std::filesystem;

struct Premises {
    Premises()
    {
        files::create_directory(folder);
        TokenStore tokens{conninfo, pepper_at(folder + "/pepper").value()};
        token = tokens.mint({"regulator", Role::regulator, {}, {}}).value().token;
        make("first");
        make("second");
        use("first");
    }
    void make(const std::string& name) const
    {
        const std::string command =
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
            " -addext subjectAltName=DNS:localhost -keyout " + folder + "/" + name +
            ".key -out " + folder + "/" + name + ".pem 2>/dev/null";
        REQUIRE(std::system(command.c_str()) == 0);
    }
    void use(const std::string& name) const
    {
        for (const char* part : {".key", ".pem"})
            files::copy_file(folder + "/" + name + part, folder + "/tls" + part,
                             files::copy_options::overwrite_existing);
    }
    Result<Fetched> ask(const ServerProcess& server, const std::string& trusted,
                        const std::string& scheme = "https") const
    {
        return fetch({.url = scheme + "://localhost:" + std::to_string(server.port()) + "/v1/firms",
                      .headers = {{"Authorization", "Bearer " + token}},
                      .ca_file = folder + "/" + trusted + ".pem"});
    }
    TestCluster& cluster = TestCluster::shared();
    std::string conninfo = cluster.runtime_conninfo(cluster.migrated_database("tls"));
    std::string folder = cluster.folder() + "/tls-of-" + conninfo.substr(conninfo.rfind('=') + 1);
    std::string token{};
};

std::string header(const Fetched& fetched, const std::string& wanted)
{
    for (const auto& [name, value] : fetched.headers)
        if (name == wanted) return value;
    return {};
}

bool openssl_connects(unsigned short port, const std::string& version)
{
    return std::system(("openssl s_client " + version +
                        " -cipher ALL:@SECLEVEL=0 -connect 127.0.0.1:" + std::to_string(port) +
                        " </dev/null >/dev/null 2>&1")
                           .c_str()) == 0;
}

}  // namespace

TEST_CASE("over TLS, with a certificate that is read anew on SIGHUP", "[tls]")
{
    const Premises premises;
    ServerProcess server{premises.folder, premises.conninfo,
                         {"--tls-certificate", premises.folder + "/tls.pem", "--tls-key",
                          premises.folder + "/tls.key"}};
    const Result<Fetched> first = premises.ask(server, "first");
    REQUIRE(bool(first));
    CHECK(first->status == 200);
    CHECK(header(*first, "strict-transport-security") == "max-age=31536000");
    CHECK_FALSE(bool(premises.ask(server, "second")));
    CHECK_FALSE(bool(premises.ask(server, "first", "http")));
    CHECK(openssl_connects(server.port(), "-tls1_3"));
    CHECK(openssl_connects(server.port(), "-tls1_2"));
    CHECK_FALSE(openssl_connects(server.port(), "-tls1_1"));

    premises.use("second");
    server.signal(SIGHUP);
    Result<Fetched> second = premises.ask(server, "second");
    for (int i = 0; i < 200 && !second; ++i) second = premises.ask(server, "second");
    REQUIRE(bool(second));
    CHECK_FALSE(bool(premises.ask(server, "first")));

    std::ofstream{premises.folder + "/tls.pem"} << "nonsense";
    server.signal(SIGHUP);
    for (int i = 0; i < 20; ++i) CHECK(bool(premises.ask(server, "second")));
    server.signal(SIGTERM);
    CHECK(server.wait() == 0);
}

TEST_CASE("a certificate that is none is refused at the start", "[tls]")
{
    const Premises premises;
    std::ofstream{premises.folder + "/tls.pem"} << "nonsense";
    CHECK_THROWS(ServerProcess(premises.folder, premises.conninfo,
                               {"--tls-certificate", premises.folder + "/tls.pem", "--tls-key",
                                premises.folder + "/tls.key"}));
}

}  // namespace chipledger
