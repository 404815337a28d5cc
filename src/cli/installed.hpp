#pragma once
#include <string>

namespace chipledger {

/// Where a binary looks for its own things, when no setting says otherwise (decision 0047).
struct Installed {
    std::string share{};  ///< Folder of web/ and api/.
    std::string data{};   ///< The ledger's folder.
};

/// What belongs to `binary`: as PREFIX/bin/chipledger with PREFIX/share/chipledger beside it,
/// those of an installed one; else those of the tree that it was built in.
Installed installed(const std::string& binary);

/// The same for this process.
const Installed& installed();

}  // namespace chipledger
