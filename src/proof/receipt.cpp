#include "proof/receipt.hpp"

#include <charconv>

#include "proof/base64.hpp"
#include "proof/fault.hpp"
#include "proof/tree.hpp"

namespace chipledger {

namespace {

constexpr std::string_view first_line = "c2sp.org/tlog-proof@v1\n";
constexpr std::size_t path_max = 63;
constexpr std::size_t salt_size = 32;

std::string_view line_after(std::string_view mark, std::string_view& text)
{
    const std::size_t end = text.find('\n');
    if (end == text.npos || !text.starts_with(mark))
        throw ProofFault{"a receipt has a line that begins with " + std::string{mark}};
    const std::string_view line = text.substr(mark.size(), end - mark.size());
    text.remove_prefix(end + 1);
    return line;
}

}  // namespace

Receipt parse_receipt(std::string_view text)
{
    if (!text.starts_with(first_line)) throw ProofFault{"this is no c2sp.org/tlog-proof@v1"};
    text.remove_prefix(first_line.size());
    Receipt receipt;
    const std::string extra = from_base64(line_after("extra ", text));
    if (extra.size() <= salt_size) throw ProofFault{"the receipt holds no entry"};
    receipt.salt = extra.substr(0, salt_size);
    receipt.bytes = extra.substr(salt_size);
    const std::string_view index = line_after("index ", text);
    std::from_chars(index.data(), index.data() + index.size(), receipt.index);
    if (std::to_string(receipt.index) != index) throw ProofFault{"the index is no number"};
    while (!text.starts_with('\n')) {
        if (receipt.path.size() == path_max) throw ProofFault{"no tree is as high as this path"};
        receipt.path.push_back(hash_from(from_base64(line_after("", text))));
    }
    receipt.checkpoint = parse_note(text.substr(1));
    return receipt;
}

std::string to_string(const Receipt& receipt)
{
    std::string text{first_line};
    text += "extra " + to_base64(receipt.salt + receipt.bytes) + '\n';
    text += "index " + std::to_string(receipt.index) + '\n';
    for (const Hash& hash : receipt.path) text += to_base64(view(hash)) + '\n';
    return text + '\n' + to_string(receipt.checkpoint);
}

Checkpoint verify(const Receipt& receipt, const TrustPolicy& policy)
{
    Checkpoint checkpoint = policy.open(receipt.checkpoint);
    const Hash leaf = leaf_hash(log_entry(receipt.salt, receipt.bytes));
    if (!verify_inclusion(receipt.index, checkpoint.size, leaf, checkpoint.root, receipt.path))
        throw ProofFault{"the entry is not in the tree that the checkpoint signs"};
    return checkpoint;
}

}  // namespace chipledger
