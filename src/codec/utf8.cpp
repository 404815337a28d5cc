#include "codec/utf8.hpp"

namespace chipledger {

/// Length of the UTF-8 sequence that begins with this byte (RFC 3629 §4), 0 for none.
static std::size_t sequence_length(unsigned char first)
{
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return 2;
    if (first >= 0xE0 && first <= 0xEF) return 3;
    return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

bool is_utf8(std::string_view text)
{
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
        const std::size_t length = sequence_length(byte(i));
        if (length == 0 || i + length > text.size()) return false;
        for (std::size_t k = 1; k < length; ++k)
            if ((byte(i + k) & 0xC0) != 0x80) return false;
        // Overlong forms, surrogates, and what lies beyond U+10FFFF.
        if (byte(i) == 0xE0 && byte(i + 1) < 0xA0) return false;
        if (byte(i) == 0xED && byte(i + 1) > 0x9F) return false;
        if (byte(i) == 0xF0 && byte(i + 1) < 0x90) return false;
        if (byte(i) == 0xF4 && byte(i + 1) > 0x8F) return false;
        i += length;
    }
    return true;
}

}  // namespace chipledger
