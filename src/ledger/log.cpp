#include "ledger/log.hpp"

#include "store/crash_point.hpp"

namespace chipledger {

void Log::append(std::span<const EventRow> rows)
{
    std::vector<Hash> leaves;
    for (const EventRow& row : rows) leaves.push_back(leaf_hash(log_entry(row.salt, row.bytes)));
    append(leaves);
    CRASH_POINT("leaves-appended");
    grown_.notify_all();
}

void Log::append(std::span<const Hash> leaves)
{
    const std::scoped_lock lock{mutex_};
    for (const Hash& leaf : leaves) tree_.append(leaf);
}

void Log::take(const StoredEntry& entry)
{
    if (static_cast<std::uint64_t>(entry.position.number) != size() + 1) return;
    const Hash leaf = leaf_hash(log_entry(entry.salt, entry.bytes));
    append(std::span{&leaf, 1});
}

bool Log::has(const StoredEntry& entry) const
{
    const Hash leaf = leaf_hash(log_entry(entry.salt, entry.bytes));
    const std::scoped_lock lock{mutex_};
    const auto index = static_cast<std::uint64_t>(entry.position.number - 1);
    return index < tree_.size() && tree_.leaf(index) == leaf;
}

std::vector<Hash> Log::leaves(std::uint64_t from, std::uint64_t count) const
{
    std::vector<Hash> leaves(count);
    const std::scoped_lock lock{mutex_};
    for (std::uint64_t i = 0; i < count; ++i) leaves[i] = tree_.leaf(from + i);
    return leaves;
}

std::uint64_t Log::size() const
{
    const std::scoped_lock lock{mutex_};
    return tree_.size();
}

Hash Log::root(std::uint64_t size) const
{
    const std::scoped_lock lock{mutex_};
    return tree_.root(size);
}

std::vector<Hash> Log::inclusion(std::uint64_t index, std::uint64_t size) const
{
    const std::scoped_lock lock{mutex_};
    return tree_.inclusion(index, size);
}

std::vector<Hash> Log::consistency(std::uint64_t from, std::uint64_t to) const
{
    const std::scoped_lock lock{mutex_};
    return tree_.consistency(from, to);
}

std::string Log::tile(const TilePath& path) const
{
    const std::scoped_lock lock{mutex_};
    if (!published_ || !path.level) return {};
    std::uint64_t row = published_->size;
    for (int level = 0; level < *path.level; ++level) row /= tile_width;
    const auto width = static_cast<std::uint64_t>(path.width);
    if (path.index > row / tile_width || path.index * tile_width + width > row) return {};
    std::string bytes;
    for (const Hash& hash : tree_.tile(static_cast<std::size_t>(*path.level), path.index, width))
        bytes += view(hash);
    return bytes;
}

std::uint64_t Log::wait_beyond(std::uint64_t size, std::chrono::milliseconds limit)
{
    std::unique_lock lock{mutex_};
    grown_.wait_for(lock, limit, [&] { return tree_.size() > size; });
    return tree_.size();
}

void Log::publish(Note note, std::uint64_t size)
{
    std::string text = to_string(note);
    auto next =
        std::make_shared<const Published>(Published{size, std::move(note), std::move(text)});
    const std::scoped_lock lock{mutex_};
    published_ = std::move(next);
}

std::shared_ptr<const Published> Log::published() const
{
    const std::scoped_lock lock{mutex_};
    return published_;
}

void Log::name_keys(std::string lines)
{
    const std::scoped_lock lock{mutex_};
    keys_ = std::move(lines);
}

std::string Log::keys() const
{
    const std::scoped_lock lock{mutex_};
    return keys_;
}

void Log::raise_alarm(std::string why)
{
    const std::scoped_lock lock{mutex_};
    alarm_ = std::move(why);
}

std::string Log::alarm() const
{
    const std::scoped_lock lock{mutex_};
    return alarm_;
}

}  // namespace chipledger
