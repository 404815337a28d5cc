#include "proof/tree.hpp"

#include <bit>

namespace chipledger {

namespace {

// The largest power of two below n, for n > 1: where RFC 6962 splits.
std::uint64_t split_of(std::uint64_t n) { return std::bit_floor(n - 1); }

}  // namespace

void Tree::append(const Hash& leaf)
{
    Hash hash = leaf;
    for (std::size_t level = 0;; ++level) {
        if (level == rows_.size()) rows_.emplace_back();
        rows_[level].push_back(hash);
        const std::uint64_t full = rows_[level].size();
        if (full % tile_width != 0) return;
        hash = subtree((static_cast<int>(level) + 1) * tile_height, full / tile_width - 1);
    }
}

// The hash of complete subtree `index` of 2^height leaves: from the row below, where there is none.
Hash Tree::subtree(int height, std::uint64_t index) const
{
    const auto level = static_cast<std::size_t>(height / tile_height);
    if (height % tile_height == 0 && level < rows_.size() && index < rows_[level].size())
        return rows_[level][index];
    return node_hash(subtree(height - 1, 2 * index), subtree(height - 1, 2 * index + 1));
}

// MTH(D[from:to]); every range that arises is aligned as RFC 6962 splits.
Hash Tree::range(std::uint64_t from, std::uint64_t to) const
{
    const std::uint64_t n = to - from;
    if (std::has_single_bit(n)) return subtree(std::countr_zero(n), from / n);
    const std::uint64_t middle = from + split_of(n);
    return node_hash(range(from, middle), range(middle, to));
}

Hash Tree::root(std::uint64_t size) const { return size == 0 ? empty_root() : range(0, size); }

std::vector<Hash> Tree::inclusion(std::uint64_t index, std::uint64_t size) const
{
    std::vector<Hash> path;
    prove(index, 0, size, path);
    return path;
}

void Tree::prove(std::uint64_t index, std::uint64_t from, std::uint64_t to,
                 std::vector<Hash>& path) const
{
    if (to - from == 1) return;
    const std::uint64_t middle = from + split_of(to - from);
    if (index < middle) {
        prove(index, from, middle, path);
        path.push_back(range(middle, to));
    } else {
        prove(index, middle, to, path);
        path.push_back(range(from, middle));
    }
}

std::vector<Hash> Tree::consistency(std::uint64_t from, std::uint64_t to) const
{
    std::vector<Hash> path;
    prove_prefix(from, 0, to, true, path);
    return path;
}

// SUBPROOF(size, D[from:to], whole): `size` counts from `from`.
void Tree::prove_prefix(std::uint64_t size, std::uint64_t from, std::uint64_t to, bool whole,
                        std::vector<Hash>& path) const
{
    if (size == to - from) {
        if (!whole) path.push_back(range(from, to));
        return;
    }
    const std::uint64_t half = split_of(to - from);
    if (size <= half) {
        prove_prefix(size, from, from + half, whole, path);
        path.push_back(range(from + half, to));
    } else {
        prove_prefix(size - half, from + half, to, false, path);
        path.push_back(range(from, from + half));
    }
}

std::span<const Hash> Tree::tile(std::size_t level, std::uint64_t index, std::uint64_t width) const
{
    if (level >= rows_.size() || width == 0 || width > tile_width) return {};
    const std::vector<Hash>& row = rows_[level];
    if (index > row.size() / tile_width || row.size() - index * tile_width < width) return {};
    return std::span{row}.subspan(index * tile_width, width);
}

bool verify_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf, const Hash& root,
              std::span<const Hash> path)
{
    if (index >= size) return false;
    std::uint64_t at = index, last = size - 1;
    Hash hash = leaf;
    for (const Hash& sibling : path) {
        if (last == 0) return false;
        if (at % 2 == 1 || at == last) {
            hash = node_hash(sibling, hash);
            while (at % 2 == 0 && at != 0) {
                at /= 2;
                last /= 2;
            }
        } else {
            hash = node_hash(hash, sibling);
        }
        at /= 2;
        last /= 2;
    }
    return last == 0 && hash == root;
}

bool verify_consistency(std::uint64_t from, std::uint64_t to, const Hash& from_root,
                        const Hash& to_root, std::span<const Hash> path)
{
    if (from == 0 || from > to) return false;
    if (from == to) return path.empty() && from_root == to_root;
    std::vector<Hash> rest{path.begin(), path.end()};
    if (std::has_single_bit(from)) rest.insert(rest.begin(), from_root);
    if (rest.empty()) return false;
    std::uint64_t at = from - 1, last = to - 1;
    while (at % 2 == 1) {
        at /= 2;
        last /= 2;
    }
    Hash before = rest.front(), after = rest.front();
    for (const Hash& hash : std::span{rest}.subspan(1)) {
        if (last == 0) return false;
        if (at % 2 == 1 || at == last) {
            before = node_hash(hash, before);
            after = node_hash(hash, after);
            while (at % 2 == 0 && at != 0) {
                at /= 2;
                last /= 2;
            }
        } else {
            after = node_hash(after, hash);
        }
        at /= 2;
        last /= 2;
    }
    return last == 0 && before == from_root && after == to_root;
}

void CompactRange::append(const Hash& leaf)
{
    Hash hash = leaf;
    for (std::uint64_t bits = size_; bits % 2 == 1; bits /= 2) {
        hash = node_hash(peaks_.back(), hash);
        peaks_.pop_back();
    }
    peaks_.push_back(hash);
    ++size_;
}

Hash CompactRange::root() const
{
    if (peaks_.empty()) return empty_root();
    Hash hash = peaks_.back();
    for (std::size_t i = peaks_.size() - 1; i > 0; --i) hash = node_hash(peaks_[i - 1], hash);
    return hash;
}

}  // namespace chipledger
