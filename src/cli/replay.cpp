#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/evidence.hpp"
#include "http/reading.hpp"
#include "ledger/entry.hpp"
#include "ledger/history.hpp"
#include "views/difference.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

struct ReplayOptions {
    Place place{};
    std::string bundle{};
    std::string until{};
    std::string firm{};
    bool step = false;
};

/// Walks the log and shows what each entry moved.
class Walk {
public:
    Walk(const ReplayOptions& options, const LogEvidence& evidence)
        : options_{options}, evidence_{evidence}, entries_{decoded(evidence.entries)}
    {
    }

    Result<void> run()
    {
        const std::optional<Timestamp> time = parse_timestamp(options_.until);
        Position upto{static_cast<std::int64_t>(evidence_.size)};
        if (!time && !options_.until.empty())
            upto = std::min(upto, Position{integer_of("until", options_.until).value()});
        const auto begin = std::chrono::steady_clock::now();
        return entries_.range({}, upto, [&](Event&& event) -> Result<void> {
            if (ended_ || (time && event.recorded_at > time->at)) return {};
            if (auto good = take(event); !good) return good;
            progress(upto, std::chrono::steady_clock::now() - begin);
            return {};
        });
    }

private:
    Result<void> take(const Event& event)
    {
        const State before = state_;
        Result<State> next = advance(entries_, std::move(state_), event);
        if (!next) return next.error();
        state_ = std::move(*next);
        state_.settle();
        const bool named = options_.firm.empty() ||
                           std::ranges::any_of(event.subjects, [&](const Subject& subject) {
                               return subject.kind == "firm" && subject.id == options_.firm;
                           });
        if (named) show(event, before);
        return {};
    }

    void show(const Event& event, const State& before)
    {
        const Json changes = is_correction(event.data) ? differences(before, state_)
                                                       : differences(before, state_, event.subjects);
        if (options_.place.json) {
            fmt::print("{}\n", Json{{"position", event.position.number},
                                    {"type", std::string{type_name(event.data)}},
                                    {"recorded_at", to_string(event.recorded_at)},
                                    {"occurred_at", to_string(event.occurred_at)},
                                    {"differences", changes}}
                                   .dump());
        } else {
            fmt::print("{:>8} {} {}\n", event.position.number, to_string(event.occurred_at),
                       type_name(event.data));
            for (const auto& [id, members] : changes["approvals"].items())
                for (const auto& [name, change] : members.items())
                    fmt::print("{:>12} {}: {} -> {}\n", id, name, change["from"].dump(),
                               change["to"].dump());
        }
        if (!options_.step) return;
        std::fflush(stdout);
        fmt::print(stderr, "next: Enter, end: q ");
        std::string line;
        ended_ = !std::getline(std::cin, line) || line == "q";
    }

    void progress(Position upto, std::chrono::steady_clock::duration taken)
    {
        constexpr std::int64_t every = 1'000;
        if (options_.step || state_.position.number % every != 0 || isatty(STDERR_FILENO) != 1) return;
        const double seconds = std::chrono::duration<double>(taken).count();
        const double rate = static_cast<double>(state_.position.number) / std::max(seconds, 1e-9);
        const auto left = static_cast<double>(upto.number - state_.position.number) / rate;
        fmt::print(stderr, "\r{} of {} entries, {:.0f}/s, {:.0f} s left ", state_.position.number,
                   upto.number, rate, left);
    }

    const ReplayOptions& options_;
    const LogEvidence& evidence_;
    Entries entries_;
    State state_{};
    bool ended_ = false;
};

bool says_until(const std::string& text)
{
    if (text.empty() || parse_timestamp(text)) return true;
    const Result<std::int64_t> position = integer_of("until", text);
    return position && *position >= 0;
}

int run(const ReplayOptions& options)
{
    if (!says_until(options.until))
        return complain({.code = Code::malformed,
                         .detail = "--until is a position, or an RFC 3339 recorded time."});
    const Result<LogEvidence> evidence = options.bundle.empty()
                                             ? evidence_in_database(options.place)
                                             : evidence_in_bundle(options.bundle);
    if (!evidence) return complain(evidence.error());
    const Result<void> walked = Walk{options, *evidence}.run();
    return walked ? exit_ok : complain(walked.error());
}

}  // namespace

void add_replay(CLI::App& app, int& exit_code)
{
    auto* command = app.add_subcommand("replay", "walk the log entry by entry, with what each moved");
    auto options = std::make_shared<ReplayOptions>();
    options->place.add_to(*command);
    command->add_option("--bundle", options->bundle, "a folder that chipledger export made");
    command->add_option("--until", options->until, "a position, or an RFC 3339 recorded time");
    command->add_option("--firm", options->firm, "only entries that name this firm");
    command->add_flag("--step", options->step, "wait for Enter after each");
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace chipledger
