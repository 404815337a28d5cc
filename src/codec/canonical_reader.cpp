#include "codec/canonical_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "codec/reader.hpp"
#include "codec/wire.hpp"

namespace chipledger {

namespace {

/// A place in the bytes. Each `take` reads one thing whole or says false, and then all is over.
class Cursor {
public:
    explicit Cursor(std::string_view bytes) : rest_{bytes} {}

    bool done() const { return rest_.empty(); }
    bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
    bool literal(std::string_view expected)
    {
        if (!rest_.starts_with(expected)) return false;
        rest_.remove_prefix(expected.size());
        return true;
    }
    /// A string of printable ASCII; anything else is left to the slower reader.
    bool string(std::string_view& out)
    {
        if (!literal("\"")) return false;
        const auto end = std::ranges::find_if(rest_, [](char c) {
            return c == '"' || c == '\\' || c < 0x20 || c == 0x7F;
        });
        if (end == rest_.end() || *end != '"') return false;
        out = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(out.size() + 1);
        return true;
    }
    /// An integer within ±(2^53 − 1), as RFC 8785 writes it.
    bool integer(std::int64_t& out)
    {
        const char* first = rest_.data();
        const auto [end, error] = std::from_chars(first, first + rest_.size(), out);
        const auto length = static_cast<std::size_t>(end - first);
        const std::string_view digits = rest_.substr(0, length);
        if (error != std::errc{} || std::abs(out) > EntryNumber::max) return false;
        if (digits.starts_with("-0") || (digits.size() > 1 && digits.front() == '0')) return false;
        rest_.remove_prefix(length);
        return true;
    }
    /// The members of an object: `member(name)` reads the value of each.
    template <class Member>
    bool object(Member&& member)
    {
        if (!literal("{")) return false;
        if (literal("}")) return true;
        std::string_view before;
        do {
            std::string_view name;
            if (!string(name) || !literal(":")) return false;
            if (name <= before || !member(name)) return false;  // Ascending, each once.
            before = name;
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
    std::string_view rest_;
};

template <class T>
bool take(Cursor& at, T& out);

bool take(Cursor& at, Timestamp& out)
{
    std::string_view text;
    if (!at.string(text)) return false;
    const auto parsed = parse_timestamp(text);
    if (parsed) out = *parsed;
    return parsed.has_value();
}

bool take(Cursor& at, Text& out)
{
    std::string_view text;
    if (!at.string(text) || text.empty() || text.size() > Text::length_max) return false;
    out.value = text;
    return true;
}

bool take(Cursor& at, Document& out);

bool take(Cursor& at, Units& out)
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
        if (at.next_is('[')) return take(at, out.template emplace<Units>());
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

bool take(Cursor& at, Document& out)
{
    return take_described(at, out) && (!out.sha256 || is_sha256(out.sha256->value));
}

bool take_actor(Cursor& at, Actor& out)
{
    bool has_principal = false, has_role = false;
    const bool read = at.object([&](std::string_view name) {
        if (name == "firm") return at.literal("null") || take(at, out.firm);
        if (name == "principal") return has_principal = take(at, out.principal);
        if (name == "role") return has_role = take(at, out.role);
        return false;
    });
    return read && has_principal && has_role;
}

/// The type, which canonical order puts behind what depends on it.
std::string_view type_at_end(std::string_view bytes)
{
    constexpr std::string_view before = ",\"type\":\"", after = "\",\"v\":1}";
    if (!bytes.ends_with(after)) return {};
    bytes.remove_suffix(after.size());
    const std::size_t at = bytes.rfind(before);
    return at == std::string_view::npos ? std::string_view{} : bytes.substr(at + before.size());
}

bool take_data(Cursor& at, std::string_view type, EventData& out)
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

/// A member of the envelope after the other; `missing` are those that are still to come.
bool take_member(Cursor& at, std::string_view name, std::string_view type, Event& out, int& missing)
{
    if (name == "confirmed_by") return take_actor(at, out.confirmed_by.emplace());
    --missing;
    if (name == "actor") return take_actor(at, out.actor);
    if (name == "data") return take_data(at, type, out.data);
    if (name == "documents") return take(at, out.documents);
    if (name == "id") return take(at, out.id);
    if (name == "occurred_at") return take(at, out.occurred_at);
    if (name == "position") return at.integer(out.position.number);
    if (name == "reason") return at.literal("null") || take(at, out.reason);
    if (name == "recorded_at") {
        Timestamp recorded;
        if (!take(at, recorded)) return false;
        out.recorded_at = recorded.at;
        return true;
    }
    if (name == "subjects") return take(at, out.subjects);
    if (name == "type") return at.literal("\"") && at.literal(type) && at.literal("\"");
    return name == "v" && at.literal("1");
}

}  // namespace

std::optional<Event> read_canonical(std::string_view bytes)
{
    const std::string_view type = type_at_end(bytes);
    if (type.empty() || bytes.size() > entry_bytes_max) return {};
    Event event;
    int missing = 11;
    Cursor at{bytes};
    const bool read = at.object([&](std::string_view name) {
        return take_member(at, name, type, event, missing);
    });
    if (!read || !at.done() || missing != 0) return {};
    return event;
}

}  // namespace chipledger
