#pragma once
#include <sys/resource.h>
#include <unistd.h>

namespace chipledger {

/// From here on this thread runs when others leave a core free, or a small share of one (nice 10;
/// on Linux it is the thread's own).
inline void give_way()
{
    constexpr int share = 10;
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), share);
}

}  // namespace chipledger
