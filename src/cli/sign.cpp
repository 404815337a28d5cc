#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "cli/command.hpp"
#include "http/witness.hpp"
#include "ledger/durable_file.hpp"
#include "ledger/entry.hpp"
#include "ledger/signing.hpp"

namespace chipledger {

namespace {

std::atomic<bool> told_to_stop{false};

Result<std::string> origin_in(const std::string& database)
{
    EventStore store{database};
    State state;
    const auto take = [&](Event&& first) -> Result<void> {
        apply(state, first);
        return {};
    };
    if (auto read = entries_of(store).range({}, {1}, take); !read) return read.error();
    if (state.position == Position{1}) return checkpoint_origin(state);
    return Refusal{.code = Code::bad_state, .detail = "The ledger is empty. Start serve first."};
}

int sign_until_stopped(Signing& signing, std::chrono::milliseconds pause, bool once)
{
    while (!told_to_stop) {
        const bool good = signing.step();
        if (once) return good ? exit_ok : exit_unreachable;
        if (!good) spdlog::warn("the store is away");
        std::this_thread::sleep_for(pause);
    }
    return exit_ok;
}

int run(const Place& place, const std::string& folder, bool once)
{
    spdlog::set_default_logger(spdlog::stderr_logger_mt("chipledger"));
    const Result<std::string> conninfo = place.signer();
    if (!conninfo) return complain(conninfo.error());
    const Result<std::string> origin = origin_in(*conninfo);
    if (!origin) return complain(origin.error());
    std::signal(SIGTERM, [](int) { told_to_stop = true; });
    std::signal(SIGINT, [](int) { told_to_stop = true; });
    Log log;
    SigningOptions options;
    options.database = *conninfo;
    options.folder = folder.empty() ? place.log_folder() : folder;
    options.origin = *origin;
    options.alone = true;
    try {
        if (const auto policy = read_file(place.witnesses()))
            options.cosign = cosign_by(parse_policy(*policy), log);
        Signing signing{options, log};
        replace_file(place.verifier_key(), log.keys(), 0644);
        fmt::print("signing {}\n", *origin);
        std::fflush(stdout);
        return sign_until_stopped(signing, options.pause, once);
    } catch (const Alarm& alarm) {
        spdlog::critical("INTEGRITY: {}", alarm.what());
        return exit_broken;
    } catch (const std::exception& failed) {
        return complain({.code = Code::bad_state, .detail = failed.what()});
    }
}

}  // namespace

void add_sign(CLI::App& app, int& exit_code)
{
    auto* command = app.add_subcommand(
        "sign", "sign heads of the log in a process of its own; serve --sign-elsewhere shows them");
    auto place = std::make_shared<Place>();
    auto folder = std::make_shared<std::string>();
    auto once = std::make_shared<bool>(false);
    place->add_to(*command, "database-signer");
    command->add_option("--log-folder", *folder, "keys and state; default: log in the data folder");
    command->add_flag("--once", *once, "sign what is there, and end");
    command->callback([=, &exit_code] { exit_code = run(*place, *folder, *once); });
}

}  // namespace chipledger
