#include "domain/ids.hpp"

#include <algorithm>

namespace chipledger {

namespace {
constexpr bool alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
}  // namespace

bool is_id(std::string_view text)
{
    if (text.empty() || text.size() > 64 || !alphanumeric(text.front())) return false;
    return std::ranges::all_of(
        text, [](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

}  // namespace chipledger
