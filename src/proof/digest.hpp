#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "proof/hash.hpp"

namespace chipledger {

/// SHA-256 (FIPS 180-4) of bytes that come in pieces. Throws ProofFault where OpenSSL fails.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256& other);  ///< Of the same bytes so far; each goes on by itself.
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void add(std::string_view piece);
    /// Of all that was added. Ends the digest.
    Hash finish();
    /// The same in lower-case hexadecimal, as sha256sum(1) prints it. Ends the digest.
    std::string hex();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

}  // namespace chipledger
