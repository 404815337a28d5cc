#include "store/sql_values.hpp"

namespace chipledger {

namespace {

constexpr char digits[] = "0123456789abcdef";

void add_hex(std::string& text, std::string_view bytes)
{
    text.reserve(text.size() + 2 * bytes.size() + 8);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
}

/// Of a digit or a lower-case letter, without asking which: bodies of the whole log come this way.
constexpr unsigned nibble(char c)
{
    return (static_cast<unsigned>(c) & 15) + (static_cast<unsigned>(c) >> 6) * 9;
}

}  // namespace

std::string to_bytea(std::string_view bytes)
{
    std::string text = "\\x";
    add_hex(text, bytes);
    return text;
}

std::string from_bytea(std::string_view text)
{
    if (text.size() < 2) return {};
    std::string bytes(text.size() / 2 - 1, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>(nibble(text[2 * i + 2]) << 4 | nibble(text[2 * i + 3]));
    return bytes;
}

Time from_micros(std::int64_t micros) { return Time{std::chrono::microseconds{micros}}; }

void SqlArray::separate()
{
    if (text_.size() > 1) text_ += ',';
}

SqlArray& SqlArray::add(std::string_view text)
{
    separate();
    text_ += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') text_ += '\\';
        text_ += c;
    }
    text_ += '"';
    return *this;
}

SqlArray& SqlArray::add(std::int64_t number)
{
    separate();
    text_ += std::to_string(number);
    return *this;
}

SqlArray& SqlArray::add_null()
{
    separate();
    text_ += "NULL";
    return *this;
}

}  // namespace chipledger
