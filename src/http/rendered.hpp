#pragma once
#include "http/router.hpp"
#include "ledger/ledger.hpp"

namespace chipledger {

/// The routes of views, with what they have rendered: a view at a fixed position never changes, and
/// one at the head holds until the next entry. A caller gets what was rendered for one who sees the
/// same, and is let in first, as ever. Bounded: 32 MiB of bodies.
std::vector<Route> rendered_once(std::vector<Route> routes, Ledger& ledger);

}  // namespace chipledger
