#include "proof/tile_path.hpp"

#include <algorithm>
#include <charconv>

namespace chipledger {

namespace {

constexpr int level_max = 63;
constexpr std::size_t index_groups_max = 6;

std::optional<int> small_number(std::string_view text, int max)
{
    int value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{} || end != text.data() + text.size() || value > max) return {};
    return value;
}

}  // namespace

// Reads what may be it, and takes it only when it would be written so.
std::optional<TilePath> parse_tile_path(std::string_view text)
{
    const std::string_view whole = text;
    if (!text.starts_with("tile/")) return {};
    text.remove_prefix(5);
    const std::size_t slash = std::min(text.find('/'), text.size());
    TilePath path;
    if (text.substr(0, slash) != "entries") {
        path.level = small_number(text.substr(0, slash), level_max);
        if (!path.level || *path.level < 0) return {};
    }
    text.remove_prefix(std::min(slash + 1, text.size()));
    if (const std::size_t partial = text.find(".p/"); partial != std::string_view::npos) {
        const auto width = small_number(text.substr(partial + 3), 255);
        if (!width || *width < 1) return {};
        path.width = *width;
        text = text.substr(0, partial);
    }
    for (std::size_t groups = 0; !text.empty(); ++groups) {
        const std::string_view group = text.substr(0, text.find('/'));
        const bool more = group.size() < text.size();
        const auto digits = small_number(group.substr(more && group.starts_with('x')), 999);
        if (!digits || *digits < 0 || groups == index_groups_max) return {};
        path.index = path.index * 1000 + static_cast<std::uint64_t>(*digits);
        text.remove_prefix(std::min(group.size() + 1, text.size()));
    }
    if (to_string(path) != whole) return {};
    return path;
}

std::string to_string(const TilePath& path)
{
    std::string digits = std::to_string(path.index);
    digits.insert(0, (3 - digits.size() % 3) % 3, '0');
    std::string text = "tile/" + (path.level ? std::to_string(*path.level) : "entries");
    for (std::size_t at = 0; at < digits.size(); at += 3)
        text += (at + 3 < digits.size() ? "/x" : "/") + digits.substr(at, 3);
    if (path.width < 256) text += ".p/" + std::to_string(path.width);
    return text;
}

}  // namespace chipledger
