#pragma once

namespace chipledger {

/// A named point of the write path. A build with CHIPLEDGER_CRASH_POINTS dies here of SIGKILL when
/// the environment has CHIPLEDGER_CRASH_AT=name:n, at the n-th time that it comes by; any other
/// build does nothing.
void crash_point(const char* name);

}  // namespace chipledger
