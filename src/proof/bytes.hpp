#pragma once
#include <string_view>

namespace chipledger {

/// Bytes as OpenSSL wants them.
inline const unsigned char* data_of(std::string_view bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace chipledger
