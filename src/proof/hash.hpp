#pragma once
#include <array>
#include <string>
#include <string_view>

namespace chipledger {

/// 32 bytes of SHA-256.
using Hash = std::array<unsigned char, 32>;

/// The bytes of a hash, for as long as it lives.
std::string_view view(const Hash& hash);
/// A ProofFault unless there are 32 bytes.
Hash hash_from(std::string_view bytes);

/// SHA-256 (FIPS 180-4), 32 bytes.
std::string sha256(std::string_view bytes);

/// SHA-256 of nothing: the root of the empty tree (RFC 6962 §2.1).
Hash empty_root();
/// SHA-256(0x00 || entry) (RFC 6962 §2.1).
Hash leaf_hash(std::string_view entry);
/// SHA-256(0x01 || left || right) (RFC 6962 §2.1).
Hash node_hash(const Hash& left, const Hash& right);

/// What the tree holds of a ledger entry: a commitment that tells nothing without the salt.
/// 0x01 || HMAC-SHA256(salt, "chipledger/leaf/v1\n" || bytes), 33 bytes (DESIGN §7). `salt` has 32.
std::string log_entry(std::string_view salt, std::string_view bytes);

/// leaf_hash(log_entry(salt, bytes)) on another path: HMAC by its definition (RFC 2104 §2) over
/// EVP digests. What signs uses this one, so that one broken path cannot vouch for itself.
Hash leaf_hash_again(std::string_view salt, std::string_view bytes);

}  // namespace chipledger
