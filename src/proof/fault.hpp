#pragma once
#include <stdexcept>

namespace chipledger {

/// What does not parse, does not verify or cannot be signed. what() says why, for people.
struct ProofFault : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace chipledger
