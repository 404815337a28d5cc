#pragma once
#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "domain/state.hpp"

// Values as bytes, for a snapshot: an integer is a LEB128 of its zigzag, everything else what it is
// made of, in the order that it is described in. The bytes are this build's own: nothing else has
// to read them, and what was written by another rulebook is not read at all.
namespace chipledger {

/// Hands bytes on in large pieces.
class Sink {
public:
    using Pieces = std::function<void(std::string_view)>;
    explicit Sink(Pieces pieces) : pieces_{std::move(pieces)} {}
    Sink(const Sink&) = delete;

    void number(std::int64_t value)
    {
        auto rest = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
        for (; rest >= 0x80; rest >>= 7) bytes_.push_back(static_cast<char>(rest | 0x80));
        bytes_.push_back(static_cast<char>(rest));
        if (bytes_.size() >= piece_size) flush();
    }
    void raw(std::string_view bytes)
    {
        bytes_.append(bytes);
        if (bytes_.size() >= piece_size) flush();
    }
    void flush()
    {
        pieces_(bytes_);
        bytes_.clear();
    }

private:
    static constexpr std::size_t piece_size = 1 << 18;
    Pieces pieces_;
    std::string bytes_{};
};

/// Throws std::runtime_error where the bytes end early.
class Source {
public:
    explicit Source(std::string_view bytes) : rest_{bytes} {}

    std::int64_t number()
    {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(raw(1).front());
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) break;
        }
        return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
    }
    /// How many follow; each takes a byte at least.
    std::size_t count()
    {
        const auto count = static_cast<std::uint64_t>(number());
        if (count > rest_.size()) throw std::runtime_error{"it counts more than it holds"};
        return count;
    }
    std::string_view raw(std::size_t count)
    {
        if (count > rest_.size()) throw std::runtime_error{"it ends early"};
        const std::string_view bytes = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return bytes;
    }
    bool empty() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

template <class T>
concept Named = requires(T value) { value.value; } && !boost::describe::has_describe_members<T>();
template <class T>
concept Described = boost::describe::has_describe_members<T>::value;
template <class T>
concept Number = std::is_integral_v<T> || std::is_enum_v<T>;

// Declared first: they call one another.
template <class T> void put(Sink& sink, const std::vector<T>& values);
template <class T> void put(Sink& sink, const std::optional<T>& value);
template <class T> void put(Sink& sink, const std::shared_ptr<const T>& value);
template <class... Ts> void put(Sink& sink, const std::variant<Ts...>& value);
template <class K, class V> void put(Sink& sink, const PersistentMap<K, V>& map);
template <class T> void put(Sink& sink, const Shared<T>& value);
template <class T> void put(Sink& sink, const Box<T>& value);
inline void put(Sink& sink, const Replacement& value);
template <Described T> void put(Sink& sink, const T& value);
template <class T> void take(Source& source, std::vector<T>& values);
template <class T> void take(Source& source, std::optional<T>& value);
template <class T> void take(Source& source, std::shared_ptr<const T>& value);
template <class... Ts> void take(Source& source, std::variant<Ts...>& value);
template <class K, class V> void take(Source& source, PersistentMap<K, V>& map);
template <class T> void take(Source& source, Shared<T>& value);
template <class T> void take(Source& source, Box<T>& value);
inline void take(Source& source, Replacement& value);
template <Described T> void take(Source& source, T& value);

template <Number T>
void put(Sink& sink, T value)
{
    sink.number(static_cast<std::int64_t>(value));
}
template <Number T>
void take(Source& source, T& value)
{
    value = static_cast<T>(source.number());
}
inline void put(Sink& sink, const std::string& text)
{
    sink.number(std::ssize(text));
    sink.raw(text);
}
inline void take(Source& source, std::string& text) { text = source.raw(source.count()); }

template <class Rep, class Period>
void put(Sink& sink, std::chrono::duration<Rep, Period> span)
{
    sink.number(span.count());
}
template <class Rep, class Period>
void take(Source& source, std::chrono::duration<Rep, Period>& span)
{
    span = std::chrono::duration<Rep, Period>{source.number()};
}
template <class Duration>
void put(Sink& sink, std::chrono::sys_time<Duration> time)
{
    put(sink, time.time_since_epoch());
}
template <class Duration>
void take(Source& source, std::chrono::sys_time<Duration>& time)
{
    Duration since{};
    take(source, since);
    time = std::chrono::sys_time<Duration>{since};
}
inline void put(Sink& sink, Position position) { sink.number(position.number); }
inline void take(Source& source, Position& position) { position.number = source.number(); }
inline void put(Sink& sink, const Timestamp& timestamp)
{
    put(sink, timestamp.at);
    put(sink, timestamp.offset);
}
inline void take(Source& source, Timestamp& timestamp)
{
    take(source, timestamp.at);
    take(source, timestamp.offset);
}
template <Named T>
void put(Sink& sink, const T& value)
{
    put(sink, value.value);
}
template <Named T>
void take(Source& source, T& value)
{
    take(source, value.value);
}
template <class T, std::size_t n>
void put(Sink& sink, const std::array<T, n>& values)
{
    for (const T& value : values) put(sink, value);
}
template <class T, std::size_t n>
void take(Source& source, std::array<T, n>& values)
{
    for (T& value : values) take(source, value);
}
inline void put(Sink& sink, const Custody& custody) { put(sink, custody.runs()); }
inline void take(Source& source, Custody& custody)
{
    Custody::Runs runs;
    take(source, runs);
    custody = Custody{std::move(runs)};
}

template <class T>
void put(Sink& sink, const std::vector<T>& values)
{
    sink.number(std::ssize(values));
    for (const T& value : values) put(sink, value);
}
template <class T>
void take(Source& source, std::vector<T>& values)
{
    values.resize(source.count());
    for (T& value : values) take(source, value);
}
template <class T>
void put(Sink& sink, const std::optional<T>& value)
{
    sink.number(value.has_value());
    if (value) put(sink, *value);
}
template <class T>
void take(Source& source, std::optional<T>& value)
{
    value.reset();
    if (source.number()) take(source, value.emplace());
}
template <class T>
void put(Sink& sink, const std::shared_ptr<const T>& value)
{
    sink.number(value != nullptr);
    if (value) put(sink, *value);
}
template <class T>
void take(Source& source, std::shared_ptr<const T>& value)
{
    value.reset();
    if (!source.number()) return;
    auto made = std::make_shared<T>();
    take(source, *made);
    value = std::move(made);
}
template <class... Ts>
void put(Sink& sink, const std::variant<Ts...>& value)
{
    sink.number(static_cast<std::int64_t>(value.index()));
    std::visit([&](const auto& one) { put(sink, one); }, value);
}
template <class... Ts>
void take(Source& source, std::variant<Ts...>& value)
{
    const auto index = static_cast<std::size_t>(source.number());
    if (index >= sizeof...(Ts)) throw std::runtime_error{"it names an event that there is not"};
    boost::mp11::mp_with_index<sizeof...(Ts)>(
        index, [&](auto i) { take(source, value.template emplace<i.value>()); });
}
template <class K, class V>
void put(Sink& sink, const PersistentMap<K, V>& map)
{
    sink.number(static_cast<std::int64_t>(map.size()));
    for (const auto& item : map) {
        put(sink, item.key);
        put(sink, item.value);
    }
}
template <class K, class V>
void take(Source& source, PersistentMap<K, V>& map)
{
    using Held = typename PersistentMap<K, V>::Held;
    std::vector<typename PersistentMap<K, V>::ItemPtr> items(source.count());
    for (auto& item : items) {
        K key;
        take(source, key);
        item = new Held{key};
        take(source, item->value);
    }
    map = PersistentMap<K, V>{items};
}
template <class T>
void put(Sink& sink, const Shared<T>& value)
{
    put(sink, *value);
}
template <class T>
void take(Source& source, Shared<T>& value)
{
    take(source, value.edit());
}
template <class T>
void put(Sink& sink, const Box<T>& value)
{
    sink.number(bool(value));
    if (value) put(sink, *value);
}
template <class T>
void take(Source& source, Box<T>& value)
{
    if (!source.number()) return;
    T made{};
    take(source, made);
    value = Box<T>{std::move(made)};
}
template <Described T>
void put(Sink& sink, const T& value)
{
    using Members = boost::describe::describe_members<T, boost::describe::mod_public>;
    boost::mp11::mp_for_each<Members>([&](auto member) { put(sink, value.*member.pointer); });
}
template <Described T>
void take(Source& source, T& value)
{
    using Members = boost::describe::describe_members<T, boost::describe::mod_public>;
    boost::mp11::mp_for_each<Members>([&](auto member) { take(source, value.*member.pointer); });
}
inline void put(Sink& sink, const Replacement& value) { put(sink, value.data); }
inline void take(Source& source, Replacement& value) { take(source, value.data); }

}  // namespace chipledger
