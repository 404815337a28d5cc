#include "proof/digest.hpp"

#include <openssl/evp.h>

#include "proof/fault.hpp"

namespace chipledger {

struct Sha256::Context {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~Context() { EVP_MD_CTX_free(context); }
    void must(bool good) const
    {
        if (!good) throw ProofFault{"OpenSSL cannot compute SHA-256"};
    }
};

Sha256::Sha256() : context_{std::make_unique<Context>()}
{
    context_->must(EVP_DigestInit_ex2(context_->context, EVP_sha256(), nullptr) == 1);
}
Sha256::Sha256(const Sha256& other) : context_{std::make_unique<Context>()}
{
    context_->must(EVP_MD_CTX_copy_ex(context_->context, other.context_->context) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::string_view piece)
{
    context_->must(EVP_DigestUpdate(context_->context, piece.data(), piece.size()) == 1);
}

Hash Sha256::finish()
{
    Hash hash;
    context_->must(EVP_DigestFinal_ex(context_->context, hash.data(), nullptr) == 1);
    return hash;
}

std::string Sha256::hex()
{
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : finish()) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

}  // namespace chipledger
