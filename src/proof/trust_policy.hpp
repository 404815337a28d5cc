#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proof/checkpoint.hpp"

namespace chipledger {

/// Whom a verifier trusts (C2SP tlog-policy): lines of
///   log <vkey> [url] · witness <name> <vkey> [url] · group <name> all|any|<k> <members…>
///   quorum <name>|none
/// and comments after #. Several logs are one log's keys, while they overlap.
struct TrustPolicy {
    struct Witness {
        std::string name{};
        VerifierKey key{};
        std::string url{};
    };
    struct Group {
        std::size_t needed = 0;
        std::vector<std::string> members{};  ///< Witnesses or groups defined before.
    };

    std::vector<VerifierKey> logs{};
    std::vector<Witness> witnesses{};
    std::map<std::string, Group> groups{};
    std::string quorum = "none";

    /// The checkpoint in a note that a log key has signed and enough witnesses have cosigned; else
    /// throws ProofFault: a verifier fails closed.
    Checkpoint open(const Note& note) const;
    /// True when these cosigners are enough.
    bool met_by(const std::vector<Signed>& cosigners) const;
    std::vector<VerifierKey> witness_keys() const;
};

/// Throws ProofFault with the line's number.
TrustPolicy parse_policy(std::string_view text);

}  // namespace chipledger
