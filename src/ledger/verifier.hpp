#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/refusal.hpp"
#include "ledger/snapshot.hpp"
#include "proof/tree.hpp"
#include "proof/trust_policy.hpp"
#include "store/rows.hpp"

namespace chipledger {

/// Feeds the entries in (after, upto], ascending; may be asked again while it feeds.
using StoredEntries = std::function<Result<void>(
    Position after, Position upto, const std::function<void(StoredEntry&&)>& entry)>;

/// None where it is not known.
using KnownLeaf = std::function<std::optional<Hash>(std::uint64_t index)>;

/// What a ledger shows of itself, from wherever it is: database, server or files.
struct LogEvidence {
    StoredEntries entries{};
    std::uint64_t size = 0;      ///< Entries that are there.
    std::vector<Note> heads{};   ///< Signed heads that must all hold; the largest is today's.
    /// The hash of leaf `index` as each place has it where it was published or kept: they must
    /// agree, and name the entry that differs.
    std::vector<KnownLeaf> known_leaves{};
    /// What the next start would begin with, where there is one that can be read.
    std::shared_ptr<const Snapshot> snapshot{};
};

/// An entry (0: the log as a whole) and what is wrong with it.
struct Fault {
    Position entry{};
    std::string why{};
};

struct VerifyReport {
    std::uint64_t entries = 0;        ///< Read, hashed and replayed.
    std::uint64_t signed_entries = 0; ///< Covered by the last head.
    std::uint64_t heads = 0;          ///< Signed heads that hold.
    std::uint64_t foreign_heads = 0;  ///< Signed by no key that was given: not checked.
    std::string root{};               ///< Base64, of the signed entries.
    std::uint64_t snapshot = 0;       ///< Entries of the snapshot that was compared; 0: none was.
    std::optional<Fault> fault{};     ///< The first.
};

using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;

/// Hashes every byte, rebuilds the tree, compares it with every head, and replays the whole through
/// the rulebook, invariants and all. A refusal is about reading; what is wrong is in the report.
Result<VerifyReport> verify_log(const LogEvidence& evidence, const TrustPolicy& policy,
                                const Progress& progress = {});

}  // namespace chipledger
