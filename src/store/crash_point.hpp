#pragma once
// Named places of the write path where a test ends the process, as a kill would (decision 0065).
// Nothing at all, unless the build asks for them: cmake -DCHIPLEDGER_CRASH_POINTS=ON.
#ifdef CHIPLEDGER_CRASH_POINTS

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

/// The literal is how tests/fault finds the names in the program.
#define CRASH_POINT(name) ::chipledger::pass("crash point: " name)

namespace chipledger {

/// What no ledger may do, so that the test is seen to find it: 201 is told, and heard, before the
/// commit.
inline bool answers_first()
{
    static const bool set = std::getenv("CHIPLEDGER_ANSWER_FIRST") != nullptr;
    return set;
}

/// Of what is written to a file: a half at a time, so that a part of it can be there.
constexpr std::size_t in_one_go(std::size_t size) { return (size + 1) / 2; }

/// CHIPLEDGER_CRASH_AT=name[:n] ends the process at the n-th passage of the point. Not inlined: a
/// comparison with a literal would become one of numbers, and its name would be nowhere.
[[gnu::noinline]] inline void pass(std::string_view point)
{
    static const std::string aim = [] {
        const char* set = std::getenv("CHIPLEDGER_CRASH_AT");
        return "crash point: " + std::string{set ? set : ""};
    }();
    static const std::size_t colon = aim.find(':', aim.find(": ") + 1);
    static std::atomic<int> left{colon < aim.size() ? std::stoi(aim.substr(colon + 1)) : 1};
    if (point != std::string_view{aim}.substr(0, colon) || --left != 0) return;
    if (answers_first()) std::this_thread::sleep_for(std::chrono::milliseconds{100});
    std::raise(SIGKILL);
}

}  // namespace chipledger

#else

#include <cstddef>

#define CRASH_POINT(name) static_cast<void>(0)

namespace chipledger {

constexpr bool answers_first() { return false; }
constexpr std::size_t in_one_go(std::size_t size) { return size; }

}  // namespace chipledger

#endif
