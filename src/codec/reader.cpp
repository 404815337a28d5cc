#include "codec/reader.hpp"

#include <algorithm>
#include <set>

#include "codec/json_profile.hpp"
#include "codec/wire.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

std::size_t code_points(std::string_view text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

template <class Enum>
std::string names_of()
{
    std::string names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>(
        [&](auto item) { names += (names.empty() ? "" : ", ") + std::string{item.name}; });
    return names;
}

}  // namespace

std::string child(const std::string& pointer, std::string_view name)
{
    return pointer + '/' + pointer_token(name);
}
std::string child(const std::string& pointer, std::size_t index)
{
    return pointer + '/' + std::to_string(index);
}

bool is_sha256(std::string_view text)
{
    return text.size() == 64 && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

bool Reader::no(const std::string& pointer, std::string remedy, Code code)
{
    if (!refusal_) refusal_ = Refusal{code, pointer, std::move(remedy)};
    return false;
}

bool Reader::object(const Json& value, const std::string& pointer,
                    std::initializer_list<std::string_view> required,
                    std::initializer_list<std::string_view> optional)
{
    if (!value.is_object()) return no(pointer, "Send an object.");
    for (const auto& [name, part] : value.items())
        if (std::ranges::find(required, name) == required.end() &&
            std::ranges::find(optional, name) == optional.end())
            return no(child(pointer, name), "There is no such member here. Leave it out.");
    for (const std::string_view name : required)
        if (!value.contains(name)) return no(child(pointer, name), "This member is required.");
    return true;
}

bool Reader::text(const Json& value, const std::string& pointer, Text& out)
{
    if (!value.is_string()) return no(pointer, "Send a string.");
    out.value = value.get_ref<const std::string&>();
    const std::size_t length = code_points(out.value);
    if (length >= 1 && length <= Text::length_max) return true;
    return no(pointer, "Send 1 to 2000 characters.");
}

bool Reader::timestamp(const Json& value, const std::string& pointer, Timestamp& out)
{
    if (value.is_string())
        if (const auto parsed = parse_timestamp(value.get_ref<const std::string&>())) {
            out = *parsed;
            return true;
        }
    return no(pointer,
              "Send an RFC 3339 date-time with offset, in the years 2000 to 2199, like "
              "2026-02-20T09:00:00+08:00.");
}

template <class T>
bool Reader::described(const Json& value, const std::string& pointer, T& out)
{
    if (!value.is_object()) return no(pointer, "Send an object.");
    std::size_t known = 0;
    bool good = true;
    for_each_member<T>([&](std::string_view name, auto member) {
        if (!good) return;
        auto& part = out.*member;
        const auto found = value.find(name);
        using Part = std::decay_t<decltype(part)>;
        if (found == value.end()) {
            const bool may_lack =
                is_optional<Part> || (request_ && std::is_same_v<Part, std::vector<Condition>>);
            if (!may_lack) good = no(child(pointer, name), "This member is required.");
            return;
        }
        ++known;
        if constexpr (std::is_same_v<Part, Box<Replacement>>)
            good = replacement(*found, child(pointer, name), out, part);
        else if constexpr (std::is_same_v<Part, Units>)
            good = units(*found, child(pointer, name), part, request_);
        else
            good = read(*found, child(pointer, name), part);
    });
    if (!good || known == value.size()) return good;
    for (const auto& [name, part] : value.items()) {
        bool is_known = false;
        for_each_member<T>([&](std::string_view member, auto) { is_known |= member == name; });
        if (!is_known)
            return no(child(pointer, name), "There is no such member here. Leave it out.");
    }
    return true;
}

template <class T>
bool Reader::list(const Json& value, const std::string& pointer, std::vector<T>& out)
{
    if (!value.is_array()) return no(pointer, "Send a list.");
    if (value.size() > limit_of<T>)
        return no(pointer, "Send at most " + std::to_string(limit_of<T>) + " items.");
    out.resize(value.size());
    for (std::size_t i = 0; i < value.size(); ++i)
        if (!read(value[i], child(pointer, i), out[i])) return false;
    return true;
}

template <class T>
bool Reader::read(const Json& value, const std::string& pointer, T& out)
{
    if constexpr (is_optional<T>) {
        return read(value, pointer, out.emplace());
    } else if constexpr (is_id_type<T>) {
        if (!value.is_string() || !is_id(value.get_ref<const std::string&>()))
            return no(pointer,
                      "Send an id: 1 to 64 letters, digits, '.', '_' or '-', a letter or digit "
                      "first.");
        out.value = value.get<std::string>();
        return true;
    } else if constexpr (is_bounded<T>) {
        if (value.is_number_integer()) {
            const auto number = value.get<std::int64_t>();
            if (number >= T::min && number <= T::max) {
                out = T{number};
                return true;
            }
        }
        return no(pointer, "Send an integer from " + std::to_string(T::min) + " to " +
                               std::to_string(T::max) + ".");
    } else if constexpr (std::is_same_v<T, Text>) {
        return text(value, pointer, out);
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (!value.is_string()) return no(pointer, "Send a string.");
        out = value.get<std::string>();
        return true;
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        if (!value.is_number_integer()) return no(pointer, "Send an integer.");
        out = value.get<std::int64_t>();
        return true;
    } else if constexpr (std::is_same_v<T, Day>) {
        if (value.is_string())
            if (const auto day = parse_day(value.get_ref<const std::string&>())) {
                out = *day;
                return true;
            }
        return no(pointer, "Send a date YYYY-MM-DD in the years 2000 to 2199.");
    } else if constexpr (std::is_enum_v<T>) {
        if (value.is_string() &&
            boost::describe::enum_from_string(value.get_ref<const std::string&>().c_str(), out))
            return true;
        return no(pointer, "Send one of: " + names_of<T>() + ".");
    } else if constexpr (std::is_same_v<T, Inspected>) {
        if (value.is_array()) return units(value, pointer, out.template emplace<Units>(), false);
        if (value.is_number()) return read(value, pointer, out.template emplace<Amount>());
        return no(pointer, "Send a number of units, or a list of ranges {batch, from, to}.");
    } else if constexpr (std::is_same_v<T, Condition>) {
        return condition(value, pointer, out);
    } else if constexpr (std::is_same_v<T, std::vector<TierCap>>) {
        return caps(value, pointer, out);
    } else if constexpr (is_list<T>) {
        return list(value, pointer, out);
    } else {
        return described(value, pointer, out);
    }
}

bool Reader::one_count(const Json& value, const std::string& pointer)
{
    if (inside_replacement_)
        return no(pointer, "Name the ranges: a replacement says what was meant.");
    struct {
        BatchId batch{};
        Quantity count{};
    } item;
    if (!object(value, pointer, {"batch", "count"}, {})) return false;
    if (!read(value["batch"], child(pointer, "batch"), item.batch)) return false;
    if (!read(value["count"], child(pointer, "count"), item.count)) return false;
    if (std::ranges::find(wanted_, item.batch, &Wanted::batch) != wanted_.end())
        return no(pointer, "The batch is there twice. Send one count for it.");
    wanted_.push_back({item.batch, item.count});
    return true;
}

bool Reader::units(const Json& value, const std::string& pointer, Units& out, bool counts)
{
    if (!value.is_array() || value.empty())
        return no(pointer, "Send a list of at least one range {batch, from, to}.");
    if (value.size() > ranges_max)
        return no(pointer, "Send at most " + std::to_string(ranges_max) + " ranges.");
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (counts && value[i].is_object() && value[i].contains("count")) {
            if (!one_count(value[i], child(pointer, i))) return false;
            continue;
        }
        if (!described(value[i], child(pointer, i), out.emplace_back())) return false;
        places.push_back(i);
    }
    if (const auto bad = first_conflict(out); bad >= 0) {
        const UnitRange& range = out[static_cast<std::size_t>(bad)];
        return no(child(pointer, places[static_cast<std::size_t>(bad)]),
                  range.from > range.to ? "The range is reversed: from must not be above to."
                                        : "The range overlaps another one. Name each unit once.");
    }
    for (std::size_t i = 0; i < out.size(); ++i)
        if (std::ranges::find(wanted_, out[i].batch, &Wanted::batch) != wanted_.end())
            return no(child(pointer, places[i]), "Send ranges or a count for a batch, not both.");
    return true;
}

bool Reader::caps(const Json& value, const std::string& pointer, std::vector<TierCap>& out)
{
    if (request_ && value.is_object()) {
        for (const auto& [tier, units] : value.items()) {
            TierCap& cap = out.emplace_back();
            if (!read(Json(tier), child(pointer, tier), cap.tier)) return false;
            if (!read(units, child(pointer, tier), cap.units)) return false;
        }
    } else if (!list(value, pointer, out)) {
        return false;
    }
    std::set<Tier> seen;
    for (std::size_t i = 0; i < out.size(); ++i)
        if (!seen.insert(out[i].tier).second)
            return no(child(pointer, i), "The tier is there twice. Keep one.");
    return !out.empty() || no(pointer, "Name at least one tier.");
}

bool Reader::condition(const Json& value, const std::string& pointer, Condition& out)
{
    if (request_ && value.is_string()) {
        out.code = ConditionCode::text;
        return text(value, pointer, out.text.emplace());
    }
    const char* given = "max";
    Json rewritten = value;
    if (request_ && value.is_object() && !value.contains("max"))
        for (const char* alias : {"limit", "value", "units", "uses"})
            if (const auto found = rewritten.find(alias); found != rewritten.end()) {
                rewritten["max"] = Json(*found);
                rewritten.erase(alias);
                given = alias;
                break;
            }
    if (described(rewritten, pointer, out) && members_fit(out, pointer)) return true;
    if (refusal_->param == child(pointer, "max")) refusal_->param = child(pointer, given);
    return false;
}

bool Reader::replacement(const Json& value, const std::string& pointer,
                         const EventCorrected& corrected, Box<Replacement>& out)
{
    if (!object(value, pointer, {"data"}, {"type"})) return false;
    std::optional<std::string> type;
    if (const auto found = value.find("type"); found != value.end()) {
        if (!found->is_string()) return no(child(pointer, "type"), "Send a string.");
        type = found->get<std::string>();
    }
    if (request_) {
        std::optional<std::string> target;
        if (type_of_target_ && *type_of_target_) target = (*type_of_target_)(corrected.target);
        if (!target) {
            const std::string parent = pointer.substr(0, pointer.rfind('/'));
            return no(child(parent, "target"), "There is no such entry. Check its position.",
                      Code::unknown_entry);
        }
        if (type && *type != *target)
            return no(child(pointer, "type"), "The target is a " + *target + ".");
        type = target;
    }
    if (!type) return no(child(pointer, "type"), "This member is required.");
    if (*type == "EventCorrected" || *type == "EventVoided")
        return no(child(pointer, "type"), "A correction is not corrected: void it.");
    const bool outer = std::exchange(inside_replacement_, true);
    auto read_data = data(*type, value["data"], child(pointer, "data"));
    inside_replacement_ = outer;
    if (!read_data) return false;
    out = Box<Replacement>{Replacement{std::move(*read_data)}};
    return true;
}

std::optional<EventData> Reader::data(std::string_view type, const Json& value,
                                      const std::string& pointer)
{
    std::optional<EventData> out;
    with_type(type, [&](auto index) {
        std::variant_alternative_t<index, EventData> event;
        if (described(value, pointer, event)) out = std::move(event);
    });
    if (out && !whole(*out, pointer)) return {};
    return out;
}

bool Reader::documents(const Json& value, const std::string& pointer, std::vector<Document>& out)
{
    if (!list(value, pointer, out)) return false;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (!out[i].sha256) continue;
        if (!is_sha256(out[i].sha256->value))
            return no(child(child(pointer, i), "sha256"), "Send 64 lower-case hexadecimal digits.");
    }
    return true;
}

bool Reader::actor(const Json& value, const std::string& pointer, Actor& out)
{
    Json given = value;
    if (given.is_object() && given.contains("firm") && given["firm"].is_null()) given.erase("firm");
    return described(given, pointer, out);
}

bool Reader::subjects(const Json& value, const std::string& pointer, std::vector<Subject>& out)
{
    return list(value, pointer, out);
}

}  // namespace chipledger
