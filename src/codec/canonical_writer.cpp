// An entry straight into its canonical bytes (RFC 8785), without a tree of values in between.
#include <algorithm>
#include <charconv>

#include "codec/event_json.hpp"
#include "codec/wire.hpp"

namespace chipledger {

namespace {

/// As RFC 8785 §3.2.2.2 has it: short escapes where there are any, \u00xx for the rest of the control
/// characters, everything else as it is.
void put_text(std::string& out, std::string_view text)
{
    constexpr char hex[] = "0123456789abcdef";
    const auto plain = [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
    };
    out += '"';
    while (!text.empty()) {
        const auto end = std::ranges::find_if_not(text, plain);
        const auto length = static_cast<std::size_t>(end - text.begin());
        out += text.substr(0, length);
        text.remove_prefix(length);
        if (text.empty()) break;
        switch (const char c = text.front()) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\b': out += "\\b"; break;
            case '\f': out += "\\f"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            default:
                ((out += "\\u00") += hex[static_cast<unsigned char>(c) >> 4]) += hex[c & 15];
        }
        text.remove_prefix(1);
    }
    out += '"';
}

void put_number(std::string& out, std::int64_t number)
{
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out.append(digits, end);
}

template <class T>
void put_value(std::string& out, const T& value);

/// A member of T, as it is found at run time; it writes nothing where an optional one is not there.
template <class T>
struct Member {
    std::string_view name;
    void (*put)(std::string& out, std::string_view name, const T& object);
};

/// Name and value, and a comma that the end of the object takes back.
template <class T>
void put_member(std::string& out, std::string_view name, const T& value)
{
    if constexpr (is_optional<T>) {
        if (value) put_member(out, name, *value);
    } else {
        ((out += '"') += name) += "\":";
        put_value(out, value);
        out += ',';
    }
}

void end_object(std::string& out)
{
    if (out.back() == ',')
        out.back() = '}';
    else
        out += '}';
}

/// The members of T by name; names are ASCII, so bytes sort them as UTF-16 does (§3.2.3).
template <class T>
const std::vector<Member<T>>& members_of()
{
    static const std::vector<Member<T>> sorted = [] {
        std::vector<Member<T>> members;
        using All = boost::describe::describe_members<T, boost::describe::mod_public>;
        boost::mp11::mp_for_each<All>([&]<class D>(D) {
            members.push_back({wire_name(D::name),
                               [](std::string& out, std::string_view name, const T& object) {
                                   put_member(out, name, object.*D::pointer);
                               }});
        });
        std::ranges::sort(members, {}, &Member<T>::name);
        return members;
    }();
    return sorted;
}

template <class T>
void put_value(std::string& out, const T& value)
{
    if constexpr (is_id_type<T> || std::is_same_v<T, Text>) {
        put_text(out, value.value);
    } else if constexpr (is_bounded<T>) {
        put_number(out, value.value);
    } else if constexpr (std::is_same_v<T, std::string>) {
        put_text(out, value);
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        put_number(out, value);
    } else if constexpr (std::is_same_v<T, Day> || std::is_same_v<T, Time> ||
                         std::is_same_v<T, Timestamp>) {
        put_text(out, to_string(value));
    } else if constexpr (std::is_enum_v<T>) {
        put_text(out, boost::describe::enum_to_string(value, ""));
    } else if constexpr (std::is_same_v<T, EventData> || std::is_same_v<T, Inspected>) {
        std::visit([&](const auto& one) { put_value(out, one); }, value);
    } else if constexpr (std::is_same_v<T, Box<Replacement>>) {
        out += "{\"data\":";
        put_value(out, value->data);
        out += ",\"type\":";
        put_text(out, type_name(value->data));
        out += '}';
    } else if constexpr (is_list<T>) {
        out += '[';
        for (const auto& item : value) {
            put_value(out, item);
            out += ',';
        }
        if (value.empty())
            out += ']';
        else
            out.back() = ']';
    } else {
        out += '{';
        for (const Member<T>& member : members_of<T>()) member.put(out, member.name, value);
        end_object(out);
    }
}

void put_actor(std::string& out, std::string_view name, const Actor& actor)
{
    ((out += '"') += name) += "\":{\"firm\":";
    if (actor.firm)
        put_text(out, actor.firm->value);
    else
        out += "null";
    out += ',';
    put_member(out, "principal", actor.principal);
    put_member(out, "role", actor.role);
    end_object(out);
    out += ',';
}

}  // namespace

// The members of an entry in the order of their names.
std::string encode(const Event& event)
{
    std::string out = "{";
    out.reserve(640);
    put_actor(out, "actor", event.actor);
    if (event.confirmed_by) put_actor(out, "confirmed_by", *event.confirmed_by);
    put_member(out, "data", event.data);
    put_member(out, "documents", event.documents);
    put_member(out, "id", event.id);
    put_member(out, "occurred_at", event.occurred_at);
    put_member(out, "position", event.position.number);
    if (event.reason)
        put_member(out, "reason", *event.reason);
    else
        out += "\"reason\":null,";
    put_member(out, "recorded_at", event.recorded_at);
    put_member(out, "subjects", event.subjects);
    put_member(out, "type", std::string{type_name(event.data)});
    out += "\"v\":1}";
    return out;
}

}  // namespace chipledger
