// chipledger relay nats, beside Debian's nats-server; what arrived is read by NATS's own client.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <random>
#include <sstream>
#include <thread>

#include "catch.hpp"
#include "nats_server.hpp"
#include "proof/base64.hpp"
#include "store/event_store.hpp"
#include "store/sample.hpp"
#include "support/command.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;
using store_test::Database;

/// Entries of about 300 bytes, from the end of the log on.
void grow(const Database& database, int count)
{
    static const std::array types{"ShipmentArrived", "ShipmentCleared", "FirmAmended"};
    EventStore store{database.runtime()};
    Head head = store.take_over().value();
    for (int done = 0; done < count;) {
        std::vector<EventRow> rows;
        for (; rows.size() < 1000 && done < count; ++done) {
            const int position = static_cast<int>(head.size.number + std::ssize(rows)) + 1;
            EventRow row = store_test::row(position);
            row.type = types[static_cast<std::size_t>(position % 3)];
            row.bytes = Json{{"position", position}, {"type", row.type},
                             {"reason", "货物" + std::string(position % 500, 'x')}}.dump();
            rows.push_back(std::move(row));
        }
        head = store.append(head, rows, {}).value();
    }
}

/// The log as read_stream.mjs would print it.
std::string log_of(const Database& database)
{
    EventStore store{database.runtime()};
    std::ostringstream lines;
    const Position size = store.head()->size;
    const auto read = store.read({}, size, [&](StoredEntry&& entry) {
        const std::int64_t n = entry.position.number;
        const auto type = Json::parse(entry.bytes)["type"].get<std::string>();
        lines << n << ' ' << n << " chipledger." << type << ' ' << to_hex(entry.bytes) << '\n';
    });
    REQUIRE(read.has_value());
    return lines.str();
}

std::string stream_of(const NatsServer& nats)
{
    const Ran read = shell("node " CHIPLEDGER_SOURCE_DIR "/tests/nats/read_stream.mjs " +
                         nats.url() + " CHIPLEDGER");
    INFO("node and node_modules: script/setup\n" << read.said.substr(0, 2000));
    REQUIRE(read.code == 0);
    return read.said;
}

std::vector<std::string> words(const Database& database, const NatsServer& nats,
                               std::vector<std::string> more = {"--create-stream"})
{
    std::vector<std::string> all{CHIPLEDGER_BINARY, "relay", "nats",  "--json", "--database",
                                 database.runtime(), "--url", nats.url()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

Ran once(const Database& database, const NatsServer& nats, std::vector<std::string> more = {})
{
    std::string line;
    more.push_back("--once");
    for (const std::string& word : words(database, nats, more)) line += '\'' + word + "' ";
    return shell(line);
}

/// A relay whose lines on stdout are read here.
class RelayProcess {
public:
    explicit RelayProcess(std::vector<std::string> arguments)
    {
        std::vector<char*> all;
        for (std::string& word : arguments) all.push_back(word.data());
        all.push_back(nullptr);
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(ends[1], STDOUT_FILENO);
            ::execv(all[0], all.data());
            ::_exit(127);
        }
        ::close(ends[1]);
        lines_ = ::fdopen(ends[0], "r");
    }
    ~RelayProcess()
    {
        if (pid_ > 0) end(SIGKILL);
        std::fclose(lines_);
    }
    RelayProcess(const RelayProcess&) = delete;

    /// The next position that it reports; -1 at its end.
    std::int64_t next()
    {
        std::string text;
        for (int c; (c = std::fgetc(lines_)) != EOF && c != '\n';) text += static_cast<char>(c);
        const Json line = Json::parse(text, nullptr, false);
        return line.is_object() ? line["position"].get<std::int64_t>() : -1;
    }
    void until(std::int64_t position)
    {
        std::int64_t at = 0;
        while (at >= 0 && at < position) at = next();
        REQUIRE(at >= position);
    }
    int end(int signal)
    {
        ::kill(pid_, signal);
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

private:
    pid_t pid_ = -1;
    FILE* lines_ = nullptr;
};

std::string folder()
{
    static int number = 0;
    return TestCluster::shared().folder() + "/nats-" + std::to_string(++number);
}

}  // namespace

TEST_CASE("a relay that is killed at random leaves the log in the stream, in order, once",
          "[nats]")
{
    constexpr int entries = 12'000;
    const Database database;
    grow(database, entries / 2);
    NatsServer nats{folder()};
    const unsigned seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random{seed};
    const auto some = [&](int most) {
        return std::chrono::microseconds{std::uniform_int_distribution{0, most}(random)};
    };
    for (int killed = 0; killed < 10; ++killed) {
        RelayProcess relay{words(database, nats, {"--create-stream", "--window", "64"})};
        relay.next();  // Connected; somewhere in its first thousands it is killed.
        std::this_thread::sleep_for(some(60'000));
        if (killed == 5) nats.stop();
        CHECK(relay.end(SIGKILL) == -SIGKILL);
        if (killed == 5) nats.start();
        if (killed == 7) grow(database, entries / 4);
    }
    RelayProcess relay{words(database, nats)};
    relay.until(entries * 3 / 4);
    nats.stop();
    grow(database, entries / 4);
    nats.start();  // The relay that lives finds it again, and what has come meanwhile.
    relay.until(entries);
    CHECK(relay.end(SIGTERM) == 0);
    const std::string log = log_of(database);
    REQUIRE(std::ranges::count(log, '\n') == entries);
    CHECK((stream_of(nats) == log));  // In brackets: nobody wants to read both.
}

TEST_CASE("two relays at once do each other no harm", "[nats]")
{
    const Database database;
    grow(database, 3'000);
    NatsServer nats{folder()};
    REQUIRE(once(database, nats, {"--create-stream"}).code == 0);
    RelayProcess one{words(database, nats)}, other{words(database, nats)};
    one.until(3'000);
    other.until(3'000);
    grow(database, 3'000);
    one.until(6'000);
    other.until(6'000);
    CHECK((stream_of(nats) == log_of(database)));
}

TEST_CASE("a stream that cannot be continued is refused, with the reason", "[nats]")
{
    const Database database;
    grow(database, 10);
    NatsServer nats{folder()};
    const Ran missing = once(database, nats);
    INFO(missing.said);
    CHECK(missing.code == 1);
    CHECK(missing.said.find("Give --create-stream") != std::string::npos);
    CHECK(once(database, nats, {"--create-stream"}).code == 0);
    CHECK(once(database, nats, {"--create-stream"}).code == 0);  // Nothing new, nothing done.
    CHECK((stream_of(nats) == log_of(database)));

    const Database other;
    grow(other, 5);
    const Ran ahead = once(other, nats);
    INFO(ahead.said);
    CHECK(ahead.code == 1);
    CHECK(ahead.said.find("is not entry 10 of this ledger") != std::string::npos);
    nats.stop();
    const Ran away = once(database, nats);
    INFO(away.said);
    CHECK(away.code == 3);
    CHECK(once(database, nats, {"--prefix", "a b"}).code == 2);
    CHECK(once(database, nats, {"--window", "0"}).code == 2);
}

}  // namespace chipledger
