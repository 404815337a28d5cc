#include "store/token.hpp"

#include <fcntl.h>
#include <algorithm>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <boost/crc.hpp>
#include <fstream>

namespace chipledger {

namespace {

constexpr std::string_view base62 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t secret_length = 30;
constexpr std::size_t check_length = 6;
constexpr std::size_t pepper_length = 32;

std::string check_of(std::string_view text)
{
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    std::uint32_t rest = crc.checksum();
    std::string check(check_length, '0');
    for (std::size_t i = check_length; i-- > 0; rest /= 62) check[i] = base62[rest % 62];
    return check;
}

// Whoever loses a race to make the file reads the winner's.
void make_pepper(const std::string& path)
{
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return;
    const std::string fresh = random_bytes(pepper_length);
    const bool written =
        ::write(file, fresh.data(), fresh.size()) == std::ssize(fresh) && ::fsync(file) == 0;
    ::close(file);
    if (!written) ::unlink(path.c_str());
}

}  // namespace

// Drawn a page at a time: to ask OpenSSL for each salt alone costs more than the rest of an entry's
// id and salt. What is given out is not kept.
std::string random_bytes(std::size_t length)
{
    constexpr std::size_t page_size = 4096;
    thread_local std::string page;
    if (page.size() < length) {
        page.resize(std::max(page_size, length));
        ensure(RAND_bytes(reinterpret_cast<unsigned char*>(page.data()),
                          static_cast<int>(page.size())) == 1,
               "the system has random bytes");
    }
    const std::size_t left = page.size() - length;
    std::string bytes = page.substr(left);
    OPENSSL_cleanse(page.data() + left, length);
    page.resize(left);
    return bytes;
}

std::string make_token(Role role)
{
    std::string secret;
    while (secret.size() < secret_length)
        for (const char c : random_bytes(secret_length)) {
            const auto number = static_cast<unsigned char>(c);
            // 248 = 4 · 62: without the rest, all digits are equally likely.
            if (number < 248 && secret.size() < secret_length) secret += base62[number % 62];
        }
    const std::string text = "clk_" + std::string{name_of(role)} + "_" + secret;
    return text + check_of(text);
}

bool well_formed(std::string_view token)
{
    if (!token.starts_with("clk_") || token.size() > 80) return false;
    const std::size_t tail = token.rfind('_') + 1;
    if (tail < 6 || token.size() - tail != secret_length + check_length) return false;
    if (token.substr(tail).find_first_not_of(base62) != std::string_view::npos) return false;
    const std::string_view text = token.substr(0, token.size() - check_length);
    return check_of(text) == token.substr(text.size());
}

std::string hash_token(std::string_view token, std::string_view pepper)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    HMAC(EVP_sha256(), pepper.data(), static_cast<int>(pepper.size()),
         reinterpret_cast<const unsigned char*>(token.data()), token.size(), hash, &length);
    return {reinterpret_cast<const char*>(hash), length};
}

Result<std::string> pepper_at(const std::string& path)
{
    make_pepper(path);
    std::ifstream in{path, std::ios::binary};
    std::string pepper{std::istreambuf_iterator<char>{in}, {}};
    if (pepper.size() >= pepper_length) return pepper;
    return Refusal{.code = Code::bad_state,
                   .detail = "Cannot read the pepper in " + path +
                             ": it needs 32 bytes. Make the folder writable or restore the file; "
                             "without it no token is valid."};
}

}  // namespace chipledger
