#pragma once
#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>
#include <limits>
#include <memory>
#include <stdexcept>
#include <vector>

#include "domain/key_hash.hpp"
#include "domain/persistent_map.hpp"
#include "domain/versions.hpp"

namespace chipledger {

/// The things of one kind, ordered by key, as they are seen from a standpoint: the versions that
/// the log has settled, and over them what was changed here since and is nobody else's business.
/// A copy costs O(1); looking from another standpoint too.
template <class Key, class Value>
class Things {
    using Base = PersistentMap<Key, Versions<Value>>;

public:
    using key_type = Key;
    using Version = typename Versions<Value>::Version;
    using Layer = std::vector<Version>;  ///< What was changed here: a version for each entry.
    using Changes = PersistentMap<Key, Layer>;

    struct Item {
        const Key& key;
        const Value& value;
    };

    /// Ascending. Valid while the things it came from are neither changed nor gone.
    class const_iterator {
    public:
        using value_type = Item;
        using reference = Item;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;

        struct Arrow {
            Item item;
            const Item* operator->() const { return &item; }
        };
        Item operator*() const { return {*key_, *value_}; }
        Arrow operator->() const { return {**this}; }
        const_iterator& operator++()
        {
            step();
            return *this;
        }
        const_iterator operator++(int)
        {
            const_iterator old = *this;
            step();
            return old;
        }
        friend bool operator==(const const_iterator& a, const const_iterator& b)
        {
            return a.key_ == b.key_;
        }

    private:
        friend class Things;
        // The two maps side by side; of a key that is in both, the change counts.
        void step()
        {
            for (key_ = nullptr; !key_;) {
                const bool based = base_ != typename Base::const_iterator{};
                const bool changed = change_ != typename Changes::const_iterator{};
                if (!based && !changed) return;
                if (changed && !(based && base_->key < change_->key)) {
                    if (based && !(change_->key < base_->key)) ++base_;
                    take(change_->key, now_of(change_->value));
                    ++change_;
                } else {
                    take(base_->key, base_->value.find(at_));
                    ++base_;
                }
            }
        }
        void take(const Key& key, const Value* value)
        {
            if (!value) return;
            key_ = &key;
            value_ = value;
        }
        typename Base::const_iterator base_{};
        typename Changes::const_iterator change_{};
        Standpoint at_{};
        const Key* key_ = nullptr;
        const Value* value_ = nullptr;
    };

    const Value* find(const Key& key) const
    {
        if (const Layer* layer = changes_.empty() ? nullptr : changes_.find(key))
            return now_of(*layer);
        return settled(key);
    }
    bool contains(const Key& key) const { return find(key) != nullptr; }
    /// The value under `key`, which must be there.
    const Value& at(const Key& key) const
    {
        const Value* value = find(key);
        if (!value) throw std::out_of_range{"no such key"};
        return *value;
    }
    const_iterator begin() const
    {
        return from(base_.begin(), changes_.begin());
    }
    const_iterator end() const { return {}; }
    bool empty() const { return begin() == end(); }
    /// The first item whose key is not below `key`.
    const_iterator lower_bound(const Key& key) const
    {
        return from(base_.lower_bound(key), changes_.lower_bound(key));
    }

    /// The value under `key`, to be changed by the entry of begin_entry(); made first where there
    /// is none.
    Value& edit(const Key& key)
    {
        if (alone_) return common(key).edit(entry_);
        std::optional<Value>& value = layer(key).back().value;
        if (!value) value.emplace();
        return *value;
    }
    void insert(const Key& key, Value value) { edit(key) = std::move(value); }
    void erase(const Key& key)
    {
        if (alone_)
            common(key).append(entry_, std::nullopt);
        else
            layer(key).back().value.reset();
    }

    /// Whether the entry of begin_entry() has changed it already.
    bool edited(const Key& key) const
    {
        if (alone_) {
            const auto* versions = versions_of(key);
            return versions && versions->last_position() == entry_;
        }
        const Layer* layer = changes_.find(key);
        return layer && layer->back().position == entry_;
    }

    /// The settled value as of an earlier entry, as it is known here.
    const Value* as_of(const Key& key, std::int64_t entry) const
    {
        const auto* versions = versions_of(key);
        return versions ? versions->find({at_.known, entry}) : nullptr;
    }

    /// Versions of `key` up to here.
    std::int64_t count(const Key& key) const
    {
        const auto* versions = versions_of(key);
        const Layer* layer = changes_.find(key);
        return (versions ? versions->count(at_.upto) : 0) +
               (layer ? static_cast<std::int64_t>(layer->size()) : 0);
    }
    /// Calls `visit(position, const Value*)` for each version after entry `after` up to here,
    /// ascending; null where the thing is gone.
    template <class Visit>
    void history(const Key& key, Visit&& visit, std::int64_t after = 0) const
    {
        if (const auto* versions = base_.find(key)) versions->each(at_, after, visit);
        if (const Layer* layer = changes_.find(key))
            for (const Version& version : *layer)
                if (version.position > after)
                    visit(version.position, version.value ? &*version.value : nullptr);
    }

    /// Whether the history of `key` begins here with all that `earlier`, which looks from no later
    /// entry, sees of it.
    bool goes_on_from(const Things& earlier, const Key& key) const
    {
        const auto* versions = versions_of(key);
        return versions && versions == earlier.versions_of(key) && !changes_.contains(key) &&
               !earlier.changes_.contains(key) && versions->same_up_to(earlier.at_, at_);
    }

    // What a State does with all its kinds of things at once.

    /// What is changed from here on is changed by this entry.
    void begin_entry(std::int64_t position)
    {
        if (entry_ != position) edited_.clear();
        entry_ = position;
    }
    /// From here on edited_keys() tells what the entry of begin_entry() changes.
    void track() { tracks_ = true; }
    const std::vector<Key>& edited_keys() const { return edited_; }
    /// Nobody else looks yet, as in a fold from nothing: what is changed is settled at once.
    void be_alone()
    {
        constexpr auto end = std::numeric_limits<std::int64_t>::max();
        alone_ = true;
        at_ = {end, end};
        if (!index_) index_ = std::make_shared<Index>(base_.empty());
    }
    /// Others look from here on: what be_alone() keeps to find things sooner is no more.
    void be_seen() { index_ = {}; }
    /// Looks at what is settled from there; what was changed here stays over it.
    void stand(Standpoint at) { at_ = at; }
    /// Makes what was changed here part of what all see from entry `upto` on. Only the one who
    /// writes the log may.
    void settle(std::int64_t upto)
    {
        for (const auto& item : changes_)
            for (const Version& version : item.value)
                base_.common(item.key).append(version.position, version.value);
        changes_ = {};
        alone_ = false;
        at_ = {upto, upto};
    }
    /// Goes on over what `other` has settled up to entry `upto`: what was changed here up to there
    /// is among it, what was changed later stays.
    void go_on_from(const Things& other, std::int64_t upto)
    {
        Changes later;
        for (const auto& item : changes_) {
            const auto first = std::ranges::find_if(
                item.value, [&](const Version& version) { return version.position > upto; });
            if (first != item.value.end()) later.edit(item.key) = {first, item.value.end()};
        }
        changes_ = std::move(later);
        base_ = other.base_;
        at_ = other.at_;
    }
    /// The settled value at the standpoint, whatever was changed here.
    const Value* settled(const Key& key) const
    {
        const auto* versions = versions_of(key);
        return versions ? versions->find(at_) : nullptr;
    }
    const Changes& changes() const { return changes_; }
    /// What is settled counts again, for all.
    void drop() { changes_ = {}; }
    /// What is settled counts again for `key`.
    void forget(const Key& key) { changes_.erase(key); }
    /// What `key` has been from entry `from` on, as it is known from entry `known` on; here, and
    /// where this is settled.
    void retell(const Key& key, std::int64_t known, std::int64_t from,
                const std::vector<Version>& told)
    {
        typename Base::ItemPtr item = told_anew(key, known, from, base_.item(key));
        for (const Version& version : told) item->value.append(version.position, version.value);
        if (index_) {
            index_->held.erase(item.get());
            index_->held.insert(item.get());
        }
        base_.put(std::move(item));
    }
    /// Makes what was changed here settled, for this copy alone.
    void settle_here(std::int64_t upto)
    {
        for (const auto& item : changes_)
            retell(item.key, item.value.front().position, item.value.front().position, item.value);
        changes_ = {};
        alone_ = false;
        at_ = {upto, upto};
    }
    /// Takes over what another has settled; what was changed here stays over it.
    void rebase(const Things& other) { base_ = other.base_; }

    /// Every version of what is settled, for a snapshot; and what a snapshot brings back.
    const Base& base() const { return base_; }
    /// An item for what is told anew; whoever sees the one of before (or null) goes on seeing it.
    static typename Base::ItemPtr told_anew(const Key& key, std::int64_t known, std::int64_t from,
                                            const typename Base::ItemPtr& before)
    {
        const auto held = before ? std::shared_ptr<const Versions<Value>>{&before->value,
                                                                          [before](auto*) {}}
                                 : nullptr;
        return new typename Base::Held{key, known, from, held};
    }
    void restore(Base base) { base_ = std::move(base); }

private:
    using Held = typename Base::Held;
    struct Index {
        explicit Index(bool from_nothing) : whole{from_nothing} {}
        boost::unordered_flat_set<Held*, HashOfKey<Key, Held>, SameKey<Key, Held>> held{};
        bool whole;  ///< What it does not have is not there.
    };

    /// As PersistentMap::common().
    Versions<Value>& common(const Key& key)
    {
        if (Held* held = indexed(key)) return held->value;
        Held& made = base_.common_item(key);
        index_->held.insert(&made);
        return made.value;
    }
    const Versions<Value>* versions_of(const Key& key) const
    {
        if (!alone_) return base_.find(key);
        const Held* held = indexed(key);
        return held ? &held->value : nullptr;
    }
    Held* indexed(const Key& key) const
    {
        if (const auto at = index_->held.find(key); at != index_->held.end()) return *at;
        Held* held = index_->whole ? nullptr : base_.item(key).get();
        if (held) index_->held.insert(held);
        return held;
    }

    static const Value* now_of(const Layer& layer)
    {
        const auto& value = layer.back().value;
        return value ? &*value : nullptr;
    }
    const_iterator from(typename Base::const_iterator base,
                        typename Changes::const_iterator change) const
    {
        const_iterator at;
        at.base_ = base;
        at.change_ = change;
        at.at_ = at_;
        at.step();
        return at;
    }
    Layer& layer(const Key& key)
    {
        Layer& layer = changes_.edit(key);
        if (tracks_ && (layer.empty() || layer.back().position != entry_)) edited_.push_back(key);
        if (layer.empty()) {
            const Value* value = settled(key);
            layer.push_back({entry_, value ? std::optional<Value>{*value} : std::nullopt});
        } else if (layer.back().position != entry_) {
            Version next{entry_, layer.back().value};
            layer.push_back(std::move(next));
        }
        return layer;
    }

    Base base_{};
    Changes changes_{};
    Standpoint at_{};
    std::int64_t entry_ = 0;
    std::vector<Key> edited_{};
    bool tracks_ = false;
    bool alone_ = false;
    std::shared_ptr<Index> index_{};  ///< Of be_alone(): a fold looks up a dozen keys an entry.
};

}  // namespace chipledger
