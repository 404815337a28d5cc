#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proof/trust_policy.hpp"

namespace chipledger {

/// One entry with all that proves it (C2SP tlog-proof): what the entry is, its place, the path to
/// the root, and the signed checkpoint. `extra` is the entry's salt and bytes (DESIGN §7).
struct Receipt {
    std::string salt{};   ///< 32 bytes.
    std::string bytes{};  ///< The entry, canonical JSON.
    std::uint64_t index = 0;
    std::vector<Hash> path{};
    Note checkpoint{};
};
/// Throws ProofFault.
Receipt parse_receipt(std::string_view text);
std::string to_string(const Receipt& receipt);

/// Throws ProofFault unless the entry is where it says in a log that the policy trusts.
Checkpoint verify(const Receipt& receipt, const TrustPolicy& policy);

}  // namespace chipledger
