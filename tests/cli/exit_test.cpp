// What a command ends with when it was not said well (DESIGN §9); no database is near.
#include "catch.hpp"
#include "support/command.hpp"

namespace chipledger {

namespace {

const std::string program = std::string{"CHIPLEDGER_CONFIG=/dev/null "} + CHIPLEDGER_BINARY;

}  // namespace

TEST_CASE("what is not said well is usage, and nothing is broken", "[exit]")
{
    for (const char* arguments :
         {"", "no-such-command", "serve --port x", "token mint --role nobody",
          "token mint --role regulator --expires soon", "replay --until soon", "replay --until -1",
          "verify --bundle /nonexistent", "verify --url http://127.0.0.1:1", "export",
          "bench --bundle"})
        CHECK(shell(program + ' ' + arguments).code == 2);
}

TEST_CASE("what does not answer is unreachable", "[exit]")
{
    const std::string nowhere = " --database 'host=/nonexistent dbname=x'";
    for (const char* command : {"migrate", "replay", "checkpoint", "bench", "export /nonexistent/x"})
        CHECK(shell(program + ' ' + command + nowhere).code == 3);
}

TEST_CASE("every command of DESIGN §9 is there", "[exit]")
{
    for (const char* command : {"serve", "migrate", "verify", "replay", "export", "import", "token",
                                "checkpoint", "bench"})
        CHECK(shell(program + ' ' + command + " --help").code == 0);
    CHECK(shell(program + " bench --help").said.find("--json") != std::string::npos);
}

}  // namespace chipledger
