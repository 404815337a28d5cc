#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/evidence.hpp"
#include "codec/event_json.hpp"
#include "ledger/entry.hpp"
#include "ledger/history.hpp"
#include "proof/receipt.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;
using Seconds = std::chrono::duration<double>;
using Clock = std::chrono::steady_clock;

struct BenchOptions {
    Place place{};
    std::string bundle{};
};

/// What each step took of a whole log.
struct Taken {
    std::int64_t entries = 0;
    Seconds read{}, hash{}, decode{}, fold{};
};

template <class Step>
void timed(Seconds& sum, Step step)
{
    const Clock::time_point begin = Clock::now();
    step();
    sum += Clock::now() - begin;
}

// Twice through the log: once for each entry by itself, once as a start without a snapshot folds it.
Result<Taken> measure(const LogEvidence& evidence)
{
    const Position upto{static_cast<std::int64_t>(evidence.size)};
    Taken taken;
    Seconds all{};
    Result<void> walked;
    timed(all, [&] {
        walked = evidence.entries({}, upto, [&](StoredEntry&& entry) {
            ++taken.entries;
            timed(taken.hash, [&] { leaf_hash(log_entry(entry.salt, entry.bytes)); });
            timed(taken.decode, [&] { ensure(bool(decode(entry.bytes)), "an entry can be read"); });
        });
    });
    if (!walked) return walked.error();
    taken.read = all - taken.hash - taken.decode;
    Result<State> folded = Refusal{};
    timed(taken.fold, [&] { folded = fold(decoded(evidence.entries), upto); });
    if (!folded) return folded.error();
    return taken;
}

int run(const BenchOptions& options)
{
    const Result<LogEvidence> evidence = options.bundle.empty()
                                             ? evidence_in_database(options.place)
                                             : evidence_in_bundle(options.bundle);
    if (!evidence) return complain(evidence.error());
    const Result<Taken> taken = measure(*evidence);
    if (!taken) return complain(taken.error());
    const std::pair<const char*, Seconds> steps[]{{"read", taken->read},
                                                  {"hash", taken->hash},
                                                  {"decode", taken->decode},
                                                  {"fold", taken->fold}};
    Json body{{"entries", taken->entries}};
    if (!options.place.json) fmt::print("{} entries\n", taken->entries);
    for (const auto& [name, seconds] : steps) {
        const double rate = static_cast<double>(taken->entries) / std::max(seconds.count(), 1e-9);
        body[name] = {{"seconds", seconds.count()}, {"entries_per_second", std::floor(rate)}};
        if (!options.place.json)
            fmt::print("{:<8} {:>9.3f} s {:>11.0f} entries/s\n", name, seconds.count(), rate);
    }
    if (options.place.json) fmt::print("{}\n", body.dump());
    return exit_ok;
}

}  // namespace

void add_bench(CLI::App& app, int& exit_code)
{
    auto* command = app.add_subcommand(
        "bench", "how fast this machine reads, hashes, decodes and folds a log; changes nothing");
    auto options = std::make_shared<BenchOptions>();
    options->place.add_to(*command);
    command->add_option("--bundle", options->bundle, "a folder that chipledger export made");
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace chipledger
