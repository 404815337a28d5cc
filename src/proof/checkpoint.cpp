#include "proof/checkpoint.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "proof/base64.hpp"
#include "proof/fault.hpp"

namespace chipledger {

namespace {

std::string_view take_line(std::string_view& text)
{
    const std::size_t end = text.find('\n');
    if (end == text.npos || end == 0) throw ProofFault{"a checkpoint is origin, size and root"};
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

}  // namespace

Checkpoint parse_checkpoint(std::string_view text)
{
    Checkpoint checkpoint;
    checkpoint.origin = take_line(text);
    const std::string_view size = take_line(text);
    const auto [end, failed] =
        std::from_chars(size.data(), size.data() + size.size(), checkpoint.size);
    if (failed != std::errc{} || std::to_string(checkpoint.size) != size ||
        checkpoint.size > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
        throw ProofFault{"a checkpoint's size is a decimal number without leading zeros"};
    checkpoint.root = hash_from(from_base64(take_line(text)));
    if (checkpoint.size == 0 && checkpoint.root != empty_root())
        throw ProofFault{"the root of an empty log is the hash of nothing"};
    checkpoint.extensions = text;
    while (!text.empty()) take_line(text);
    return checkpoint;
}

std::string to_string(const Checkpoint& checkpoint)
{
    return checkpoint.origin + '\n' + std::to_string(checkpoint.size) + '\n' +
           to_base64(view(checkpoint.root)) + '\n' + checkpoint.extensions;
}

Checkpoint open_checkpoint(const Note& note, std::span<const VerifierKey> log)
{
    const std::vector<Signed> signers = signers_of(note, log);
    if (signers.empty()) throw ProofFault{"the checkpoint is not signed by the log"};
    Checkpoint checkpoint = parse_checkpoint(note.text);
    const bool own = std::ranges::any_of(
        signers, [&](const Signed& one) { return one.key.name == checkpoint.origin; });
    if (!own) throw ProofFault{"the checkpoint is of another log: " + checkpoint.origin};
    return checkpoint;
}

}  // namespace chipledger
