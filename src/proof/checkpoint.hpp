#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "proof/note.hpp"

namespace chipledger {

/// The body of a signed head (C2SP tlog-checkpoint): origin, size, root, and extension lines.
struct Checkpoint {
    std::string origin{};
    std::uint64_t size = 0;
    Hash root{};
    std::string extensions{};  ///< Whole lines, none empty.
    friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};
/// Throws ProofFault.
Checkpoint parse_checkpoint(std::string_view text);
std::string to_string(const Checkpoint& checkpoint);

/// A checkpoint signed by one of `log`'s keys; throws ProofFault where none of them has, or where
/// the origin is another.
Checkpoint open_checkpoint(const Note& note, std::span<const VerifierKey> log);

}  // namespace chipledger
