#pragma once
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/rulebook.hpp"

// Random histories with late entries, policy changes, corrections and voids, told to the rulebook
// and to the naive model side by side. A history is a function of its seed.
namespace chipledger::model {

/// What the rulebook says of an event that is no correction; a test puts a faulty one here.
using Judge = std::function<Result<void>(const State&, const Event&)>;
Result<void> by_the_rulebook(const State& state, const Event& event);

/// Something that is asked of both books. A correction names the command whose entry it corrects,
/// so that a history still makes sense when commands before it are left out.
struct Command {
    std::size_t number = 0;
    Event event{};
    std::optional<std::size_t> target{};
    std::uint64_t dice = 0;  ///< Decides what the correction says.
};

struct Tally {
    std::int64_t accepted = 0, refused = 0;
};
/// By type of event.
using Tallies = std::map<std::string, Tally, std::less<>>;

/// A history at whose last command the two books differ, and how.
struct Mismatch {
    std::vector<Command> commands{};
    std::string what{};
};

/// The seed of the history `number` of a run.
std::uint64_t seed_of(std::uint64_t run, std::uint64_t number);

/// Plays `length` commands after those that begin every history; adds up what was tried.
std::optional<Mismatch> play(std::uint64_t seed, std::size_t length, const Judge& judge,
                             Tallies& tallies);

/// Plays the commands as they are: the first mismatch, or none.
std::optional<Mismatch> replay(const std::vector<Command>& commands, const Judge& judge);

/// A history that still mismatches and cannot miss any single command.
Mismatch shrunk(Mismatch mismatch, const Judge& judge);

void print(std::ostream& out, const Mismatch& mismatch);

}  // namespace chipledger::model
