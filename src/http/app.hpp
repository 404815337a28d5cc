#pragma once
#include <filesystem>

#include "http/auth.hpp"
#include "http/metrics.hpp"
#include "http/published.hpp"
#include "http/trace.hpp"
#include "ledger/answers.hpp"

namespace chipledger {

/// What the routes stand on; all of it outlives them.
struct App {
    Ledger& ledger;
    Doorkeeper& doorkeeper;
    Metrics& metrics;
    SignedHeads& heads;
    std::filesystem::path share{};  ///< Holds web/ and api/.
    std::vector<std::string> unsafe{};  ///< What the operator was told is unsafe, and wanted.
    Trace* trace = nullptr;             ///< Null: what auditors read is not written down.
    Answers* answers = nullptr;         ///< Null: nothing is captured as EPCIS events.
};

/// The whole route table.
std::vector<Route> all_routes(const App& app);

/// Lets in by token or cookie.
Router router_of(const App& app);

}  // namespace chipledger
