#pragma once
#include <string>

#include "ledger/verifier.hpp"

namespace chipledger {

/// What an evidence bundle turned out to be.
struct EvidenceReport {
    std::uint64_t entries = 0;     ///< Hashed, read and led to the root.
    Position first{}, last{};      ///< Of them.
    std::string origin{};          ///< Of the log that signed.
    std::uint64_t size = 0;        ///< Entries that the signed head covers.
    std::optional<Fault> fault{};  ///< The first; of no entry in particular: 0.
};

/// Checks a bundle with nothing but the policy's keys: the head's signature, each entry's canonical
/// bytes, salt and path, then every file's SHA-256. Takes at most 1 GiB of unpacked files.
EvidenceReport verify_evidence(const std::string& file, const TrustPolicy& policy);

}  // namespace chipledger
