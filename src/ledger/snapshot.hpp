#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "domain/state.hpp"
#include "proof/hash.hpp"

namespace chipledger {

/// What a start would fold from zero otherwise: the ledger as of an entry, with all its past, and
/// the leaves of the tree up to there. A cache: whatever is in it is in the log.
struct Snapshot {
    State state{};
    std::vector<Hash> leaves{};
};

/// `count` leaves from index `from` on.
using Leaves = std::function<std::vector<Hash>(std::uint64_t from, std::uint64_t count)>;

/// Writes it beside `path` and then in its place, so that there is always a whole one: the old or
/// the new. `state` is settled; others may go on from it meanwhile. Throws std::system_error.
void write_snapshot(const std::string& path, const State& state, const Leaves& leaves);

/// What write_snapshot() wrote. Refused bad-state where there is none, where it is damaged (its
/// SHA-256 does not match) or where another rulebook has written it.
Result<Snapshot> read_snapshot(const std::string& path);

/// Everything that a settled state tells about every entry up to where it stands, as it is known
/// there. Two states with the same bytes are the same ledger.
std::string account_of(const State& state);

}  // namespace chipledger
