#include "proof/hash.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <memory>

#include "proof/fault.hpp"

namespace chipledger {

namespace {

constexpr std::string_view recipe = "chipledger/leaf/v1\n";
constexpr std::size_t hmac_block = 64;

const unsigned char* data_of(std::string_view bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

Hash digest(std::string_view bytes)
{
    Hash hash;
    SHA256(data_of(bytes), bytes.size(), hash.data());
    return hash;
}

/// One digest after the other with one context.
class Digester {
public:
    Hash of(std::initializer_list<std::string_view> parts)
    {
        Hash hash;
        bool good = EVP_DigestInit_ex2(context_.get(), EVP_sha256(), nullptr) == 1;
        for (const std::string_view part : parts)
            good = good && EVP_DigestUpdate(context_.get(), part.data(), part.size()) == 1;
        if (!good || EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) != 1)
            throw ProofFault{"OpenSSL cannot compute SHA-256"};
        return hash;
    }

private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(),
                                                                    EVP_MD_CTX_free};
};

}  // namespace

std::string_view view(const Hash& hash)
{
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

Hash hash_from(std::string_view bytes)
{
    Hash hash;
    if (bytes.size() != hash.size()) throw ProofFault{"a hash has 32 bytes"};
    std::copy_n(data_of(bytes), hash.size(), hash.begin());
    return hash;
}

std::string sha256(std::string_view bytes) { return std::string{view(digest(bytes))}; }

Hash empty_root() { return digest({}); }

Hash leaf_hash(std::string_view entry)
{
    std::string prefixed;
    prefixed.reserve(entry.size() + 1);
    prefixed.push_back('\0');
    prefixed.append(entry);
    return digest(prefixed);
}

Hash node_hash(const Hash& left, const Hash& right)
{
    std::array<unsigned char, 65> bytes;
    bytes[0] = 1;
    std::ranges::copy(left, bytes.begin() + 1);
    std::ranges::copy(right, bytes.begin() + 33);
    Hash hash;
    SHA256(bytes.data(), bytes.size(), hash.data());
    return hash;
}

std::string log_entry(std::string_view salt, std::string_view bytes)
{
    std::string message{recipe};
    message.append(bytes);
    std::string entry(33, '\1');
    unsigned length = 0;
    HMAC(EVP_sha256(), salt.data(), static_cast<int>(salt.size()), data_of(message),
         message.size(), reinterpret_cast<unsigned char*>(entry.data() + 1), &length);
    if (length != 32) throw ProofFault{"OpenSSL cannot compute HMAC-SHA256"};
    return entry;
}

Hash leaf_hash_again(std::string_view salt, std::string_view bytes)
{
    thread_local Digester digester;
    std::string inner(hmac_block, '\x36'), outer(hmac_block, '\x5c');
    for (std::size_t i = 0; i < salt.size() && i < hmac_block; ++i) {
        inner[i] = static_cast<char>(inner[i] ^ salt[i]);
        outer[i] = static_cast<char>(outer[i] ^ salt[i]);
    }
    const Hash inside = digester.of({inner, recipe, bytes});
    const Hash mac = digester.of({outer, view(inside)});
    return digester.of({std::string_view{"\0\1", 2}, view(mac)});
}

}  // namespace chipledger
