// Grows a ledger of N entries for the benches: through the real ledger, in this process.
#include <fmt/format.h>

#include "cli/command.hpp"
#include "grow/seasons.hpp"
#include "ledger/entry.hpp"
#include "ledger/signing.hpp"

namespace chipledger::grow
{

namespace
{

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

template <class Kind>
std::int64_t counted(const Kind& things)
{
    return std::distance(things.begin(), things.end());
}

void wait_until_signed(Log& log)
{
    while (log.alarm().empty() && (!log.published() || log.published()->size < log.size()))
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    ensure(log.alarm().empty(), "the signer goes along");
}

int run(const Place& place, const GrowOptions& options, double seconds_max)
{
    const Result<std::string> conninfo = place.runtime();
    if (!conninfo) return complain(conninfo.error());
    LedgerOptions opening;
    opening.database = *conninfo;
    opening.clock = ClockMode::simulated;
    opening.simulated_start = seasons_start();
    opening.origin = "chipledger-bench";
    Result<std::unique_ptr<Ledger>> ledger = Ledger::open(opening);
    if (!ledger) return complain(ledger.error());
    if ((*ledger)->head()->position > Position{1})
        return complain({.code = Code::bad_state, .detail = "This ledger has grown already."});
    Signing signing{{.database = *conninfo,
                     .folder = place.log_folder(),
                     .origin = checkpoint_origin(*(*ledger)->head())},
                    (*ledger)->log()};
    const auto begin = Clock::now();
    auto told = begin;
    Seasons seasons{**ledger, options};
    seasons.play([&](std::int64_t position) {
        const double spent = seconds_since(begin);
        if (seconds_since(told) >= 5) {
            told = Clock::now();
            fmt::print(stderr, "  {:>9} of {} entries, {:.0f} a second\n", position,
                       options.entries, static_cast<double>(position) / spent);
        }
        return seconds_max <= 0 || spent < seconds_max;
    });
    const double seconds = seconds_since(begin);
    wait_until_signed((*ledger)->log());
    const auto head = (*ledger)->head();
    signing.stop();
    (*ledger)->stop();
    fmt::print(
        "entries={} seconds={:.1f} rate={:.0f} firms={} approvals={} batches={} "
        "shipments={} serials={} movements_of_AP-LONG={}\n",
        head->position.number, seconds, static_cast<double>(head->position.number) / seconds,
        counted(head->firms), counted(head->approvals), counted(head->batches),
        counted(head->shipments), counted(head->serials),
        head->approvals.count(ApprovalId{"AP-LONG"}));
    for (const auto& [type, count] : seasons.scribe().tally())
        fmt::print("  {:>9}  {}\n", count, type);
    return exit_ok;
}

}  // namespace

}  // namespace chipledger::grow

int main(int argc, char** argv)
{
    using namespace chipledger;
    CLI::App app{"grows a ledger for the benches; its database is migrated and empty"};
    Place place;
    grow::GrowOptions options;
    place.add_to(app);
    app.add_option("--entries", options.entries)->capture_default_str();
    app.add_option("--seed", options.seed)->capture_default_str();
    app.add_option("--corrections", options.corrections, "in a million entries")
        ->capture_default_str();
    app.add_option("--serials", options.serials, "of each batch")->capture_default_str();
    double seconds_max = 0;
    app.add_option("--seconds-max", seconds_max, "stop then, whatever is there; 0: never")
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        return grow::run(place, options, seconds_max);
    } catch (const std::exception& failed) {
        fmt::print(stderr, "grow_ledger: {}\n", failed.what());
        return exit_broken;
    }
}
