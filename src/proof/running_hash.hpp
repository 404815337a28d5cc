#pragma once
#include <memory>
#include <string_view>

#include "proof/hash.hpp"

namespace chipledger {

/// SHA-256 (FIPS 180-4) of what comes in pieces.
class RunningHash {
public:
    RunningHash();
    ~RunningHash();
    void add(std::string_view bytes);
    /// Of all that was added; nothing more is after it.
    Hash finish();

private:
    struct Digest;
    std::unique_ptr<Digest> digest_;
};

}  // namespace chipledger
