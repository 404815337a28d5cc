#pragma once
#include <CLI/CLI.hpp>

#include "ledger/ledger.hpp"

namespace chipledger {

/// Flags of a ledger's first entry (DESIGN §5, settled details), as they are typed.
struct LedgerFlags {
    std::string clock{};       ///< system, or simulated:<RFC 3339>.
    std::string utc_offset{};  ///< +08:00
    bool statements = false;   ///< Under a simulated clock too.
    std::string origin = "chipledger";

    void add_to(CLI::App& command);
    /// Fills what they say in; malformed with the remedy.
    Result<LedgerOptions> options(const std::string& conninfo) const;
};

}  // namespace chipledger
