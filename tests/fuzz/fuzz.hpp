#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

// Targets of the fuzzers. Each is a function of the bytes alone and throws, or is stopped by a
// sanitizer, where a promise of ours does not hold for them. script/fuzz runs them under libFuzzer;
// the test `fuzz` gives them the inputs that were kept.
namespace chipledger::fuzz {

void json(std::string_view bytes);      ///< The JSON profile and its canonical form.
void request(std::string_view bytes);   ///< Bodies of POST /v1/events, by both readers.
void event(std::string_view bytes);     ///< Stored entries, by both readers, and written again.
void csv(std::string_view bytes);       ///< Rows of tables, to the proposals that they are.
void sheet(std::string_view bytes);     ///< Workbooks: the XML inside, or a whole file.
void epcis(std::string_view bytes);     ///< EPCIS documents to entries and back; queries.
void proof(std::string_view bytes);     ///< Notes, keys, policies, receipts, paths, proofs.
void http(std::string_view bytes);      ///< What a peer sends on a connection, to what it gets.
void rulebook(std::string_view bytes);  ///< Histories, told to the rulebook and the naive model.

/// A promise that does not hold.
struct Broken : std::logic_error {
    using std::logic_error::logic_error;
};

inline void require(bool holds, std::string_view promise, std::string_view about = {})
{
    if (holds) return;
    throw Broken{std::string{promise} + (about.empty() ? "" : ": ") + std::string{about}};
}

/// Takes a byte off the front; 0 at the end.
inline unsigned char take_byte(std::string_view& bytes)
{
    if (bytes.empty()) return 0;
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    return byte;
}

/// Takes what comes before the next `end`, and that.
inline std::string_view take_until(std::string_view& bytes, char end)
{
    const std::string_view part = bytes.substr(0, bytes.find(end));
    bytes.remove_prefix(part.size() == bytes.size() ? part.size() : part.size() + 1);
    return part;
}

}  // namespace chipledger::fuzz
