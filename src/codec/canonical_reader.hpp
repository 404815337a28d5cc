#pragma once
#include <optional>
#include <string_view>

#include "domain/events.hpp"
#include "domain/refusal.hpp"

namespace chipledger {

/// The most bytes of an entry: ours, with subjects of a thousand batches.
inline constexpr std::size_t entry_bytes_max = 4'000'000;

/// Reads an entry straight out of its canonical bytes (RFC 8785), without a tree of values in
/// between: some ten times faster than decode() through one. None where the bytes are not just as
/// encode() writes them, or hold what is rare (escapes, conditions, caps, corrections):
/// then the slower reader decides, which also tells what is wrong.
std::optional<Event> read_canonical(std::string_view bytes);

/// The same for any bytes of an entry, by way of a tree of values; refusals are malformed.
Result<Event> decode_slowly(std::string_view bytes);

}  // namespace chipledger
