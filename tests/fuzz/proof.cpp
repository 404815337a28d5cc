#include <functional>

#include "fuzz/fuzz.hpp"
#include "proof/base64.hpp"
#include "proof/fault.hpp"
#include "proof/receipt.hpp"
#include "proof/tile_path.hpp"
#include "proof/tree.hpp"
#include "proof/trust_policy.hpp"
#include "proof/witness.hpp"

namespace chipledger::fuzz {

namespace {

/// What is read is written as it was.
template <class Parse>
void written_as_read(std::string_view bytes, Parse parse)
{
    const std::string text = to_string(parse(bytes));
    require(text == bytes, "what is read is written as it was", text);
}

void key(std::string_view bytes)
{
    const VerifierKey key = parse_verifier_key(bytes);
    require(parse_verifier_key(to_string(key)) == key, "a key that is written is the same key");
}

void signer_key(std::string_view bytes)
{
    const SignerKey key = parse_signer_key(bytes);
    const Note note{"text\n", {sign(key, "text\n", 1)}};
    const std::vector<VerifierKey> keys{key.verifier};
    require(signers_of(parse_note(to_string(note)), keys).size() == 1, "what is signed verifies");
}

void tile(std::string_view bytes)
{
    const std::optional<TilePath> path = parse_tile_path(bytes);
    if (!path) return;
    require(to_string(*path) == bytes, "a tile has one address");
    require(path->width >= 1 && path->width <= 256, "a tile has its width");
}

/// A policy, an empty line, a receipt or a note that is judged by it.
void policy(std::string_view bytes)
{
    const std::size_t split = std::min(bytes.find("\n\n"), bytes.size());
    const TrustPolicy policy = parse_policy(bytes.substr(0, split));
    policy.met_by({});
    const std::string_view rest = bytes.substr(std::min(split + 2, bytes.size()));
    const auto logs = policy.logs;
    try {
        verify(parse_receipt(rest), policy);
    } catch (const ProofFault&) {
        policy.open(parse_note(rest));
    }
    require(!logs.empty(), "only a log that is known can have signed");
}

const Tree& grown()
{
    static const Tree tree = [] {
        Tree made;
        for (int i = 0; i < 300; ++i) made.append(leaf_hash(std::to_string(i)));
        return made;
    }();
    return tree;
}

/// Hashes of a true proof, each of which may be left out, doubled or damaged by a byte.
std::vector<Hash> mangled(const std::vector<Hash>& path, std::string_view& bytes)
{
    std::vector<Hash> other;
    for (const Hash& hash : path) {
        const unsigned char how = take_byte(bytes);
        if (how % 8 == 1) continue;
        other.push_back(hash);
        if (how % 8 == 2) other.back()[how / 8] ^= 1;
        if (how % 8 == 3) other.push_back(hash);
    }
    return other;
}

std::uint64_t below(std::uint64_t end, std::string_view& bytes)
{
    const unsigned number = take_byte(bytes) | take_byte(bytes) << 8u;
    return number % end;
}

/// Only the true proof of the true place holds.
void inclusion(std::string_view bytes)
{
    const Tree& tree = grown();
    const std::uint64_t size = 1 + below(tree.size(), bytes), index = below(size, bytes),
                        other_index = below(size + 2, bytes), leaf = below(size, bytes);
    const std::vector<Hash> path = tree.inclusion(index, size);
    require(verify_inclusion(index, size, tree.leaf(index), tree.root(size), path),
            "a true proof of inclusion holds");
    const std::vector<Hash> other = mangled(path, bytes);
    const bool holds =
        verify_inclusion(other_index, size, tree.leaf(leaf), tree.root(size), other);
    require(!holds || (other_index == leaf && other == tree.inclusion(leaf, size)),
            "a false proof of inclusion does not hold");
}

void consistency(std::string_view bytes)
{
    const Tree& tree = grown();
    const std::uint64_t to = 1 + below(tree.size(), bytes), from = 1 + below(to, bytes),
                        other_from = below(to + 2, bytes);
    const std::vector<Hash> path = tree.consistency(from, to);
    require(verify_consistency(from, to, tree.root(from), tree.root(to), path),
            "a true proof of consistency holds");
    const std::vector<Hash> other = mangled(path, bytes);
    const bool holds =
        verify_consistency(other_from, to, tree.root(from), tree.root(to), other);
    require(!holds || (other_from == from && other == path),
            "a false proof of consistency does not hold");
}

void base64(std::string_view bytes)
{
    require(from_base64(to_base64(bytes)) == bytes, "base64 comes back as it was");
    require(to_base64(from_base64(bytes)) == bytes, "bytes have one form in base64");
}

using Reader = std::function<void(std::string_view)>;
const Reader readers[]{
    [](std::string_view b) { written_as_read(b, parse_note); },
    [](std::string_view b) { written_as_read(b, parse_checkpoint); },
    [](std::string_view b) { written_as_read(b, parse_receipt); },
    [](std::string_view b) { written_as_read(b, parse_add_checkpoint); },
    key,
    signer_key,
    policy,
    tile,
    inclusion,
    consistency,
    base64,
};

}  // namespace

// The first character, from A on, chooses what is read.
void proof(std::string_view bytes)
{
    const unsigned char first = take_byte(bytes);
    try {
        readers[(first + 256 - 'A') % std::size(readers)](bytes);
    } catch (const ProofFault&) {
    }
}

}  // namespace chipledger::fuzz
