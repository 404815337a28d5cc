#pragma once
#include <CLI/CLI.hpp>

#include "http/oidc.hpp"

namespace chipledger {

/// The options of serve about tokens of an issuer of OpenID Connect.
struct OidcFlags {
    void add_to(CLI::App& command);
    /// Null without an issuer; refused as Oidc::open is.
    Result<std::unique_ptr<Oidc>> open() const;

private:
    OidcSettings settings_{};
    int skew_ = 60;
    int pause_ = 30;
};

}  // namespace chipledger
