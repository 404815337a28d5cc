#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chipledger {

using Time = std::chrono::sys_time<std::chrono::microseconds>;
using Day = std::chrono::sys_days;
using UtcOffset = std::chrono::minutes;

/// An instant with the offset it was written in (RFC 3339 date-time, years 2000 to 2199, whole
/// microseconds). Order and equality are those of the instant.
struct Timestamp {
    Time at{};
    UtcOffset offset{};

    friend bool operator==(const Timestamp& a, const Timestamp& b) { return a.at == b.at; }
    friend auto operator<=>(const Timestamp& a, const Timestamp& b) { return a.at <=> b.at; }
};

/// RFC 3339 date-time, or nothing: no leap second, at most six digits of a second, years 2000-2199.
std::optional<Timestamp> parse_timestamp(std::string_view text);
/// RFC 3339 in its own offset ("Z" for none); the fraction only where there is one, six digits.
std::string to_string(const Timestamp& timestamp);
/// RFC 3339 in UTC, always six digits: the form of recorded_at.
std::string to_string(Time time);

/// RFC 3339 full-date (YYYY-MM-DD), years 2000-2199, or nothing.
std::optional<Day> parse_day(std::string_view text);
std::string to_string(Day day);

/// "+08:00", "-05:30" or "Z" (RFC 3339 time-offset, within ±18 h), or nothing.
std::optional<UtcOffset> parse_offset(std::string_view text);
std::string to_string(UtcOffset offset);

/// The calendar day that `time` falls on at `offset`.
Day day_of(Time time, UtcOffset offset);
/// The first instant after `day` at `offset`.
Time end_of(Day day, UtcOffset offset);

}  // namespace chipledger
