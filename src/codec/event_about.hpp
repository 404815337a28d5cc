#pragma once
#include <string_view>

namespace chipledger {

/// What the event at `index` of the catalogue says, in one sentence.
std::string_view about_event(std::size_t index);
/// What a member of an event's `data` means where its name does not say it; empty elsewhere.
std::string_view about_member(std::string_view name);

}  // namespace chipledger
