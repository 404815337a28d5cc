#pragma once
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "proof/checkpoint.hpp"
#include "proof/tile_path.hpp"
#include "proof/tree.hpp"
#include "store/rows.hpp"

namespace chipledger {

/// A checkpoint as it is shown to all.
struct Published {
    std::uint64_t size = 0;
    Note note{};
    std::string text{};  ///< The note as it is served.
};

/// The tree over the durable entries, and the last head of it that was signed. Thread-safe.
class Log {
public:
    /// The next entries, durable now.
    void append(std::span<const EventRow> rows);
    /// The next leaves.
    void append(std::span<const Hash> leaves);
    /// An entry read from the store: the next one, or one that is there already.
    void take(const StoredEntry& entry);
    /// Whether this very entry was taken.
    bool has(const StoredEntry& entry) const;
    /// `count` leaves from index `from` on, all of them there.
    std::vector<Hash> leaves(std::uint64_t from, std::uint64_t count) const;

    std::uint64_t size() const;
    Hash root(std::uint64_t size) const;
    std::vector<Hash> inclusion(std::uint64_t index, std::uint64_t size) const;
    std::vector<Hash> consistency(std::uint64_t from, std::uint64_t to) const;
    /// The hashes of a tile, end to end; "" for one that no published checkpoint covers.
    std::string tile(const TilePath& path) const;
    /// Waits until there are more than `size` entries, at most `limit`; the size then.
    std::uint64_t wait_beyond(std::uint64_t size, std::chrono::milliseconds limit);

    void publish(Note note, std::uint64_t size);
    /// Null before the first.
    std::shared_ptr<const Published> published() const;

    /// Verifier keys, a line each; "" until it is known who signs.
    void name_keys(std::string lines);
    std::string keys() const;

    /// The log is not what was signed before: nothing more is signed until people have looked.
    void raise_alarm(std::string why);
    std::string alarm() const;  ///< "" while all is well.

private:
    mutable std::mutex mutex_{};
    std::condition_variable grown_{};
    Tree tree_{};
    std::shared_ptr<const Published> published_{};
    std::string keys_{};
    std::string alarm_{};
};

}  // namespace chipledger
