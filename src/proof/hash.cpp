#include "proof/hash.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <memory>

#include "proof/bytes.hpp"
#include "proof/fault.hpp"

namespace chipledger {

namespace {

constexpr std::string_view recipe = "chipledger/leaf/v1\n";
constexpr std::size_t hmac_block = 64;

void must(bool good, const char* what)
{
    if (!good) throw ProofFault{std::string{"OpenSSL cannot compute "} + what};
}

/// Looked up once: for every digest anew, OpenSSL 3 spends four times what a node's hash takes.
const EVP_MD* sha256_algorithm()
{
    static EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    must(found != nullptr, "SHA-256");
    return found;
}

/// One digest after the other with one context.
class Digester {
public:
    Hash of(std::initializer_list<std::string_view> parts)
    {
        Hash hash;
        bool good = EVP_DigestInit_ex2(context_.get(), sha256_algorithm(), nullptr) == 1;
        for (const std::string_view part : parts)
            good = good && EVP_DigestUpdate(context_.get(), part.data(), part.size()) == 1;
        must(good && EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) == 1, "SHA-256");
        return hash;
    }

private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(),
                                                                    EVP_MD_CTX_free};
};

Hash digest(std::initializer_list<std::string_view> parts)
{
    thread_local Digester digester;
    return digester.of(parts);
}

/// HMAC-SHA256 (RFC 2104), one key after the other with one context.
class Authenticator {
public:
    Authenticator()
    {
        EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
        context_.reset(EVP_MAC_CTX_new(hmac));
        EVP_MAC_free(hmac);  // The context holds on to it.
        char name[] = "SHA256";
        const OSSL_PARAM digest[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
            OSSL_PARAM_construct_end()};
        must(context_ && EVP_MAC_CTX_set_params(context_.get(), digest) == 1, "HMAC-SHA256");
    }
    void of(std::string_view key, std::initializer_list<std::string_view> parts,
            unsigned char* out)
    {
        bool good = EVP_MAC_init(context_.get(), data_of(key), key.size(), nullptr) == 1;
        for (const std::string_view part : parts)
            good = good && EVP_MAC_update(context_.get(), data_of(part), part.size()) == 1;
        std::size_t length = 0;
        must(good && EVP_MAC_final(context_.get(), out, &length, sizeof(Hash)) == 1 &&
                 length == sizeof(Hash),
             "HMAC-SHA256");
    }

private:
    std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context_{nullptr, EVP_MAC_CTX_free};
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

std::string sha256(std::string_view bytes) { return std::string{view(digest({bytes}))}; }

Hash empty_root() { return digest({}); }

Hash leaf_hash(std::string_view entry) { return digest({std::string_view{"\0", 1}, entry}); }

Hash node_hash(const Hash& left, const Hash& right)
{
    return digest({"\1", view(left), view(right)});
}

std::string log_entry(std::string_view salt, std::string_view bytes)
{
    thread_local Authenticator hmac;
    std::string entry(1 + sizeof(Hash), '\1');
    hmac.of(salt, {recipe, bytes}, reinterpret_cast<unsigned char*>(entry.data() + 1));
    return entry;
}

Hash leaf_hash_again(std::string_view salt, std::string_view bytes)
{
    std::string inner(hmac_block, '\x36'), outer(hmac_block, '\x5c');
    for (std::size_t i = 0; i < salt.size() && i < hmac_block; ++i) {
        inner[i] = static_cast<char>(inner[i] ^ salt[i]);
        outer[i] = static_cast<char>(outer[i] ^ salt[i]);
    }
    const Hash inside = digest({inner, recipe, bytes});
    const Hash mac = digest({outer, view(inside)});
    return digest({std::string_view{"\0\1", 2}, view(mac)});
}

}  // namespace chipledger
