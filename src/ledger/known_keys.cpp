#include "ledger/known_keys.hpp"

#include <cstring>

#include "proof/hash.hpp"
#include "store/event_store.hpp"

namespace chipledger {

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
        const std::scoped_lock lock{mutex_};
        loaded_ = std::move(all);
    }};
}

bool KnownKeys::may_have(std::uint64_t key)
{
    if (!whole_) {
        const std::scoped_lock lock{mutex_};
        if (!loaded_) return true;  // Until then the store is asked.
        keys_.insert(loaded_->begin(), loaded_->end());
        loaded_.reset();
        whole_ = true;
    }
    return keys_.contains(key);
}

void KnownKeys::stop()
{
    ending_ = true;
    if (thread_.joinable()) thread_.join();
}

}  // namespace chipledger
