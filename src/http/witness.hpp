#pragma once
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>

#include "http/router.hpp"
#include "ledger/signing.hpp"
#include "proof/trust_policy.hpp"
#include "proof/witness.hpp"

namespace chipledger {

/// Cosigns heads of the logs it knows, and never two that contradict each other (C2SP
/// tlog-witness). What it has cosigned is on disk before it answers.
class Witness {
public:
    /// `logs`: whose heads it looks at. Throws ProofFault or std::system_error where `state` cannot
    /// be read.
    Witness(SignerKey key, std::vector<VerifierKey> logs, std::filesystem::path state);

    /// Answers the body of POST add-checkpoint.
    Response add_checkpoint(const std::string& body);

private:
    std::optional<Witnessed> seen(const std::string& origin) const;
    std::filesystem::path file_of(const std::string& origin) const;

    SignerKey key_;
    std::vector<VerifierKey> logs_;
    std::filesystem::path state_;
    std::mutex mutex_{};
};

/// POST /add-checkpoint.
std::vector<Route> witness_routes(Witness& witness);

/// Asks the witnesses of a policy that have an address. One that does not answer within a second is
/// left alone for ten: the log goes on without it, and verifiers count who is missing.
Cosign cosign_by(const TrustPolicy& policy, Log& log);

}  // namespace chipledger
