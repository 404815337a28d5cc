#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/demo_story.hpp"

namespace chipledger {

namespace {

int run(const Place& place, std::uint64_t seed)
{
    const Result<std::string> conninfo = place.runtime();
    if (!conninfo) return complain(conninfo.error());
    LedgerOptions options;
    options.database = *conninfo;
    options.clock = ClockMode::simulated;
    options.simulated_start = demo_start();
    options.origin = "chipledger-demo";
    Result<std::unique_ptr<Ledger>> ledger = Ledger::open(options);
    if (!ledger) return complain(ledger.error());
    if ((*ledger)->head()->position > Position{1})
        return complain({.code = Code::bad_state,
                         .detail = "This ledger has entries already. The demo needs a new one."});
    const Result<DemoReport> report = DemoStory{**ledger, seed}.play();
    (*ledger)->stop();
    if (!report) return complain(report.error());
    fmt::print("the demo recorded {} entries; the rulebook turned down:\n", report->entries);
    for (const auto& [code, count] : report->refused)
        fmt::print("  {:>4}  {}\n", count, kind_of(code).slug);
    return exit_ok;
}

}  // namespace

void add_demo(CLI::App& app, int& exit_code)
{
    auto* command =
        app.add_subcommand("demo", "play 120 days of a fictional supply into an empty ledger");
    auto place = std::make_shared<Place>();
    auto seed = std::make_shared<std::uint64_t>(1);
    place->add_to(*command);
    command->add_option("--seed", *seed, "the same seed tells the same story")
        ->capture_default_str();
    command->callback([=, &exit_code] { exit_code = run(*place, *seed); });
}

}  // namespace chipledger
