#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "proof/hash.hpp"

namespace chipledger {

inline constexpr std::uint64_t tile_width = 256;
inline constexpr int tile_height = 8;

/// A Merkle tree (RFC 6962 §2.1) that grows at its end. Keeps the rows that tiles are cut from
/// (C2SP tlog-tiles): row L holds the hashes of all complete subtrees of 256^L leaves, about 32.1
/// bytes a leaf. Whatever lies between is computed when asked for, at most 255 hashes a tile.
class Tree {
public:
    void append(const Hash& leaf);
    std::uint64_t size() const { return rows_.empty() ? 0 : rows_[0].size(); }

    /// Root of the first `size` leaves, size at most size().
    Hash root(std::uint64_t size) const;
    Hash root() const { return root(size()); }
    const Hash& leaf(std::uint64_t index) const { return rows_[0][index]; }

    /// PATH(index, D[size]) of RFC 6962 §2.1.1, the sibling of the leaf first. index < size <=
    /// size().
    std::vector<Hash> inclusion(std::uint64_t index, std::uint64_t size) const;
    /// PROOF(from, D[to]) of RFC 6962 §2.1.2. 0 < from <= to <= size().
    std::vector<Hash> consistency(std::uint64_t from, std::uint64_t to) const;

    /// `width` hashes of the tile `index` of row `level`, or none where they are not there.
    std::span<const Hash> tile(std::size_t level, std::uint64_t index, std::uint64_t width) const;

private:
    Hash subtree(int height, std::uint64_t index) const;
    Hash range(std::uint64_t from, std::uint64_t to) const;
    void prove(std::uint64_t index, std::uint64_t from, std::uint64_t to,
               std::vector<Hash>& path) const;
    void prove_prefix(std::uint64_t size, std::uint64_t from, std::uint64_t to, bool whole,
                      std::vector<Hash>& path) const;

    std::vector<std::vector<Hash>> rows_{};
};

/// Accepts when `leaf` is leaf `index` of the tree of `size` leaves with this root (RFC 9162
/// §2.1.3.2).
bool verify_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf, const Hash& root,
              std::span<const Hash> path);
/// Accepts when the first `from` leaves of the tree `to` are the tree `from` (RFC 9162 §2.1.4.2).
/// Nothing is consistent with the empty tree: there is nothing to prove.
bool verify_consistency(std::uint64_t from, std::uint64_t to, const Hash& from_root,
                        const Hash& to_root, std::span<const Hash> path);

/// The root of a tree that only grows, from the roots of its complete subtrees: what must be kept
/// to go on is a hash for each bit of the size.
class CompactRange {
public:
    CompactRange() = default;
    void append(const Hash& leaf);
    std::uint64_t size() const { return size_; }
    Hash root() const;

private:
    std::uint64_t size_ = 0;
    std::vector<Hash> peaks_{};  ///< Largest first.
};

}  // namespace chipledger
