#include "played.hpp"

#include <ostream>
#include <random>

#include "books.hpp"
#include "codec/event_json.hpp"
#include "given.hpp"
#include "random_events.hpp"

namespace chipledger::model {

namespace {

std::string described(const Books& books, const std::string& differs)
{
    return std::string{type_name(books.offered().data)} + ": " + differs;
}

/// The next command: an event that may make sense, or a word against an entry, mostly a late one.
Command next_command(const Books& books, std::size_t number, Day today, std::mt19937_64& dice)
{
    Command command;
    command.number = number;
    if (dice() % 8 != 0 || books.entries() < 3) {
        command.event = naive::Proposer{books.naive(), dice(), today}.propose();
        return command;
    }
    const std::size_t back = std::min<std::size_t>(books.entries() - 2,
                                                   dice() % (dice() % 2 ? 12 : 400));
    const std::size_t index = books.entries() - 1 - back;
    command.target = books.command_of(index);
    command.dice = dice();
    command.event.occurred_at = books.event(index).occurred_at;
    command.event.actor = scenario::actor(Role::regulator);
    return command;
}

}  // namespace

// SplitMix64's finaliser (Steele, Lea, Flood 2014): neighbouring numbers give unlike histories.
std::uint64_t seed_of(std::uint64_t run, std::uint64_t number)
{
    std::uint64_t z = run + (number + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

std::optional<Mismatch> play(std::uint64_t seed, std::size_t length, const Judge& judge,
                             Tallies& tallies)
{
    Books books{judge};
    std::mt19937_64 dice{seed};
    std::vector<Command> commands;
    const scenario::History begin = naive::small_world();
    for (std::size_t number = 0; number < begin.size() + length; ++number) {
        if (number < begin.size()) {
            commands.push_back({number, begin[number], {}, 0});
        } else {
            const auto day = static_cast<int>((number - begin.size()) / 3);
            const Day today = scenario::date(1, 10) + std::chrono::days{day};
            commands.push_back(next_command(books, number, today, dice));
        }
        const std::string differs = books.offer(commands.back());
        Tally& tally = tallies[std::string{type_name(books.offered().data)}];
        ++(books.recorded() ? tally.accepted : tally.refused);
        if (!differs.empty()) return Mismatch{std::move(commands), described(books, differs)};
    }
    if (const std::string differs = books.whole(); !differs.empty())
        return Mismatch{std::move(commands), differs};
    return {};
}

std::optional<Mismatch> replay(const std::vector<Command>& commands, const Judge& judge)
{
    Books books{judge};
    for (std::size_t i = 0; i < commands.size(); ++i)
        if (const std::string differs = books.offer(commands[i]); !differs.empty()) {
            const auto end = commands.begin() + static_cast<std::ptrdiff_t>(i + 1);
            return Mismatch{{commands.begin(), end}, described(books, differs)};
        }
    if (const std::string differs = books.whole(); !differs.empty())
        return Mismatch{commands, differs};
    return {};
}

// Leaves out ever smaller runs of commands, as long as that leaves a mismatch. The opening stays.
Mismatch shrunk(Mismatch mismatch, const Judge& judge)
{
    for (std::size_t size = mismatch.commands.size() / 2; size > 0;) {
        bool smaller = false;
        for (std::size_t at = 1; at < mismatch.commands.size();) {
            std::vector<Command> fewer = mismatch.commands;
            const auto from = fewer.begin() + static_cast<std::ptrdiff_t>(at);
            fewer.erase(from, from + std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(size),
                                                              fewer.end() - from));
            if (auto still = replay(fewer, judge)) {
                mismatch = std::move(*still);
                smaller = true;
            } else {
                at += size;
            }
        }
        if (size > 1) size /= 2;
        else if (!smaller) break;
    }
    return mismatch;
}

void print(std::ostream& out, const Mismatch& mismatch)
{
    for (const Command& command : mismatch.commands) {
        out << command.number << ' ' << to_string(command.event.occurred_at) << ' ';
        if (command.target)
            out << "corrects command " << *command.target;
        else
            out << type_name(command.event.data) << ' ' << to_json(command.event.data).dump();
        out << '\n';
    }
    out << mismatch.what << '\n';
}

}  // namespace chipledger::model
