#pragma once
#include <boost/unordered/unordered_flat_set.hpp>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
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
    void add(std::uint64_t key) { keys_.insert(key); }
    void stop();

private:
    boost::unordered_flat_set<std::uint64_t> keys_{};
    bool whole_ = false;  ///< keys_ has all of them.
    std::mutex mutex_{};
    std::optional<std::vector<std::uint64_t>> loaded_{};
    std::atomic<bool> ending_{false};
    std::thread thread_{};
};

}  // namespace chipledger
