#include "proof/base64.hpp"

#include <openssl/evp.h>

#include "proof/fault.hpp"

namespace chipledger {

std::string to_base64(std::string_view bytes)
{
    std::string text(4 * ((bytes.size() + 2) / 3), '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                    reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
    return text;
}

std::string from_base64(std::string_view text)
{
    std::string bytes(text.size() / 4 * 3, '\0');
    const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                       reinterpret_cast<const unsigned char*>(text.data()),
                                       static_cast<int>(text.size()));
    if (length >= 0 && text.size() % 4 == 0) {
        const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
        bytes.resize(static_cast<std::size_t>(length) - padding);
        // OpenSSL forgives white space and stray bits: only one text stands for some bytes.
        if (to_base64(bytes) == text) return bytes;
    }
    throw ProofFault{"not base64 (RFC 4648 section 4)"};
}

std::string to_hex(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        text += digits[value >> 4];
        text += digits[value & 15];
    }
    return text;
}

}  // namespace chipledger
