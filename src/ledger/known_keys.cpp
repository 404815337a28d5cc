#include "ledger/known_keys.hpp"

#include <algorithm>
#include <cstring>

#include "proof/hash.hpp"
#include "store/crash_point.hpp"
#include "store/event_store.hpp"

namespace chipledger {

namespace {

constexpr std::uint64_t prefixes = 1 << 16;
constexpr int prefix_shift = 48;

}  // namespace

std::uint64_t key_hash(const std::string& principal, const std::string& key)
{
    const std::string digest = sha256(principal + '\n' + key);
    std::uint64_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
}

void KnownKeys::load(std::string database)
{
    thread_ = std::thread{[this, database = std::move(database)] {
        EventStore store{database};
        std::vector<std::uint64_t> all;
        const auto take = [&](const std::string& principal, const std::string& key) {
            all.push_back(key_hash(principal, key));
            return !ending_;
        };
        if (!store.keys(take) || ending_) return;
        auto loaded = std::make_shared<const Loaded>(std::move(all));
        CRASH_POINT("keys-loaded");
        const std::scoped_lock lock{mutex_};
        loaded_ = std::move(loaded);
    }};
}

KnownKeys::Loaded::Loaded(std::vector<std::uint64_t> all) : keys{std::move(all)}
{
    std::ranges::sort(keys);
    keys.shrink_to_fit();
    begins.reserve(prefixes + 1);
    for (std::uint64_t prefix = 0; prefix < prefixes; ++prefix)
        begins.push_back(static_cast<std::uint32_t>(
            std::ranges::lower_bound(keys, prefix << prefix_shift) - keys.begin()));
    begins.push_back(static_cast<std::uint32_t>(keys.size()));
}

bool KnownKeys::Loaded::contains(std::uint64_t key) const
{
    const std::size_t prefix = key >> prefix_shift;
    return std::binary_search(keys.begin() + begins[prefix], keys.begin() + begins[prefix + 1], key);
}

bool KnownKeys::may_have(std::uint64_t key)
{
    if (!known_) {
        const std::scoped_lock lock{mutex_};
        known_ = loaded_;
    }
    // Until they are there the store is asked.
    return !known_ || fresh_.contains(key) || known_->contains(key);
}

void KnownKeys::stop()
{
    ending_ = true;
    if (thread_.joinable()) thread_.join();
}

}  // namespace chipledger
