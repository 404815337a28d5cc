#pragma once
#include <string>
#include <string_view>

namespace chipledger {

/// Base64 with padding, standard alphabet (RFC 4648 §4).
std::string to_base64(std::string_view bytes);
/// The same back; a ProofFault for anything that to_base64 would not have written.
std::string from_base64(std::string_view text);

/// Lower-case hexadecimal (RFC 4648 §8).
std::string to_hex(std::string_view bytes);

}  // namespace chipledger
