#include "store/seal.hpp"

#include <openssl/evp.h>

#include <memory>

#include "domain/refusal.hpp"
#include "store/token.hpp"

namespace chipledger {

namespace {

constexpr std::size_t nonce_length = 12;
constexpr int tag_length = 16;

struct FreeCipher {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

Cipher cipher_with(const std::string& key, std::string_view nonce, std::string_view about,
                   bool encrypts)
{
    Cipher cipher{EVP_CIPHER_CTX_new()};
    int length = 0;
    ensure(cipher && EVP_CipherInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key),
                                       bytes_of(nonce), encrypts ? 1 : 0) == 1 &&
               EVP_CipherUpdate(cipher.get(), nullptr, &length, bytes_of(about),
                                static_cast<int>(about.size())) == 1,
           "OpenSSL knows AES-256-GCM");
    return cipher;
}

}  // namespace

Seal::Seal(std::string_view pepper) : key_{hash_token("chipledger/seal/v1", pepper)} {}

std::string Seal::close(std::string_view secret, std::string_view about) const
{
    const std::string nonce = random_bytes(nonce_length);
    const Cipher cipher = cipher_with(key_, nonce, about, true);
    std::string text(secret.size(), '\0'), tag(tag_length, '\0');
    int length = 0;
    ensure(EVP_CipherUpdate(cipher.get(), bytes_of(text), &length, bytes_of(secret),
                            static_cast<int>(secret.size())) == 1 &&
               EVP_CipherFinal_ex(cipher.get(), bytes_of(text) + length, &length) == 1 &&
               EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_length, tag.data()) == 1,
           "a secret can be sealed");
    return nonce + text + tag;
}

std::optional<std::string> Seal::open(std::string_view sealed, std::string_view about) const
{
    if (sealed.size() < nonce_length + tag_length) return {};
    const std::string_view nonce = sealed.substr(0, nonce_length);
    std::string tag{sealed.substr(sealed.size() - tag_length)};
    sealed.remove_prefix(nonce_length);
    sealed.remove_suffix(tag_length);
    const Cipher cipher = cipher_with(key_, nonce, about, false);
    std::string text(sealed.size(), '\0');
    int length = 0;
    const bool good =
        EVP_CipherUpdate(cipher.get(), bytes_of(text), &length, bytes_of(sealed),
                         static_cast<int>(sealed.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, tag_length, tag.data()) == 1 &&
        EVP_CipherFinal_ex(cipher.get(), bytes_of(text) + length, &length) == 1;
    if (!good) return {};
    return text;
}

}  // namespace chipledger
