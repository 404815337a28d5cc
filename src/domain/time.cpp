#include "domain/time.hpp"

#include <cstdio>

namespace chipledger {

namespace {

using namespace std::chrono;

constexpr int year_min = 2000;
constexpr int year_max = 2199;

/// Exactly `length` decimal digits from `at`, or -1.
int digits(std::string_view text, std::size_t at, std::size_t length)
{
    if (at + length > text.size()) return -1;
    int number = 0;
    for (std::size_t i = at; i < at + length; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

bool has(std::string_view text, std::size_t at, char c)
{
    return at < text.size() && text[at] == c;
}

/// The fraction that starts at `at` ("." and digits), in microseconds; moves `at` on. Many a client
/// writes nanoseconds: what is finer than our clock is left out.
std::optional<microseconds> parse_fraction(std::string_view text, std::size_t& at)
{
    if (!has(text, at, '.')) return microseconds{0};
    ++at;
    std::int64_t number = 0;
    int count = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++count)
        if (count < 6) number = number * 10 + (text[at] - '0');
    if (count == 0) return std::nullopt;
    for (; count < 6; ++count) number *= 10;
    return microseconds{number};
}

std::string civil(Time time)
{
    const Day day = floor<days>(time);
    const hh_mm_ss clock{floor<seconds>(time) - day};
    char text[32];
    std::snprintf(text, sizeof text, "T%02d:%02d:%02d", static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return to_string(day) + text;
}

std::string fraction(Time time)
{
    char text[16];
    std::snprintf(text, sizeof text, ".%06d",
                  static_cast<int>((time - floor<seconds>(time)).count()));
    return text;
}

}  // namespace

std::optional<Day> parse_day(std::string_view text)
{
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const int y = digits(text, 0, 4), m = digits(text, 5, 2), d = digits(text, 8, 2);
    if (y < year_min || y > year_max || m < 0 || d < 0) return std::nullopt;
    const year_month_day date{year{y}, month(static_cast<unsigned>(m)),
                              day(static_cast<unsigned>(d))};
    if (!date.ok()) return std::nullopt;
    return Day{date};
}

std::optional<UtcOffset> parse_offset(std::string_view text)
{
    if (text == "Z" || text == "z") return UtcOffset{0};
    if (text.size() != 6 || text[3] != ':' || (text[0] != '+' && text[0] != '-'))
        return std::nullopt;
    const int h = digits(text, 1, 2), m = digits(text, 4, 2);
    if (h < 0 || h > 18 || m < 0 || m > 59) return std::nullopt;
    const UtcOffset offset{h * 60 + m};
    return text[0] == '-' ? -offset : offset;
}

std::optional<Timestamp> parse_timestamp(std::string_view text)
{
    if (text.size() < 20 || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
    const auto date = parse_day(text.substr(0, 10));
    const int h = digits(text, 11, 2), m = digits(text, 14, 2), s = digits(text, 17, 2);
    if (!date || !has(text, 13, ':') || !has(text, 16, ':')) return std::nullopt;
    if (h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59) return std::nullopt;
    std::size_t at = 19;
    const auto part = parse_fraction(text, at);
    const auto offset = parse_offset(text.substr(at));
    if (!part || !offset) return std::nullopt;
    return Timestamp{*date + hours{h} + minutes{m} + seconds{s} + *part - *offset, *offset};
}

std::string to_string(Day day)
{
    const year_month_day date{day};
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text;
}

std::string to_string(UtcOffset offset)
{
    if (offset == UtcOffset{0}) return "Z";
    const auto size = offset < UtcOffset{0} ? -offset : offset;
    char text[32];
    std::snprintf(text, sizeof text, "%c%02d:%02d", offset < UtcOffset{0} ? '-' : '+',
                  static_cast<int>(size.count() / 60), static_cast<int>(size.count() % 60));
    return text;
}

std::string to_string(const Timestamp& timestamp)
{
    const Time local = timestamp.at + timestamp.offset;
    std::string text = civil(local);
    if (local != floor<seconds>(local)) text += fraction(local);
    return text + to_string(timestamp.offset);
}

std::string to_string(Time time) { return civil(time) + fraction(time) + 'Z'; }

Day day_of(Time time, UtcOffset offset) { return floor<days>(time + offset); }

Time end_of(Day day, UtcOffset offset) { return day + days{1} - offset; }

}  // namespace chipledger
