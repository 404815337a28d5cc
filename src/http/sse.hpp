#pragma once
#include <chrono>
#include <string>
#include <string_view>

namespace chipledger {

/// A feed without news says this now and then, so that a dead peer is noticed.
inline constexpr std::string_view heart_beat = ":\n\n";
inline constexpr std::chrono::seconds heart_beat_pause{15};

/// One event of a feed (WHATWG HTML §9.2); `name` may be empty, `data` may have many lines.
inline std::string sse_event(std::string_view id, std::string_view name, std::string_view data)
{
    std::string text;
    if (!id.empty()) text.append("id: ").append(id).append("\n");
    if (!name.empty()) text.append("event: ").append(name).append("\n");
    while (true) {
        const std::string_view line = data.substr(0, data.find('\n'));
        text.append("data: ").append(line).append("\n");
        if (line.size() == data.size()) return text + '\n';
        data.remove_prefix(line.size() + 1);
    }
}

}  // namespace chipledger
