#pragma once
#include "http/router.hpp"

namespace chipledger::fuzz {

/// Routes that read what a request says as the true ones do, and need no ledger to answer it.
Router probing_router();

}  // namespace chipledger::fuzz
