#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <utility>

namespace chipledger {

/// An ordered map that is a value: a copy costs O(1) and shares structure, a change costs
/// O(log n) and copies only what another copy still sees (an AVL tree, path copying; in place
/// where nobody shares). Copies may be read from other threads while one is changed.
template <class Key, class Value>
class PersistentMap {
public:
    struct Item {
        Key key;
        Value value;
    };

private:
    struct Node;
    using Link = std::shared_ptr<Node>;
    struct Node {
        std::shared_ptr<Item> item;
        Link left{};
        Link right{};
        int height = 1;
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

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    friend bool operator==(const PersistentMap& a, const PersistentMap& b)
    {
        return a.root_ == b.root_ ||
               (a.size_ == b.size_ &&
                std::equal(a.begin(), a.end(), b.begin(), [](const Item& x, const Item& y) {
                    return x.key == y.key && x.value == y.value;
                }));
    }
    bool contains(const Key& key) const { return find(key) != nullptr; }
    /// The value under `key`, which must be there.
    const Value& at(const Key& key) const
    {
        const Value* value = find(key);
        if (!value) throw std::out_of_range{"no such key"};
        return *value;
    }

    const Value* find(const Key& key) const
    {
        for (const Node* node = root_.get(); node;) {
            if (key < node->item->key)
                node = node->left.get();
            else if (node->item->key < key)
                node = node->right.get();
            else
                return &node->item->value;
        }
        return nullptr;
    }

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
    Value& edit(const Key& key) { return edit(root_, key); }

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
    static bool alone(const std::shared_ptr<T>& pointer)
    {
        if (pointer.use_count() != 1) return false;
        std::atomic_thread_fence(std::memory_order_acquire);
        return true;
    }
    static Node& own(Link& link)
    {
        if (!alone(link)) link = std::make_shared<Node>(*link);
        return *link;
    }
    static Item& own_item(Node& node)
    {
        if (!alone(node.item)) node.item = std::make_shared<Item>(*node.item);
        return *node.item;
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

    Value& edit(Link& link, const Key& key)
    {
        if (!link) {
            link = std::make_shared<Node>(Node{std::make_shared<Item>(Item{key, Value{}})});
            ++size_;
            return link->item->value;
        }
        Node& node = own(link);
        if (!(key < node.item->key) && !(node.item->key < key)) return own_item(node).value;
        Value& value = edit(key < node.item->key ? node.left : node.right, key);
        balance(link);
        return value;
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
