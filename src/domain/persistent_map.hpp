#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace chipledger {

/// An ordered map that is a value: a copy costs O(1) and shares structure, a change costs
/// O(log n) and copies only what another copy still sees (an AVL tree, path copying; in place
/// where nobody shares). Copies may be read from other threads while one is changed.
template <class Key, class Value>
class PersistentMap {
public:
    struct Item {
        template <class... Args>
        explicit Item(const Key& of, Args&&... args) : key{of}, value{std::forward<Args>(args)...}
        {
        }
        Key key;
        Value value;
    };
    /// An item as maps share it.
    struct Held : boost::intrusive_ref_counter<Held>, Item {
        using Item::Item;
    };
    using ItemPtr = boost::intrusive_ptr<Held>;

private:
    struct Node;
    using Link = boost::intrusive_ptr<Node>;
    struct Node : boost::intrusive_ref_counter<Node> {
        std::int32_t height = 1;
        ItemPtr item{};
        Link left{};
        Link right{};
    };
    static constexpr std::size_t height_max = 64;

public:
    /// Ascending. Valid while the map it came from is neither changed nor gone.
    class const_iterator {
    public:
        using value_type = Item;
        using reference = const Item&;
        using pointer = const Item*;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::forward_iterator_tag;

        reference operator*() const { return *path_[depth_ - 1]->item; }
        pointer operator->() const { return path_[depth_ - 1]->item.get(); }
        const_iterator& operator++()
        {
            const Node* next = path_[--depth_]->right.get();
            descend_left(next);
            return *this;
        }
        const_iterator operator++(int)
        {
            const_iterator old = *this;
            ++*this;
            return old;
        }
        friend bool operator==(const const_iterator& a, const const_iterator& b)
        {
            return a.top() == b.top();
        }

    private:
        friend class PersistentMap;
        const Node* top() const { return depth_ ? path_[depth_ - 1] : nullptr; }
        void descend_left(const Node* node)
        {
            for (; node; node = node->left.get()) path_[depth_++] = node;
        }
        std::array<const Node*, height_max> path_{};
        std::size_t depth_ = 0;
    };

    PersistentMap() = default;
    /// Of items in the order of their keys.
    explicit PersistentMap(const std::vector<ItemPtr>& ascending)
        : root_{balanced(ascending, 0, ascending.size())}, size_{ascending.size()}
    {
    }

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    friend bool operator==(const PersistentMap& a, const PersistentMap& b)
    {
        if (a.size_ != b.size_) return false;
        if (const std::optional<bool> known = equal(a.root_, b.root_)) return *known;
        return std::equal(a.begin(), a.end(), b.begin(), equal_items);
    }
    bool contains(const Key& key) const { return find_item(key) != nullptr; }
    /// The value under `key`, which must be there.
    const Value& at(const Key& key) const
    {
        const Value* value = find(key);
        if (!value) throw std::out_of_range{"no such key"};
        return *value;
    }
    const Value* find(const Key& key) const
    {
        const Held* item = find_item(key);
        return item ? &item->value : nullptr;
    }
    /// The item under `key`, for whoever keeps it; or null.
    ItemPtr item(const Key& key) const { return ItemPtr{find_item(key)}; }

    /// The item with the greatest key that is not above `key`, or null.
    const Item* floor(const Key& key) const
    {
        const Item* best = nullptr;
        for (const Node* node = root_.get(); node;) {
            if (key < node->item->key) {
                node = node->left.get();
            } else {
                best = node->item.get();
                node = node->right.get();
            }
        }
        return best;
    }

    /// The item with the greatest key, or null.
    const Item* last() const
    {
        const Node* node = root_.get();
        while (node && node->right) node = node->right.get();
        return node ? node->item.get() : nullptr;
    }

    const_iterator begin() const
    {
        const_iterator first;
        first.descend_left(root_.get());
        return first;
    }
    const_iterator end() const { return {}; }

    /// The first item whose key is not below `key`.
    const_iterator lower_bound(const Key& key) const
    {
        const_iterator at;
        for (const Node* node = root_.get(); node;) {
            if (node->item->key < key) {
                node = node->right.get();
            } else {
                at.path_[at.depth_++] = node;
                node = node->left.get();
            }
        }
        return at;
    }

    /// The value under `key`, to be changed in place; made first where there is none.
    Value& edit(const Key& key)
    {
        ItemPtr& item = slot(root_, key);
        if (!item)
            item = new Held{key};
        else if (!alone(item))
            item = new Held{item->key, item->value};
        return item->value;
    }
    /// The value under `key` that all copies share which have it, made first where there is none.
    /// Whoever changes it sees to it that they may look meanwhile.
    Value& common(const Key& key)
    {
        if (Held* held = find_item(key)) return held->value;
        return common_item(key).value;
    }
    /// The item itself, by whoever knows that it is most likely not there.
    Held& common_item(const Key& key)
    {
        ItemPtr& item = slot(root_, key);
        if (!item) item = new Held{key};
        return *item;
    }
    /// This item from here on, whatever there was under its key.
    void put(ItemPtr item)
    {
        ItemPtr& place = slot(root_, item->key);
        place = std::move(item);
    }

    void insert(const Key& key, Value value) { edit(key) = std::move(value); }

    bool erase(const Key& key)
    {
        if (!contains(key)) return false;
        erase(root_, key);
        --size_;
        return true;
    }

private:
    // Alone means that no other copy reads it; the fence orders us after their last read.
    template <class T>
    static bool alone(const boost::intrusive_ptr<T>& pointer)
    {
        if (pointer->use_count() != 1) return false;
        std::atomic_thread_fence(std::memory_order_acquire);
        return true;
    }
    static Node& own(Link& link)
    {
        if (!alone(link)) {
            Link copy{new Node};
            copy->height = link->height;
            copy->item = link->item;
            copy->left = link->left;
            copy->right = link->right;
            link = std::move(copy);
        }
        return *link;
    }

    static bool equal_items(const Item& a, const Item& b)
    {
        return a.key == b.key && a.value == b.value;
    }
    // Without a look at what the two share; none where they have grown to different shapes.
    static std::optional<bool> equal(const Link& a, const Link& b)
    {
        if (a == b) return true;
        if (!a || !b || a->item->key != b->item->key) return {};
        if (a->item != b->item && !equal_items(*a->item, *b->item)) return false;
        const std::optional<bool> left = equal(a->left, b->left);
        return left && *left ? equal(a->right, b->right) : left;
    }

    static Link balanced(const std::vector<ItemPtr>& items, std::size_t from, std::size_t to)
    {
        if (from == to) return {};
        const std::size_t middle = from + (to - from) / 2;
        Link link{new Node};
        link->item = items[middle];
        link->left = balanced(items, from, middle);
        link->right = balanced(items, middle + 1, to);
        measure(*link);
        return link;
    }

    static int height(const Link& link) { return link ? link->height : 0; }
    static int tilt(const Node& node) { return height(node.left) - height(node.right); }
    static void measure(Node& node)
    {
        node.height = 1 + std::max(height(node.left), height(node.right));
    }

    static void rotate(Link& top, Link Node::*up, Link Node::*down)
    {
        own(top);
        own((*top).*up);
        Link rising = std::move((*top).*up);
        (*top).*up = std::move((*rising).*down);
        measure(*top);
        (*rising).*down = std::move(top);
        measure(*rising);
        top = std::move(rising);
    }

    static void balance(Link& link)
    {
        Node& node = own(link);
        measure(node);
        const int lean = tilt(node);
        if (lean > 1) {
            if (tilt(*node.left) < 0) rotate(node.left, &Node::right, &Node::left);
            rotate(link, &Node::left, &Node::right);
        } else if (lean < -1) {
            if (tilt(*node.right) > 0) rotate(node.right, &Node::left, &Node::right);
            rotate(link, &Node::right, &Node::left);
        }
    }

    Held* find_item(const Key& key) const
    {
        for (Node* node = root_.get(); node;) {
            if (key < node->item->key)
                node = node->left.get();
            else if (node->item->key < key)
                node = node->right.get();
            else
                return node->item.get();
        }
        return nullptr;
    }

    // Where the item of `key` is held in nodes of our own; empty where there was none.
    ItemPtr& slot(Link& link, const Key& key)
    {
        if (!link) {
            link = new Node;
            ++size_;
            return link->item;
        }
        Node& node = own(link);
        const bool left = key < node.item->key;
        if (!left && !(node.item->key < key)) return node.item;
        ItemPtr& item = slot(left ? node.left : node.right, key);
        if (!item) balance(link);
        return item;
    }

    static void erase(Link& link, const Key& key)
    {
        Node& node = own(link);
        if (key < node.item->key) {
            erase(node.left, key);
        } else if (node.item->key < key) {
            erase(node.right, key);
        } else if (!node.left || !node.right) {
            Link rest = std::move(node.left ? node.left : node.right);
            link = std::move(rest);
            if (!link) return;
        } else {
            const Node* next = node.right.get();
            while (next->left) next = next->left.get();
            node.item = next->item;
            const Key moved = node.item->key;
            erase(node.right, moved);
        }
        balance(link);
    }

    Link root_{};
    std::size_t size_ = 0;
};

}  // namespace chipledger
