#include "proof/running_hash.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace chipledger {

struct RunningHash::Digest {
    struct Free {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

RunningHash::RunningHash() : digest_{std::make_unique<Digest>()}
{
    if (!digest_->context || EVP_DigestInit_ex(digest_->context.get(), EVP_sha256(), nullptr) != 1)
        throw std::runtime_error{"SHA-256 cannot be computed"};
}

RunningHash::~RunningHash() = default;

void RunningHash::add(std::string_view bytes)
{
    if (EVP_DigestUpdate(digest_->context.get(), bytes.data(), bytes.size()) != 1)
        throw std::runtime_error{"SHA-256 cannot be computed"};
}

Hash RunningHash::finish()
{
    Hash hash{};
    if (EVP_DigestFinal_ex(digest_->context.get(), hash.data(), nullptr) != 1)
        throw std::runtime_error{"SHA-256 cannot be computed"};
    return hash;
}

}  // namespace chipledger
