#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "proof/checkpoint.hpp"

namespace chipledger {

/// What a log asks of a witness (C2SP tlog-witness, add-checkpoint): cosign this head, which the
/// head of `old` entries that it saw last is a prefix of.
struct AddCheckpoint {
    std::uint64_t old = 0;
    std::vector<Hash> path{};
    Note note{};
};
/// Throws ProofFault.
AddCheckpoint parse_add_checkpoint(std::string_view body);
std::string to_string(const AddCheckpoint& request);

/// The last head that a witness has cosigned of a log; nothing yet: size 0 and the empty root.
struct Witnessed {
    std::uint64_t size = 0;
    Hash root = empty_root();
};

enum class WitnessVerdict { good, behind, not_consistent };

/// Whether `next`, signed by its log, may follow what was seen: good, behind (the request's old
/// size is not what was seen, or the same size has another root), or not a continuation.
WitnessVerdict judge(const Witnessed& seen, const AddCheckpoint& request, const Checkpoint& next);

}  // namespace chipledger
