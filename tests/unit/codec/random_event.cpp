#include "unit/codec/random_event.hpp"

#include "codec/wire.hpp"

namespace chipledger {

namespace {

std::int64_t number(std::int64_t low, std::int64_t high)
{
    return *rc::gen::inRange<std::int64_t>(low, high);  // `high` itself is left out.
}

std::string id_text()
{
    const std::string first = "AZaz09", later = "AZaz09._-";
    std::string text{*rc::gen::elementOf(first)};
    for (std::int64_t rest = number(0, 8); rest > 0; --rest) text += *rc::gen::elementOf(later);
    return text;
}

// What JSON escapes, what UTF-8 needs two to four bytes for, and plain letters.
Text some_text()
{
    static const std::vector<std::string> pieces{"a", "\"", "\\", "/", "\n", "\x01", "\x7F", "é",
                                                 "€", "😂", "\u2028", " ", "-0"};
    Text text;
    for (std::int64_t length = number(1, 9); length > 0; --length)
        text.value += *rc::gen::elementOf(pieces);
    return text;
}

Day some_day() { return Day{std::chrono::days{number(10'957, 84'006)}}; }  // Years 2000 to 2199.

Time some_time() { return some_day() + std::chrono::microseconds{number(0, 86'400'000'000)}; }

Timestamp some_timestamp()
{
    const Day day{std::chrono::days{number(11'000, 84'000)}};
    return {day + std::chrono::microseconds{number(0, 86'400'000'000)},
            UtcOffset{number(-18 * 60, 18 * 60 + 1)}};
}

// Ranges of a batch each, apart by construction.
Units some_units()
{
    Units units;
    std::int64_t next = 1;
    for (std::int64_t ranges = number(1, 4); ranges > 0; --ranges) {
        const std::int64_t from = next + number(0, 5), to = from + number(0, 900);
        units.push_back({BatchId{id_text()}, from, to});
        next = to + 1;
    }
    return units;
}

Condition some_condition()
{
    Condition condition{.code = static_cast<ConditionCode>(number(0, 6))};
    switch (condition.code) {
    case ConditionCode::ports:
    case ConditionCode::sites:
    case ConditionCode::end_use:
        condition.allow = {some_text(), some_text()};
        break;
    case ConditionCode::text:
        condition.text = some_text();
        if (*rc::gen::arbitrary<bool>()) condition.due = some_day();
        break;
    default:
        condition.max = number(0, units_max + 1);
    }
    return condition;
}

template <class T>
void fill(T& value);

template <class T>
void fill_members(T& value)
{
    for_each_member<T>([&](std::string_view, auto member) { fill(value.*member); });
    if constexpr (requires { value.valid_from; })
        if (value.valid_to < value.valid_from) std::swap(value.valid_to, value.valid_from);
    if constexpr (std::is_same_v<T, ApprovalAmended>) value.valid_to = some_day();
    if constexpr (std::is_same_v<T, FirmAmended>) value.tier = Tier{id_text()};
}

EventData some_data(std::size_t index)
{
    EventData data;
    boost::mp11::mp_with_index<std::variant_size_v<EventData>>(
        index, [&](auto at) { fill_members(data.emplace<at>()); });
    return data;
}

template <class T>
void fill_list(std::vector<T>& list)
{
    list.resize(static_cast<std::size_t>(number(0, 4)));
    for (T& item : list) fill(item);
}

template <class T>
void fill(T& value)
{
    if constexpr (is_optional<T>) {
        if (*rc::gen::arbitrary<bool>()) fill(value.emplace());
    } else if constexpr (is_id_type<T>) {
        value.value = id_text();
    } else if constexpr (is_bounded<T>) {
        value = T{*rc::gen::elementOf(std::vector{T::min, T::max, number(T::min, T::max)})};
    } else if constexpr (std::is_same_v<T, Text>) {
        value = some_text();
    } else if constexpr (std::is_same_v<T, std::string>) {
        value = id_text();
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        value = number(1, 1'000'000);
    } else if constexpr (std::is_same_v<T, Day>) {
        value = some_day();
    } else if constexpr (std::is_same_v<T, Condition>) {
        value = some_condition();
    } else if constexpr (std::is_same_v<T, Units>) {
        value = some_units();
    } else if constexpr (std::is_same_v<T, Inspected>) {
        if (*rc::gen::arbitrary<bool>()) value = Amount{number(0, units_max + 1)};
        else value = some_units();
    } else if constexpr (std::is_same_v<T, Box<Replacement>>) {
        const auto last = static_cast<std::int64_t>(std::variant_size_v<EventData>) - 2;
        value = Box{Replacement{some_data(static_cast<std::size_t>(number(0, last)))}};
    } else if constexpr (std::is_same_v<T, std::vector<SerialId>>) {
        for (std::int64_t left = number(1, 5); left > 0; --left)
            value.emplace_back(std::to_string(left) + id_text());
    } else if constexpr (std::is_same_v<T, std::vector<TierCap>>) {
        for (std::int64_t left = number(1, 5); left > 0; --left)
            value.push_back({Tier{std::to_string(left) + id_text()}, number(0, 1000)});
    } else if constexpr (is_list<T>) {
        fill_list(value);
    } else if constexpr (std::is_enum_v<T>) {
        using All = boost::describe::describe_enumerators<T>;
        value = static_cast<T>(number(0, boost::mp11::mp_size<All>::value));
    } else {
        fill_members(value);
    }
}

}  // namespace

rc::Gen<Event> random_event(std::size_t index)
{
    return rc::gen::exec([index] {
        Event event;
        event.position.number = number(1, 9'007'199'254'740'992);
        event.id = "0195c0de-0000-7000-8000-" +
                   std::to_string(number(100'000'000'000, 999'999'999'999));
        event.occurred_at = some_timestamp();
        event.recorded_at = some_time();
        fill(event.actor);
        fill(event.subjects);
        if (*rc::gen::arbitrary<bool>()) event.reason = some_text();
        fill_list(event.documents);
        for (Document& document : event.documents)
            if (document.sha256) document.sha256->value = std::string(64, 'a');
        event.data = some_data(index);
        return event;
    });
}

std::vector<std::string> mangled(const std::string& text)
{
    const auto byte = *rc::gen::arbitrary<char>();
    const auto other = *rc::gen::elementOf(std::string{"0-9e.\\\"{}[],: ~AZaz\xE9\x92\xB1"});
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    std::string any = text, replaced = text, inserted = text, cut = text;
    any[at] = byte;
    replaced[at] = other;
    inserted.insert(at, 1, other);
    cut.erase(at, *rc::gen::inRange<std::size_t>(1, 9));
    return {any, replaced, inserted, cut};
}

}  // namespace chipledger
