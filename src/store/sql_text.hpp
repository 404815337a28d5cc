#pragma once
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <vector>

#include "domain/time.hpp"

// Private to src/store: values as PostgreSQL writes them.
namespace chipledger {

inline constexpr char hex_digits[] = "0123456789abcdef";

/// bytea in hex format, ready for a parameter or a COPY field.
inline std::string to_bytea(std::string_view bytes)
{
    std::string text = "\\x";
    text.reserve(2 + 2 * bytes.size());
    for (const char c : bytes) {
        text += hex_digits[static_cast<unsigned char>(c) >> 4];
        text += hex_digits[static_cast<unsigned char>(c) & 15];
    }
    return text;
}

/// The bytes of a bytea field in hex format.
inline std::string from_bytea(const pqxx::field& field)
{
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    const char* text = field.c_str();
    std::string bytes;
    bytes.reserve(field.size() / 2);
    for (std::size_t i = 2; i + 1 < field.size(); i += 2)
        bytes += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
    return bytes;
}

/// A text array literal.
inline std::string to_array(const std::vector<std::string>& items)
{
    std::string text = "{";
    for (const std::string& item : items) {
        if (text.size() > 1) text += ',';
        text += '"';
        for (const char c : item) {
            if (c == '"' || c == '\\') text += '\\';
            text += c;
        }
        text += '"';
    }
    return text + '}';
}

/// A timestamptz field of a session in UTC ("2026-01-01 00:00:00.5+00").
inline Time from_timestamptz(const pqxx::field& field)
{
    std::string text = field.as<std::string>();
    text[10] = 'T';
    return parse_timestamp(text + ":00")->at;
}

}  // namespace chipledger
