#pragma once
#include <boost/unordered/unordered_flat_set.hpp>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace chipledger {

/// Of a principal and its idempotency key. Where two share it, the store tells them apart.
std::uint64_t key_hash(const std::string& principal, const std::string& key);

/// Which idempotency keys the store may have: a new request need not ask it. They are read on a
/// thread of their own, as there may be millions and none is needed to begin. One thread asks.
class KnownKeys {
public:
    KnownKeys() = default;
    ~KnownKeys() { stop(); }
    KnownKeys(const KnownKeys&) = delete;

    void load(std::string database);
    /// False where the store certainly has no such key.
    bool may_have(std::uint64_t key);
    void add(std::uint64_t key) { fresh_.insert(key); }
    void stop();

private:
    /// Those of the store, in order: eight bytes each. Keys are hashes, so their first 16 bits lead to
    /// within a few of each.
    struct Loaded {
        explicit Loaded(std::vector<std::uint64_t> all);
        bool contains(std::uint64_t key) const;

        std::vector<std::uint64_t> keys{};
        std::vector<std::uint32_t> begins{};  ///< By the first 16 bits, and the end.
    };

    boost::unordered_flat_set<std::uint64_t> fresh_{};  ///< Since the start.
    std::mutex mutex_{};
    std::shared_ptr<const Loaded> loaded_{};  ///< Under the lock.
    std::shared_ptr<const Loaded> known_{};   ///< The same, of the one who asks.
    std::atomic<bool> ending_{false};
    std::thread thread_{};
};

}  // namespace chipledger
