#include <fmt/format.h>

#include <csignal>
#include <ctime>
#include <nlohmann/json.hpp>
#include <regex>

#include "cli/command.hpp"
#include "cli/jetstream.hpp"
#include "store/event_store.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t piece = 2'000;  ///< Entries that are read from the store at once.
constexpr std::chrono::milliseconds poll{100};
constexpr std::chrono::milliseconds backoff_first{200}, backoff_max{10'000};

struct RelayOptions {
    Place place{};
    StreamSettings stream{};
    bool once = false;
};

/// SIGTERM and SIGINT, blocked so that they arrive while it waits and never in between.
class Stop {
public:
    Stop()
    {
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGTERM);
        sigaddset(&signals_, SIGINT);
        pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    }
    /// True when it is time to end; waits for that at most so long.
    bool within(std::chrono::milliseconds time)
    {
        const timespec at_most{time.count() / 1000, time.count() % 1000 * 1'000'000};
        told_ = told_ || sigtimedwait(&signals_, nullptr, &at_most) > 0;
        return told_;
    }

private:
    sigset_t signals_{};
    bool told_ = false;
};

std::string type_of(const std::string& bytes)
{
    const Json entry = Json::parse(bytes, nullptr, false);
    const auto type = entry.is_object() ? entry.find("type") : entry.end();
    ensure(type != entry.end() && type->is_string(), "every entry has a type");
    return type->get<std::string>();
}

class Relay {
public:
    explicit Relay(const RelayOptions& options, std::string database)
        : options_{options}, store_{std::move(database)}
    {
    }

    int run()
    {
        std::chrono::milliseconds backoff = backoff_first;
        while (true) {
            const std::int64_t before = relayed_;
            const Result<void> ended = session();
            if (ended) return exit_ok;
            const Refusal& why = ended.error();
            if (options_.once || kind_of(why.code).status != 503) return complain(why);
            complain(why);
            if (relayed_ > before) backoff = backoff_first;
            if (stop_.within(backoff)) return exit_ok;
            backoff = std::min(2 * backoff, backoff_max);
        }
    }

private:
    // From where the stream ends to the end of the log, and on; until it is told to stop.
    Result<void> session()
    {
        const Result<std::unique_ptr<JetStream>> stream = JetStream::open(options_.stream);
        if (!stream) return stream.error();
        if (auto same = same_log((*stream)->last()); !same) return same;
        Position at = (*stream)->last().position;
        report("connected", at);
        while (true) {
            const Result<Head> head = store_.head();
            if (!head) return head.error();
            while (at < head->size && !stop_.within({})) {
                const Position upto{std::min(at.number + piece, head->size.number)};
                if (auto done = send(**stream, at, upto); !done) return done;
                at = upto;
                relayed_ = at.number;
                report("relayed", at);
            }
            if (options_.once || stop_.within(poll)) return {};
        }
    }

    // A stream of another ledger, or of one that lost its end, is not continued.
    Result<void> same_log(const LastMessage& last)
    {
        if (last.position.number == 0) return {};
        std::string bytes;
        auto read = store_.read({last.position},
                                [&](StoredEntry&& entry) { bytes = std::move(entry.bytes); });
        if (!read) return read;
        if (bytes == last.bytes) return {};
        return Refusal{.code = Code::bad_state,
                       .detail = "The last message of the stream is not entry " +
                                 std::to_string(last.position.number) + " of this ledger."};
    }

    Result<void> send(JetStream& stream, Position after, Position upto)
    {
        Result<void> sent;
        auto read = store_.read(after, upto, [&](StoredEntry&& entry) {
            if (sent) sent = stream.append(entry.position, type_of(entry.bytes), entry.bytes);
        });
        if (!sent) return sent;
        if (!read) return read;
        return stream.finish();
    }

    void report(const char* what, Position at) const
    {
        if (options_.place.json)
            fmt::print("{}\n", Json{{"event", what}, {"position", at.number}}.dump());
        else
            fmt::print("{} {}\n", what, at.number);
        std::fflush(stdout);
    }

    const RelayOptions& options_;
    Stop stop_{};  // Before the client's threads are: they inherit what is blocked.
    EventStore store_;
    std::int64_t relayed_ = 0;
};

int run(const RelayOptions& options)
{
    const Result<std::string> database = options.place.runtime();
    if (!database) return complain(database.error());
    return Relay{options, *database}.run();
}

CLI::Validator matching(const char* expression, const char* what)
{
    return {[pattern = std::regex{expression}, what](std::string& text) {
                return std::regex_match(text, pattern) ? std::string{} : std::string{what};
            },
            ""};
}

}  // namespace

void add_relay(CLI::App& app, int& exit_code)
{
    auto* relay = app.add_subcommand("relay", "send every entry on, in order and once");
    relay->require_subcommand(1);
    auto* command = relay->add_subcommand("nats", "to a stream of NATS JetStream");
    auto options = std::make_shared<RelayOptions>();
    StreamSettings& stream = options->stream;
    options->place.add_to(*command);
    command->add_option("--url", stream.url, "nats://HOST:PORT or tls://…")->capture_default_str();
    command->add_option("--stream", stream.stream, "name of the stream")
        ->check(matching("[A-Za-z0-9_-]{1,64}", "is 1 to 64 of A-Z a-z 0-9 _ -"))
        ->capture_default_str();
    command->add_option("--prefix", stream.prefix, "subjects are PREFIX.TYPE, as in x.FirmAmended")
        ->check(matching(R"([A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,3})",
                         "is words of A-Z a-z 0-9 _ - with dots between"))
        ->capture_default_str();
    command->add_option("--credentials", stream.credentials, "credentials file of a NATS user");
    command->add_option("--ca", stream.ca_file, "PEM to trust; asks for TLS");
    command->add_flag("--create-stream", stream.create, "make the stream where there is none");
    command->add_option("--replicas", stream.replicas, "of a stream that is made")
        ->check(CLI::Range(1, 5))
        ->capture_default_str();
    command->add_option("--window", stream.window, "messages in flight without acknowledgement")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    command->add_flag("--once", options->once, "end at the end of the log; do not try again");
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace chipledger
