#pragma once
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "proof/base64.hpp"
#include "proof/tree.hpp"

// Known answers of tests/data/tlog, as the tests read them.
namespace chipledger {

using Json = nlohmann::json;

inline Json vectors(const std::string& name)
{
    std::ifstream in{std::string{CHIPLEDGER_SOURCE_DIR "/tests/data/tlog/"} + name};
    return Json::parse(in);
}

inline std::string text_of(const Json& json) { return json.get<std::string>(); }

inline std::uint64_t number_of(const Json& json) { return json.get<std::uint64_t>(); }

inline std::string unhex(const Json& json)
{
    const std::string text = text_of(json);
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
    return bytes;
}

inline Hash hash_of_hex(const Json& text) { return hash_from(unhex(text)); }

inline std::vector<Hash> hashes_of_hex(const Json& list)
{
    std::vector<Hash> hashes;
    for (const Json& one : list) hashes.push_back(hash_of_hex(one));
    return hashes;
}

}  // namespace chipledger
