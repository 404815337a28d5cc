#pragma once
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "catch.hpp"

namespace chipledger {

/// The bytes of a file of this repository; a missing one fails the test.
inline std::string bytes_of(const std::filesystem::path& path)
{
    std::ifstream file{std::filesystem::path{CHIPLEDGER_SOURCE_DIR} / path, std::ios::binary};
    INFO("file " << path);
    REQUIRE(file);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

}  // namespace chipledger
