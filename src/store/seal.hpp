#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace chipledger {

/// Keeps small secrets in the database that only the holder of the pepper can read: AES-256-GCM
/// (NIST SP 800-38D) under a key that HMAC-SHA256 derives from the pepper.
class Seal {
public:
    explicit Seal(std::string_view pepper);

    /// Nonce, ciphertext and tag. `about` is not kept, but opening needs the same.
    std::string close(std::string_view secret, std::string_view about) const;
    /// None where another pepper, another `about` or other bytes are at work.
    std::optional<std::string> open(std::string_view sealed, std::string_view about) const;

private:
    std::string key_;
};

}  // namespace chipledger
