#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chipledger {

/// The address of a tile (C2SP tlog-tiles): `tile/<level>/<index>[.p/<width>]`, index in groups of
/// three digits, all but the last with an x before them; level "entries" holds the entries.
struct TilePath {
    std::optional<int> level{};  ///< 0 to 5; none: the entries themselves.
    std::uint64_t index = 0;
    int width = 256;             ///< 1 to 256; 256 is a full tile.
    friend bool operator==(const TilePath&, const TilePath&) = default;
};

/// Nothing for what is no such path, or is not written the one right way.
std::optional<TilePath> parse_tile_path(std::string_view path);
std::string to_string(const TilePath& path);

}  // namespace chipledger
