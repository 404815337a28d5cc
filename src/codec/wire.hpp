#pragma once
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <nlohmann/json.hpp>
#include <string_view>

#include "domain/events.hpp"

// The walk over described members that encoder, reader and schema share.
namespace chipledger {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;

template <class T>
inline constexpr bool is_id_type = false;
template <class Tag>
inline constexpr bool is_id_type<Id<Tag>> = true;

template <class T>
inline constexpr bool is_bounded = false;
template <std::int64_t Min, std::int64_t Max>
inline constexpr bool is_bounded<Bounded<Min, Max>> = true;

/// The most items that a list of T holds.
template <class T>
inline constexpr std::size_t limit_of = 1000;
template <>
inline constexpr std::size_t limit_of<UnitRange> = ranges_max;
template <>
inline constexpr std::size_t limit_of<SerialId> = serials_max;
template <>
inline constexpr std::size_t limit_of<Text> = 100;
template <>
inline constexpr std::size_t limit_of<Document> = documents_max;
template <>
inline constexpr std::size_t limit_of<Subject> = 4 * ranges_max;  // Batches, and what they hang on.

/// The member's name on the wire: without the underscore that keeps it off C++ keywords.
constexpr std::string_view wire_name(std::string_view name)
{
    return name.ends_with('_') ? name.substr(0, name.size() - 1) : name;
}

/// Calls `visit(wire name, pointer to member)` for each described member of T, in order.
template <class T, class Visit>
void for_each_member(Visit&& visit)
{
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>(
        [&](auto member) { visit(wire_name(member.name), member.pointer); });
}

/// Calls `visit(alternative index as a compile-time constant)` for the event of this name; false
/// where there is none.
template <class Visit>
bool with_type(std::string_view name, Visit&& visit)
{
    const auto& names = event_types();
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] != name) continue;
        boost::mp11::mp_with_index<std::variant_size_v<EventData>>(i, visit);
        return true;
    }
    return false;
}

}  // namespace chipledger
