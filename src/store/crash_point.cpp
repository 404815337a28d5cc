#include "store/crash_point.hpp"

#ifdef CHIPLEDGER_CRASH_POINTS
#include <signal.h>

#include <atomic>
#include <cstdlib>
#include <string>
#endif

namespace chipledger {

#ifdef CHIPLEDGER_CRASH_POINTS

void crash_point(const char* name)
{
    static const char* const wanted = std::getenv("CHIPLEDGER_CRASH_AT");
    if (!wanted) return;
    static const std::string at{wanted};
    static const std::size_t colon = at.find(':');
    static std::atomic<long> left{colon == at.npos ? 1 : std::strtol(&at[colon + 1], nullptr, 10)};
    if (at.substr(0, colon) == name && --left == 0) ::raise(SIGKILL);
}

#else

void crash_point(const char*) {}

#endif

}  // namespace chipledger
