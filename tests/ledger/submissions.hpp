#pragma once
#include "ledger/submission.hpp"
#include "proof/hash.hpp"

namespace chipledger {

/// A write of the regulator's, under a key that is its own.
inline Submission submission_of(std::string key, EventData data)
{
    Submission submission;
    submission.actor = {"regulator", Role::regulator, {}};
    submission.body_hash = sha256(key);
    submission.key = std::move(key);
    submission.proposals.push_back({std::move(data), {}, {}, {}, {}});
    return submission;
}

inline Submission registering(const std::string& firm)
{
    return submission_of(firm, FirmRegistered{FirmId{firm}, Text{firm}, Tier{"T1"}, {}});
}

}  // namespace chipledger
