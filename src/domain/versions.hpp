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
        : anew_{new Anew{known, from, std::move(before)}}
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
        if (value)
            add(position, *value);
        else
            add(position, Value{}, true);
    }

    /// The version of entry `position`, which is not before the last one, to be changed in place;
    /// made from the last where there is none yet. Only while nobody else looks.
    Value& edit(std::int64_t position)
    {
        if (last_position() != position) {
            const Value* value = before_next();
            const Value none{};
            add(position, value ? *value : none);
        }
        Record& record = last_.load(std::memory_order_relaxed)->last();
        if (record.gone()) record = {Value{}, record.offset()};
        return record.value;
    }
    /// The entry of the last version; 0 for none.
    std::int64_t last_position() const
    {
        Block* block = last_.load(std::memory_order_relaxed);
        return block ? block->at(block->last()) : 0;
    }

    /// The version that stands at a standpoint, or null. The pointer stays good.
    const Value* find(Standpoint at) const
    {
        const Versions* told = told_at(at);
        const Block* block = told ? told->holding(at.upto) : nullptr;
        return block ? block->records()[block->upto(at.upto) - 1].seen() : nullptr;
    }

    /// Whether those who stand at `earlier` see the same up to there as those who stand at `at`,
    /// which is not before it: nothing of it was told anew between.
    bool same_up_to(Standpoint earlier, Standpoint at) const
    {
        return told_at(earlier) == told_at(at);
    }

    /// How many versions there are up to an entry, where nothing was ever told anew.
    std::int64_t count(std::int64_t upto) const
    {
        return (before() ? before()->count(std::min(upto, from() - 1)) : 0) + own_count(upto);
    }

    // What a snapshot keeps and brings back.

    /// From which entry on this is known and counts, and what was told before; 0, 0 and null where
    /// nothing was.
    std::int64_t known() const { return anew_ ? anew_->known : 0; }
    std::int64_t from() const { return anew_ ? anew_->from : 0; }
    const Versions* before() const { return anew_ ? anew_->before.get() : nullptr; }
    /// Versions that were told here, up to an entry; each of them, ascending, as each() does.
    std::int64_t own_count(std::int64_t upto) const
    {
        const Block* block = holding(upto);
        return block ? block->counted_before + block->upto(upto) : 0;
    }
    template <class Visit>
    void each_own(std::int64_t after, std::int64_t upto, Visit& visit) const
    {
        std::vector<const Block*> blocks;
        for (const Block* block = holding(upto); block; block = block->before) {
            blocks.push_back(block);
            if (block->first <= after) break;
        }
        for (auto block = blocks.rbegin(); block != blocks.rend(); ++block)
            for (std::uint32_t i = (*block)->upto(after), n = (*block)->upto(upto); i < n; ++i)
                visit((*block)->at((*block)->records()[i]), (*block)->records()[i].seen());
    }
    /// Takes room for so many versions, before the first.
    void reserve(std::size_t count)
    {
        if (count > 1 && !last_.load()) last_.store(Block::make(nullptr, count));
    }

    /// Calls `visit(position, const Value*)` for each version in (after, at.upto], ascending.
    template <class Visit>
    void each(Standpoint at, std::int64_t after, Visit& visit) const
    {
        const Versions* told = told_at(at);
        if (!told) return;
        if (told->before() && told->from() > after + 1)
            told->before()->each({at.known, told->from() - 1}, after, visit);
        told->each_own(std::max(after, told->from() - 1), at.upto, visit);
    }

private:
    static constexpr std::size_t capacity_max = 4096;
    static constexpr std::size_t grown_bytes = 32;  ///< A block after the first holds these.

    /// Rare, so kept apart.
    struct Anew {
        std::int64_t known;
        std::int64_t from;
        std::shared_ptr<const Versions> before;
    };
    /// Its entry counts from the first one of its block: half the room.
    struct Record {
        static constexpr std::uint32_t gone_bit = 1U << 31;
        [[no_unique_address]] Value value;
        std::uint32_t place;

        bool gone() const { return (place & gone_bit) != 0; }
        std::uint32_t offset() const { return place & ~gone_bit; }
        const Value* seen() const { return gone() ? nullptr : &value; }
    };

    /// Records in the order of their entries. The count is raised last, so that what a reader sees
    /// is whole.
    struct Block {
        Block* before = nullptr;
        std::int64_t counted_before = 0;
        std::int64_t first = 0;  ///< The entry of the first record.
        std::uint32_t capacity = 0;
        std::atomic<std::uint32_t> count{0};

        static Block* make(Block* before)
        {
            if (!before) return make(nullptr, 1);
            const std::size_t grown = before->capacity + before->capacity / 8 + 1;
            return make(before, std::min(std::max(grown, grown_bytes / sizeof(Record)),
                                         capacity_max));
        }
        /// Room for so many, and for what more fits into the memory that malloc rounds up to.
        static Block* make(Block* before, std::size_t wanted)
        {
            const std::size_t bytes = sizeof(Block) + wanted * sizeof(Record);
            const std::size_t given = (bytes + 8 + 15) / 16 * 16 - 8;
            void* memory = ::operator new(given);
            auto* block = new (memory) Block;
            block->before = before;
            block->capacity =
                static_cast<std::uint32_t>((given - sizeof(Block)) / sizeof(Record));
            block->counted_before = before ? before->counted_before + before->count.load() : 0;
            return block;
        }
        static void drop(Block* block)
        {
            std::destroy_n(block->records(), block->count.load());
            block->~Block();
            ::operator delete(block);
        }
        bool takes(std::int64_t position) const
        {
            return count.load(std::memory_order_relaxed) < capacity &&
                   position - first < Record::gone_bit;
        }
        void append(std::int64_t position, const Value& value, bool gone)
        {
            const std::uint32_t n = count.load(std::memory_order_relaxed);
            if (n == 0) first = position;
            const auto offset = static_cast<std::uint32_t>(position - first);
            new (records() + n) Record{value, offset | (gone ? Record::gone_bit : 0)};
            count.store(n + 1, std::memory_order_release);
        }
        Record* records() { return reinterpret_cast<Record*>(this + 1); }
        const Record* records() const { return reinterpret_cast<const Record*>(this + 1); }
        Record& last() { return records()[count.load(std::memory_order_relaxed) - 1]; }
        std::int64_t at(const Record& record) const { return first + record.offset(); }
        /// Records up to an entry.
        std::uint32_t upto(std::int64_t position) const
        {
            const Record* begin = records();
            const std::uint32_t n = count.load(std::memory_order_acquire);
            const Record* end = begin + n;
            if (n > 0 && at(end[-1]) <= position) return n;  // From the head, as nearly all look.
            const auto later = [this](std::int64_t at_most, const Record& record) {
                return at_most < at(record);
            };
            return static_cast<std::uint32_t>(std::upper_bound(begin, end, position, later) - begin);
        }
    };
    static_assert(alignof(Record) <= alignof(Block));

    void add(std::int64_t position, const Value& value, bool gone = false)
    {
        Block* block = last_.load(std::memory_order_relaxed);
        if (!block || !block->takes(position)) {
            block = Block::make(block);
            block->first = position;
            last_.store(block, std::memory_order_release);
        }
        block->append(position, value, gone);
    }
    /// What the next version begins with; null: nothing is there.
    const Value* before_next() const
    {
        if (Block* block = last_.load(std::memory_order_relaxed)) return block->last().seen();
        return before() ? before()->find({known(), from()}) : nullptr;
    }
    const Versions* told_at(Standpoint at) const
    {
        const Versions* told = this;
        while (told && (told->known() > at.known || told->from() > at.upto)) told = told->before();
        return told;
    }
    const Block* holding(std::int64_t position) const
    {
        const Block* block = last_.load(std::memory_order_acquire);
        while (block && block->upto(position) == 0) block = block->before;
        return block;
    }
    std::unique_ptr<const Anew> anew_{};
    std::atomic<Block*> last_{nullptr};
};

}  // namespace chipledger
