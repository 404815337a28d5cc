#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

namespace chipledger {

/// Where one looks from: what was known at entry `known`, of the first `upto` entries.
struct Standpoint {
    std::int64_t known = 0;
    std::int64_t upto = 0;
};

/// Every version that one thing has had, by the entry that made it. Old versions are never touched:
/// a reader who stands at an entry finds the same there for ever, while one writer appends. What a
/// correction tells anew goes over what was told before: who knows of it reads the new from its
/// first entry on, who does not reads on as before.
template <class Value>
class Versions {
public:
    /// The thing after entry `position`; none: it is gone.
    struct Version {
        std::int64_t position = 0;
        std::optional<Value> value{};
    };

    Versions() = default;
    /// What the thing has been from entry `from` on, as it is known from entry `known` on.
    Versions(std::int64_t known, std::int64_t from, std::shared_ptr<const Versions> before)
        : known_{known}, from_{from}, before_{std::move(before)}
    {
    }
    Versions(const Versions&) = delete;
    Versions& operator=(const Versions&) = delete;
    ~Versions()
    {
        for (Block* block = last_.load(); block;) Block::drop(std::exchange(block, block->before));
    }

    /// The next version; positions ascend. One thread at a time writes.
    void append(std::int64_t position, const std::optional<Value>& value)
    {
        Block* block = last_.load(std::memory_order_relaxed);
        if (!block || block->count.load(std::memory_order_relaxed) == block->capacity) {
            block = Block::make(block);
            last_.store(block, std::memory_order_release);
        }
        const std::uint32_t n = block->count.load(std::memory_order_relaxed);
        new (block->records() + n) Record{value ? position : -position, value ? *value : Value{}};
        block->count.store(n + 1, std::memory_order_release);
    }

    /// The version of entry `position`, which is not before the last one, to be changed in place;
    /// made from the last where there is none yet. Only while nobody else looks.
    Value& edit(std::int64_t position)
    {
        Record* last = this->last();
        if (!last && before_) {
            const Value* value = before_->find({known_, from_});
            append(position, value ? std::optional<Value>{*value} : std::optional<Value>{Value{}});
        } else if (!last || last->at() != position) {
            append(position, last && last->position > 0 ? last->value : Value{});
        } else if (last->position < 0) {
            last->position = position;
            last->value = Value{};
        }
        return this->last()->value;
    }
    /// The entry of the last version; 0 for none.
    std::int64_t last_position() const
    {
        const Record* last = this->last();
        return last ? last->at() : 0;
    }

    /// The version that stands at a standpoint, or null. The pointer stays good.
    const Value* find(Standpoint at) const
    {
        const Versions* told = told_at(at);
        const Block* block = told ? told->holding(at.upto) : nullptr;
        return block ? block->records()[block->upto(at.upto) - 1].seen() : nullptr;
    }

    /// How many versions there are up to an entry, where nothing was ever told anew.
    std::int64_t count(std::int64_t upto) const
    {
        const Block* block = holding(upto);
        return (before_ ? before_->count(std::min(upto, from_ - 1)) : 0) +
               (block ? block->counted_before + block->upto(upto) : 0);
    }

    /// Calls `visit(position, const Value*)` for each version in (after, at.upto], ascending.
    template <class Visit>
    void each(Standpoint at, std::int64_t after, Visit& visit) const
    {
        const Versions* told = told_at(at);
        if (!told) return;
        if (told->before_ && told->from_ > after + 1)
            told->before_->each({at.known, told->from_ - 1}, after, visit);
        told->each_own(std::max(after, told->from_ - 1), at.upto, visit);
    }

private:
    static constexpr std::uint32_t capacity_max = 4096;

    struct Record {
        std::int64_t position;  ///< Negative where the thing is gone.
        [[no_unique_address]] Value value;

        std::int64_t at() const { return position < 0 ? -position : position; }
        const Value* seen() const { return position < 0 ? nullptr : &value; }
    };

    /// Records in the order of their entries. The count is raised last, so that what a reader sees
    /// is whole.
    struct Block {
        Block* before = nullptr;
        std::int64_t counted_before = 0;
        std::uint32_t capacity = 0;
        std::atomic<std::uint32_t> count{0};

        static Block* make(Block* before)
        {
            const std::uint32_t grown = before ? before->capacity + before->capacity / 4 + 1 : 1;
            const std::uint32_t capacity = std::min(grown, capacity_max);
            void* memory = ::operator new(sizeof(Block) + capacity * sizeof(Record));
            auto* block = new (memory) Block;
            block->before = before;
            block->capacity = capacity;
            block->counted_before = before ? before->counted_before + before->count.load() : 0;
            return block;
        }
        static void drop(Block* block)
        {
            std::destroy_n(block->records(), block->count.load());
            block->~Block();
            ::operator delete(block);
        }
        Record* records() { return reinterpret_cast<Record*>(this + 1); }
        const Record* records() const { return reinterpret_cast<const Record*>(this + 1); }
        /// Records up to an entry.
        std::uint32_t upto(std::int64_t position) const
        {
            const Record* first = records();
            const Record* last = first + count.load(std::memory_order_acquire);
            const auto later = [](std::int64_t at, const Record& record) { return at < record.at(); };
            return static_cast<std::uint32_t>(std::upper_bound(first, last, position, later) - first);
        }
    };
    static_assert(alignof(Record) <= alignof(Block));

    Record* last() const
    {
        Block* block = last_.load(std::memory_order_relaxed);
        return block ? block->records() + block->count.load(std::memory_order_relaxed) - 1 : nullptr;
    }
    const Versions* told_at(Standpoint at) const
    {
        const Versions* told = this;
        while (told && (told->known_ > at.known || told->from_ > at.upto))
            told = told->before_.get();
        return told;
    }
    const Block* holding(std::int64_t position) const
    {
        const Block* block = last_.load(std::memory_order_acquire);
        while (block && block->upto(position) == 0) block = block->before;
        return block;
    }
    template <class Visit>
    void each_own(std::int64_t after, std::int64_t upto, Visit& visit) const
    {
        std::vector<const Block*> blocks;
        for (const Block* block = holding(upto); block; block = block->before) {
            blocks.push_back(block);
            if (block->records()->at() <= after) break;
        }
        for (auto block = blocks.rbegin(); block != blocks.rend(); ++block)
            for (std::uint32_t i = (*block)->upto(after), n = (*block)->upto(upto); i < n; ++i)
                visit((*block)->records()[i].at(), (*block)->records()[i].seen());
    }

    std::int64_t known_ = 0;
    std::int64_t from_ = 0;
    std::shared_ptr<const Versions> before_{};
    std::atomic<Block*> last_{nullptr};
};

}  // namespace chipledger
