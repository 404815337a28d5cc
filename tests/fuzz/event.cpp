#include "codec/canonical_reader.hpp"
#include "codec/event_json.hpp"
#include "codec/json_profile.hpp"
#include "epcis/event.hpp"
#include "fuzz/fuzz.hpp"

namespace chipledger::fuzz {

void event(std::string_view bytes)
{
    const std::optional<Event> direct = read_canonical(bytes);
    const Result<Event> slow = decode_slowly(bytes);
    if (direct)
        require(slow && *direct == *slow, "the direct reader says what the slow one says",
                slow ? "" : slow.error().detail);
    if (!slow) return;
    const std::string text = encode(*slow);
    require(text == canonical(to_json(*slow)), "an entry is written in its canonical form", text);
    const Result<Event> again = decode(text);
    require(again && *again == *slow, "what is written is read again", text);
    require(encode(*again) == text, "read and written again it has the same bytes", text);
    const std::vector<Event> chain{*slow};
    epcis::to_events(chain);
}

}  // namespace chipledger::fuzz
