#include "proof/tree.hpp"

#include <random>

#include "catch.hpp"
#include "proof/fault.hpp"
#include "proof/tile_path.hpp"
#include "unit/proof/vectors.hpp"

namespace chipledger {

namespace {

Tree tree_of(int leaves)
{
    Tree tree;
    for (int i = 0; i < leaves; ++i) tree.append(leaf_hash("leaf-" + std::to_string(i)));
    return tree;
}

/// MTH as RFC 6962 §2.1 says it, with nothing kept.
Hash naive_root(std::span<const Hash> leaves)
{
    if (leaves.empty()) return empty_root();
    if (leaves.size() == 1) return leaves[0];
    std::size_t half = 1;
    while (2 * half < leaves.size()) half *= 2;
    return node_hash(naive_root(leaves.first(half)), naive_root(leaves.subspan(half)));
}

/// Probes are base64, and some hashes in them have a wrong length: refused then too.
std::optional<std::vector<Hash>> probe_path(const Json& proof)
{
    std::vector<Hash> path;
    if (proof.is_null()) return path;
    for (const Json& one : proof) {
        const std::string bytes = from_base64(text_of(one));
        if (bytes.size() != 32) return {};
        path.push_back(hash_from(bytes));
    }
    return path;
}

std::size_t probe_size(const Json& text)
{
    return text.is_null() ? 0 : from_base64(text_of(text)).size();
}

Hash probe_hash(const Json& text)
{
    const std::string bytes = text.is_null() ? "" : from_base64(text_of(text));
    // A root that is no hash stands for itself: equal to itself, and to no root of a tree.
    return bytes.size() == 32 ? hash_from(bytes) : leaf_hash(bytes);
}

}  // namespace

TEST_CASE("the tree of RFC 6962: roots, paths and proofs of eight leaves", "[proof]")
{
    const Json data = vectors("merkle/rfc6962_8leaf.json");
    Tree tree;
    CompactRange range;
    for (std::size_t n = 0; n <= 8; ++n) {
        CHECK(tree.root() == hash_of_hex(data["roots_by_size"][n]));
        CHECK(range.root() == tree.root());
        if (n == 8) break;
        const Hash leaf = leaf_hash(unhex(data["leaf_inputs_hex"][n]));
        CHECK(leaf == hash_of_hex(data["leaf_hashes"][n]));
        tree.append(leaf);
        range.append(leaf);
    }
    for (const Json& one : data["inclusion"]) {
        const auto path = tree.inclusion(number_of(one["index"]), number_of(one["size"]));
        CHECK(path == hashes_of_hex(one["proof"]));
        CHECK(verify_inclusion(number_of(one["index"]), number_of(one["size"]),
                               hash_of_hex(one["leaf_hash"]), hash_of_hex(one["root"]), path));
    }
    for (const Json& one : data["consistency"]) {
        const auto path = tree.consistency(number_of(one["size1"]), number_of(one["size2"]));
        CHECK(path == hashes_of_hex(one["proof"]));
        CHECK(verify_consistency(number_of(one["size1"]), number_of(one["size2"]),
                                 hash_of_hex(one["root1"]), hash_of_hex(one["root2"]), path));
    }
}

TEST_CASE("a verifier takes what holds and refuses every probe that does not", "[proof]")
{
    int refused = 0;
    for (const Json& probe : vectors("merkle/inclusion_probes.json")) {
        INFO(probe["desc"]);
        const auto path = probe_path(probe["proof"]);
        const auto leaf = probe_hash(probe["leafHash"]), root = probe_hash(probe["root"]);
        const bool good = path && probe_size(probe["leafHash"]) == 32 &&
                          probe_size(probe["root"]) == 32 &&
                          verify_inclusion(probe["leafIdx"].get<std::uint64_t>(),
                                   probe["treeSize"].get<std::uint64_t>(), leaf, root, *path);
        CHECK(good != probe["wantErr"].get<bool>());
        refused += !good;
    }
    for (const Json& probe : vectors("merkle/consistency_probes.json")) {
        INFO(probe["desc"]);
        const auto path = probe_path(probe["proof"]);
        const auto from = probe_hash(probe["root1"]), to = probe_hash(probe["root2"]);
        const bool good = path && verify_consistency(probe["size1"].get<std::uint64_t>(),
                                  probe["size2"].get<std::uint64_t>(), from, to, *path);
        CHECK(good != probe["wantErr"].get<bool>());
        refused += !good;
    }
    CHECK(refused == 184);
}

TEST_CASE("70,000 leaves: roots, proofs and tiles", "[proof]")
{
    const Json data = vectors("merkle/tiles_70000.json");
    const Tree tree = tree_of(70'000);
    for (const Json& one : data["roots"])
        CHECK(tree.root(number_of(one["size"])) == hash_of_hex(one["root"]));
    for (const Json& one : data["inclusion"])
        CHECK(tree.inclusion(number_of(one["index"]), number_of(one["size"])) ==
              hashes_of_hex(one["proof"]));
    for (const Json& one : data["consistency"])
        CHECK(tree.consistency(number_of(one["size1"]), number_of(one["size2"])) ==
              hashes_of_hex(one["proof"]));
    int tiles = 0;
    for (const Json& geometry : data["tile_geometry"])
        for (const Json& sample : geometry["sample_tiles"]) {
            const auto path = parse_tile_path(text_of(sample["path"]));
            REQUIRE(path);
            std::string bytes;
            for (const Hash& hash : tree.tile(static_cast<std::size_t>(*path->level), path->index,
                                              static_cast<std::uint64_t>(path->width)))
                bytes += view(hash);
            INFO(sample["path"]);
            CHECK(to_hex(sha256(bytes)) == sample["sha256"]);
            ++tiles;
        }
    CHECK(tiles > 8);
    CHECK(tree.tile(0, 273, 113).empty());
    CHECK(tree.tile(0, 274, 1).empty());
    CHECK(tree.tile(3, 0, 1).empty());
}

TEST_CASE("a tile has one address", "[proof]")
{
    const Json data = vectors("merkle/tiles_70000.json");
    for (const Json& one : data["path_ok"]) {
        TilePath path;
        if (!one.contains("entries")) path.level = one["level"].get<int>();
        path.index = one["index"].get<std::uint64_t>();
        if (!one["width"].is_null()) path.width = one["width"].get<int>();
        CHECK(parse_tile_path(text_of(one["path"])) == path);
        CHECK(to_string(path) == one["path"]);
    }
    for (const Json& one : data["path_reject"]) {
        INFO(one);
        CHECK_FALSE(parse_tile_path(text_of(one)));
    }
}

TEST_CASE("any tree agrees with the naive one, and its proofs hold for it alone", "[proof]")
{
    std::mt19937 random{7};
    std::vector<Hash> leaves;
    Tree tree;
    CompactRange range;
    for (int i = 0; i < 700; ++i) {
        leaves.push_back(leaf_hash(std::to_string(random())));
        tree.append(leaves.back());
        range.append(leaves.back());
    }
    CHECK(tree.root() == naive_root(leaves));
    CHECK(range.root() == tree.root());
    for (int i = 0; i < 300; ++i) {
        const std::uint64_t size = 1 + random() % leaves.size(), index = random() % size;
        const std::uint64_t from = 1 + random() % size;
        const Hash root = naive_root(std::span{leaves}.first(size));
        const Hash from_root = naive_root(std::span{leaves}.first(from));
        CHECK(tree.root(size) == root);
        std::vector<Hash> path = tree.inclusion(index, size);
        CHECK(verify_inclusion(index, size, leaves[index], root, path));
        CHECK_FALSE(verify_inclusion(index, size, leaves[(index + 1) % leaves.size()], root, path));
        std::vector<Hash> proof = tree.consistency(from, size);
        CHECK(verify_consistency(from, size, from_root, root, proof));
        CHECK_FALSE(verify_consistency(from, size, root, from_root, proof) != (root == from_root));
        if (proof.empty()) continue;
        proof[random() % proof.size()][random() % 32] ^= 1;
        CHECK_FALSE(verify_consistency(from, size, from_root, root, proof));
    }
}

TEST_CASE("both ways to hash an entry agree with the known answers", "[proof]")
{
    const Json data = vectors("chipledger/leaf_checkpoint_receipt.json");
    for (const Json& leaf : data["leaves"]) {
        const std::string salt = unhex(leaf["salt_hex"]), bytes = unhex(leaf["jcs_hex"]);
        CHECK(to_hex(log_entry(salt, bytes)) == leaf["entry_hex"]);
        CHECK(leaf_hash(log_entry(salt, bytes)) == hash_of_hex(leaf["leaf_hash_hex"]));
        CHECK(leaf_hash_again(salt, bytes) == hash_of_hex(leaf["leaf_hash_hex"]));
        CHECK(leaf_hash_again(salt, bytes + " ") != hash_of_hex(leaf["leaf_hash_hex"]));
    }
}

}  // namespace chipledger
