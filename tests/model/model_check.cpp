// model_check --seed S --commands N: the rulebook against the naive model, for as long as wished.
// The scenarios' library speaks Catch's words; none of its tests run here.
#define CATCH_CONFIG_RUNNER
#include "catch.hpp"

#include <charconv>
#include <chrono>
#include <cstring>
#include <iostream>
#include <random>

#include "played.hpp"

namespace {

using namespace chipledger::model;

constexpr const char* usage =
    "usage: model_check [--seed S] [--commands N] [--history K] [--length L]\n"
    "  --seed      of the run; printed, and drawn where it is not given\n"
    "  --commands  to play in all (100000), in histories of L commands each (400)\n"
    "  --history   plays that one history of the run alone\n"
    "Exit 0: both agree. 1: they do not; the history is printed, as short as it goes. 2: usage.\n";

struct Options {
    std::uint64_t seed = std::random_device{}();
    std::uint64_t commands = 100'000;
    std::optional<std::uint64_t> history{};
    std::uint64_t length = 400;
};

bool read_number(const char* text, std::uint64_t& out)
{
    const char* end = text + std::strlen(text);
    const auto [at, failed] = std::from_chars(text, end, out);
    return failed == std::errc{} && at == end;
}

std::optional<Options> read_options(int argc, char** argv)
{
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name{argv[i]};
        std::uint64_t* out = name == "--seed"       ? &options.seed
                             : name == "--commands" ? &options.commands
                             : name == "--history"  ? &options.history.emplace()
                             : name == "--length"   ? &options.length
                                                    : nullptr;
        if (!out || !read_number(argv[i + 1], *out)) return {};
    }
    if (argc % 2 == 0 || options.length == 0 || options.length > 100'000) return {};
    return options;
}

int complain(const Options& options, std::uint64_t number, Mismatch mismatch)
{
    std::cout << "DIFFERS: " << mismatch.what << "\nreplay: model_check --seed " << options.seed
              << " --history " << number << " --length " << options.length << std::endl;
    print(std::cout, shrunk(std::move(mismatch), by_the_rulebook));
    return 1;
}

int run(const Options& options)
{
    const auto begin = std::chrono::steady_clock::now();
    Tallies tallies;
    const std::uint64_t first = options.history.value_or(0);
    const std::uint64_t histories =
        options.history ? 1 : (options.commands + options.length - 1) / options.length;
    for (std::uint64_t number = first; number < first + histories; ++number) {
        auto mismatch =
            play(seed_of(options.seed, number), options.length, by_the_rulebook, tallies);
        if (mismatch) return complain(options, number, std::move(*mismatch));
        if ((number - first) % 1000 == 999)
            std::cerr << (number - first + 1) * options.length << " commands agree\n";
    }
    std::int64_t accepted = 0, refused = 0;
    for (const auto& [type, tally] : tallies) {
        std::cout << type << ": " << tally.accepted << " accepted, " << tally.refused
                  << " refused\n";
        accepted += tally.accepted;
        refused += tally.refused;
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    std::cout << "the rulebook and the model agree: " << histories * options.length
              << " commands in " << histories << " histories, " << accepted << " accepted, "
              << refused << " refused, seed " << options.seed << ", " << taken.count() << " s\n";
    return 0;
}

}  // namespace

int main(int argc, char** argv)
{
    const auto options = read_options(argc, argv);
    if (!options) {
        std::cerr << usage;
        return 2;
    }
    std::cout << "seed " << options->seed << std::endl;
    return run(*options);
}
