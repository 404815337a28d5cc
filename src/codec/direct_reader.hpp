#pragma once
// Inside src/codec alone: values straight out of JSON text, without a tree of them in between.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "codec/reader.hpp"
#include "codec/utf8.hpp"
#include "codec/wire.hpp"

namespace chipledger {

/// A place in JSON text (RFC 8259). Each member reads one thing whole, and the white space before
/// it, or says false, and then all is over: whatever is rare or wrong is left to the slower reader.
class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_{text} {}

    bool done() { return next() == '\0' && rest_.empty(); }
    /// The character that comes next; U+0000 at the end.
    char next()
    {
        std::size_t gap = 0;
        while (gap < rest_.size() && is_space(rest_[gap])) ++gap;
        rest_.remove_prefix(gap);
        return rest_.empty() ? '\0' : rest_.front();
    }
    bool literal(std::string_view expected)
    {
        next();
        if (!rest_.starts_with(expected)) return false;
        rest_.remove_prefix(expected.size());
        return true;
    }
    /// A string without escapes, in UTF-8.
    bool string(std::string_view& out)
    {
        if (!literal("\"")) return false;
        bool ascii = true;
        std::size_t end = 0;
        for (; end < rest_.size() && rest_[end] != '"'; ++end) {
            const auto byte = static_cast<unsigned char>(rest_[end]);
            if (byte < 0x20 || byte == 0x7F || byte == '\\') return false;
            ascii = ascii && byte < 0x80;
        }
        if (end == rest_.size()) return false;
        out = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return ascii || is_utf8(out);
    }
    /// An integer within ±(2^53 − 1), as RFC 8785 writes it.
    bool integer(std::int64_t& out)
    {
        next();
        const char* first = rest_.data();
        const auto [end, error] = std::from_chars(first, first + rest_.size(), out);
        const auto length = static_cast<std::size_t>(end - first);
        const std::string_view digits = rest_.substr(0, length);
        if (error != std::errc{} || out > EntryNumber::max || out < -EntryNumber::max) return false;
        if (digits.starts_with("-0") || (digits.size() > 1 && digits.front() == '0')) return false;
        rest_.remove_prefix(length);
        const char after = rest_.empty() ? '\0' : rest_.front();
        return after != '.' && after != 'e' && after != 'E';
    }
    /// The text of an object, unread.
    bool whole_object(std::string_view& out)
    {
        if (next() != '{') return false;
        Cursor end = *this;
        std::size_t depth = 0;
        do {
            std::string_view ignored;
            const char c = end.next();
            if (c == '\0') return false;
            if (c == '"') {
                if (!end.string(ignored)) return false;
                continue;
            }
            if (c == '{') ++depth;
            if (c == '}') --depth;
            end.rest_.remove_prefix(1);
        } while (depth > 0);
        out = rest_.substr(0, rest_.size() - end.rest_.size());
        *this = end;
        return true;
    }
    /// The members of an object, each there once: `member(name)` reads the value of each.
    template <class Member>
    bool object(Member&& member)
    {
        std::array<std::string_view, members_max> seen;
        std::size_t count = 0;
        if (!literal("{")) return false;
        if (literal("}")) return true;
        do {
            std::string_view name;
            if (count == members_max || !string(name) || !literal(":")) return false;
            const auto end = seen.begin() + static_cast<std::ptrdiff_t>(count);
            if (std::find(seen.begin(), end, name) != end || !member(name)) return false;
            seen[count++] = name;
        } while (literal(","));
        return literal("}");
    }
    /// The items of a list of at most `most`: `item()` reads each.
    template <class Item>
    bool list(std::size_t most, Item&& item)
    {
        if (!literal("[")) return false;
        if (literal("]")) return true;
        std::size_t count = 0;
        do {
            if (++count > most || !item()) return false;
        } while (literal(","));
        return literal("]");
    }

private:
    static constexpr std::size_t members_max = 24;  // No object of ours has so many.
    static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

    std::string_view rest_;
};

template <class T>
bool take(Cursor& at, T& out);

inline bool take(Cursor& at, Timestamp& out)
{
    std::string_view text;
    if (!at.string(text)) return false;
    const auto parsed = parse_timestamp(text);
    if (parsed) out = *parsed;
    return parsed.has_value();
}

inline bool take(Cursor& at, Text& out)
{
    std::string_view text;
    if (!at.string(text) || text.empty() || text.size() > Text::length_max) return false;
    out.value = text;
    return true;
}

inline bool take(Cursor& at, Document& out);

inline bool take(Cursor& at, Units& out)
{
    const bool read = at.list(ranges_max, [&] { return take(at, out.emplace_back()); });
    return read && !out.empty() && first_conflict(out) < 0;
}

template <class T>
bool take_described(Cursor& at, T& out)
{
    std::uint32_t missing = 0, bit = 1;
    for_each_member<T>([&](std::string_view, auto member) {
        if (!is_optional<std::decay_t<decltype(out.*member)>>) missing |= bit;
        bit <<= 1;
    });
    const bool read = at.object([&](std::string_view name) {
        bool good = false;
        std::uint32_t mine = 1;
        for_each_member<T>([&](std::string_view known, auto member) {
            if (known == name) {
                good = take(at, out.*member);
                missing &= ~mine;
            }
            mine <<= 1;
        });
        return good;
    });
    return read && missing == 0;
}

template <class T>
bool take(Cursor& at, T& out)
{
    std::string_view text;
    if constexpr (is_optional<T>) {
        return take(at, out.emplace());
    } else if constexpr (is_id_type<T>) {
        if (!at.string(text) || !is_id(text)) return false;
        out.value = text;
        return true;
    } else if constexpr (is_bounded<T>) {
        std::int64_t number = 0;
        if (!at.integer(number) || number < T::min || number > T::max) return false;
        out = T{number};
        return true;
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (!at.string(text)) return false;
        out = text;
        return true;
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        return at.integer(out);
    } else if constexpr (std::is_same_v<T, Day>) {
        if (!at.string(text)) return false;
        const auto day = parse_day(text);
        if (day) out = *day;
        return day.has_value();
    } else if constexpr (std::is_enum_v<T>) {
        return at.string(text) &&
               boost::describe::enum_from_string(std::string{text}.c_str(), out);
    } else if constexpr (std::is_same_v<T, Inspected>) {
        if (at.next() == '[') return take(at, out.template emplace<Units>());
        return take(at, out.template emplace<Amount>());
    } else if constexpr (std::is_same_v<T, Condition> || std::is_same_v<T, TierCap> ||
                         std::is_same_v<T, Box<Replacement>>) {
        return false;  // Rare, and with rules of their own.
    } else if constexpr (is_list<T>) {
        using Item = typename T::value_type;
        return at.list(limit_of<Item>, [&] { return take(at, out.emplace_back()); });
    } else {
        return take_described(at, out);
    }
}

inline bool take(Cursor& at, Document& out)
{
    return take_described(at, out) && (!out.sha256 || is_sha256(out.sha256->value));
}

/// The `data` of an event of this type.
inline bool take_data(Cursor& at, std::string_view type, EventData& out)
{
    bool good = false;
    with_type(type, [&](auto index) {
        std::variant_alternative_t<index, EventData> event;
        if (take_described(at, event)) {
            out = std::move(event);
            good = true;
        }
    });
    return good && Reader{false}.whole(out, "");
}

}  // namespace chipledger
