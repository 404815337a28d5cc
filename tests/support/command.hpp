#pragma once
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace chipledger {

/// How a command ended, and both of its outputs together.
struct Ran {
    int code = 0;
    std::string said{};
};

inline Ran shell(const std::string& command)
{
    Ran ran;
    FILE* out = ::popen(("exec 2>&1; " + command).c_str(), "r");
    std::array<char, 65536> piece;
    for (std::size_t n; (n = std::fread(piece.data(), 1, piece.size(), out)) > 0;)
        ran.said.append(piece.data(), n);
    ran.code = WEXITSTATUS(::pclose(out));
    return ran;
}

}  // namespace chipledger
