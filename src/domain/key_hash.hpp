#pragma once
#include <boost/container_hash/hash.hpp>
#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <type_traits>

#include "domain/ids.hpp"

namespace chipledger {

inline std::size_t hash_of(const std::string& text) { return std::hash<std::string>{}(text); }
inline std::size_t hash_of(Position position) { return boost::hash<std::int64_t>{}(position.number); }
template <class Tag>
std::size_t hash_of(const Id<Tag>& id)
{
    return hash_of(id.value);
}
/// Of a key that is described: of all its members.
template <class Key, class = boost::describe::describe_members<Key, boost::describe::mod_public>>
std::size_t hash_of(const Key& key)
{
    std::size_t hash = 0;
    boost::mp11::mp_for_each<boost::describe::describe_members<Key, boost::describe::mod_public>>(
        [&](auto member) { boost::hash_combine(hash, hash_of(key.*member.pointer)); });
    return hash;
}

/// Of items, by their keys.
template <class Key, class Held>
struct HashOfKey {
    using is_transparent = void;
    std::size_t operator()(const Held* held) const { return hash_of(held->key); }
    std::size_t operator()(const Key& key) const { return hash_of(key); }
};
template <class Key, class Held>
struct SameKey {
    using is_transparent = void;
    bool operator()(const Held* a, const Held* b) const { return a->key == b->key; }
    bool operator()(const Key& key, const Held* held) const { return held->key == key; }
    bool operator()(const Held* held, const Key& key) const { return held->key == key; }
};

}  // namespace chipledger
