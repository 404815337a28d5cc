// Tokens made by OpenSSL alone, judged by ours: what is signed comes in, everything near it not.
#include "http/jwt.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <memory>

#include "catch.hpp"
#include "proof/base64.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

std::string url64(std::string_view bytes)
{
    std::string text = to_base64(bytes);
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text.substr(0, text.find('='));
}

/// A key pair, and what an issuer publishes of it.
class Pair {
public:
    explicit Pair(EVP_PKEY* key) : key_{key} {}
    static Pair rsa(unsigned bits = 2048) { return Pair{EVP_RSA_gen(bits)}; }
    static Pair ec(const char* curve = "P-256") { return Pair{EVP_EC_gen(curve)}; }

    Json published(const std::string& kid) const
    {
        if (EVP_PKEY_is_a(key_.get(), "RSA"))
            return {{"kid", kid}, {"kty", "RSA"}, {"n", number(OSSL_PKEY_PARAM_RSA_N)},
                    {"e", number(OSSL_PKEY_PARAM_RSA_E)}};
        return {{"kid", kid}, {"kty", "EC"}, {"crv", "P-256"},
                {"x", number(OSSL_PKEY_PARAM_EC_PUB_X)}, {"y", number(OSSL_PKEY_PARAM_EC_PUB_Y)}};
    }

    std::string sign(const std::string& text) const
    {
        std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                         EVP_MD_CTX_free};
        EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
        std::string signature(1024, '\0');
        std::size_t size = signature.size();
        const auto bytes = [](auto& s) { return reinterpret_cast<unsigned char*>(s.data()); };
        REQUIRE(EVP_DigestSign(context.get(), bytes(signature), &size,
                               reinterpret_cast<const unsigned char*>(text.data()), text.size()));
        signature.resize(size);
        if (EVP_PKEY_is_a(key_.get(), "RSA")) return signature;
        const unsigned char* der = bytes(signature);  // JWS has r and s side by side.
        ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(size));
        std::string plain(64, '\0');
        BN_bn2binpad(ECDSA_SIG_get0_r(pair), bytes(plain), 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(pair), bytes(plain) + 32, 32);
        ECDSA_SIG_free(pair);
        return plain;
    }

    std::string token(const Json& header, const std::string& claims = R"({"sub":"li.wei"})") const
    {
        const std::string text = url64(header.dump()) + '.' + url64(claims);
        return text + '.' + url64(sign(text));
    }

private:
    std::string number(const char* name) const
    {
        BIGNUM* value = nullptr;
        REQUIRE(EVP_PKEY_get_bn_param(key_.get(), name, &value));
        std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
        BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
        BN_free(value);
        if (!EVP_PKEY_is_a(key_.get(), "RSA")) bytes.insert(0, 32 - bytes.size(), '\0');
        return url64(bytes);
    }
    struct Free {
        void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    };
    std::unique_ptr<EVP_PKEY, Free> key_;
};

const Pair& rsa()
{
    static const Pair pair = Pair::rsa();
    return pair;
}

const Pair& ec()
{
    static const Pair pair = Pair::ec();
    return pair;
}

KeySet published(std::vector<Json> keys) { return key_set_of(Json{{"keys", keys}}.dump()).value(); }

const KeySet& both()
{
    static const KeySet set = published({rsa().published("r"), ec().published("e")});
    return set;
}

const Json rs256{{"alg", "RS256"}, {"kid", "r"}, {"typ", "JWT"}};
const Json es256{{"alg", "ES256"}, {"kid", "e"}, {"typ", "at+jwt"}};

Json with(Json header, const Json& more)
{
    header.merge_patch(more);
    return header;
}

std::string refusal(const std::string& token, const KeySet& keys = both())
{
    const Result<Json> claims = verified_claims(token, keys);
    return claims ? "" : claims.error().detail;
}

}  // namespace

TEST_CASE("what a key of the set has signed is believed", "[jwt]")
{
    CHECK(verified_claims(rsa().token(rs256), both()).value() == Json{{"sub", "li.wei"}});
    CHECK(verified_claims(ec().token(es256), both()).value() == Json{{"sub", "li.wei"}});
    CHECK(kid_of(rsa().token(rs256)).value() == "r");
    CHECK(both().has("e"));
    CHECK_FALSE(both().has("x"));
    CHECK(refusal(rsa().token(with(rs256, {{"typ", nullptr}, {"x5t", "abc"}}))).empty());
}

TEST_CASE("one changed bit anywhere is refused", "[jwt]")
{
    for (const std::string& good : {rsa().token(rs256), ec().token(es256)})
        for (std::size_t at = 0; at < good.size(); at += 7) {
            std::string bad = good;
            bad[at] = bad[at] == 'A' ? 'B' : 'A';
            INFO(at);
            if (bad != good) CHECK_FALSE(refusal(bad).empty());
        }
}

TEST_CASE("none, a secret, and every other algorithm are refused", "[jwt]")
{
    const std::string claims = url64(R"({"sub":"li.wei"})");
    for (const char* none : {"none", "None", "NONE", "nOnE"}) {
        const Json header = with(rs256, {{"alg", none}});
        CHECK_FALSE(refusal(url64(header.dump()) + '.' + claims + '.').empty());
        CHECK(refusal(rsa().token(header)) == "Its alg is not RS256 or ES256.");
    }
    // The public key as the secret of an HMAC: the classic confusion.
    const std::string text = url64(with(rs256, {{"alg", "HS256"}}).dump()) + '.' + claims;
    for (const std::string& secret : {rsa().published("r").dump(),
                                      rsa().published("r")["n"].get<std::string>()}) {
        unsigned char mac[32];
        unsigned size = 0;
        HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
        const std::string bytes{reinterpret_cast<char*>(mac), size};
        CHECK(refusal(text + '.' + url64(bytes)) == "Its alg is not RS256 or ES256.");
    }
    for (const char* other : {"HS256", "RS384", "RS512", "PS256", "ES384", "ES256K", "EdDSA", ""})
        CHECK(refusal(rsa().token(with(rs256, {{"alg", other}}))) ==
              "Its alg is not RS256 or ES256.");
    CHECK_FALSE(refusal(rsa().token(with(rs256, {{"alg", nullptr}}))).empty());
}

TEST_CASE("a key serves its own algorithm and its own kid alone", "[jwt]")
{
    const std::string missing = "The issuer has no such key for this algorithm.";
    CHECK(refusal(ec().token(with(es256, {{"kid", "r"}}))) == missing);
    CHECK(refusal(rsa().token(with(rs256, {{"kid", "e"}}))) == missing);
    CHECK(refusal(rsa().token(with(rs256, {{"kid", "x"}}))) == missing);
    CHECK(refusal(rsa().token(with(rs256, {{"kid", nullptr}}))) == "Its header has no kid.");
    CHECK(refusal(ec().token(with(es256, {{"alg", "RS256"}, {"kid", "r"}}))) ==
          "Its signature is wrong.");
    CHECK(refusal(Pair::rsa().token(rs256)) == "Its signature is wrong.");
    CHECK(refusal(Pair::ec().token(es256)) == "Its signature is wrong.");
    // The same kid for two kinds: each is found by its algorithm.
    const KeySet twins = published({rsa().published("k"), ec().published("k")});
    CHECK(refusal(ec().token(with(es256, {{"kid", "k"}})), twins).empty());
    CHECK(refusal(rsa().token(with(rs256, {{"kid", "k"}})), twins).empty());
}

TEST_CASE("a header that brings its own keys or rules is refused", "[jwt]")
{
    const Json own = Pair::rsa().published("r");
    for (const Json& more : {Json{{"jku", "https://evil.example/keys"}}, Json{{"jwk", own}},
                             Json{{"x5u", "https://evil.example/cert"}},
                             Json{{"crit", {"exp"}}}, Json{{"b64", false}}})
        CHECK(refusal(rsa().token(with(rs256, more))) ==
              "Its header has " + more.begin().key() + '.');
    for (const char* typ : {"logout+jwt", "secevent+jwt", "dpop+jwt", ""})
        CHECK(refusal(rsa().token(with(rs256, {{"typ", typ}}))) == "Its typ is not JWT or at+jwt.");
}

TEST_CASE("what is no JWT is refused before any key is looked at", "[jwt]")
{
    const std::string good = rsa().token(rs256);
    for (const std::string& bad :
         {std::string{}, std::string{"."}, std::string{".."}, std::string{"a.b.c"}, good + '.',
          good + "=", good + "\n", '.' + good, good.substr(0, good.rfind('.')),
          good + ".a.b", std::string(jwt_max + 1, 'a')})
        CHECK_FALSE(kid_of(bad).has_value());
    const std::string big(jwt_max, 'x');
    CHECK(refusal(rsa().token(rs256, R"({"sub":")" + big + "\"}")) ==
          "A token has at most 8 KiB.");
    CHECK(refusal(rsa().token(rs256, R"({"sub":"a","sub":"b"})")) ==
          "Its claims are no JSON object of unique names.");
    CHECK_FALSE(refusal(rsa().token(rs256, "[]")).empty());
    CHECK_FALSE(refusal(rsa().token(rs256, "{")).empty());
    const std::string twice = R"({"alg":"none","alg":"RS256","kid":"r"})";
    const std::string text = url64(twice) + '.' + url64("{}");
    CHECK_FALSE(refusal(text + '.' + url64(rsa().sign(text))).empty());
}

TEST_CASE("of a key set, the keys of use alone are kept, and no private part", "[jwt]")
{
    const auto kept = [](Json key) {
        const auto set = key_set_of(Json{{"keys", {std::move(key)}}}.dump());
        return set ? set->keys.size() : 0;
    };
    const Json r = rsa().published("r"), e = ec().published("e");
    CHECK(kept(with(r, {{"use", "sig"}, {"alg", "RS256"}, {"key_ops", {"verify"}}})) == 1);
    CHECK(kept(with(r, {{"use", "enc"}})) == 0);
    CHECK(kept(with(r, {{"alg", "RS512"}})) == 0);
    CHECK(kept(with(r, {{"alg", "ES256"}})) == 0);
    CHECK(kept(with(r, {{"key_ops", {"encrypt"}}})) == 0);
    CHECK(kept(with(r, {{"kid", nullptr}})) == 0);
    CHECK(kept(with(e, {{"crv", "P-384"}})) == 0);
    CHECK(kept(Pair::rsa(1024).published("short")) == 0);
    CHECK(kept({{"kty", "oct"}, {"kid", "s"}, {"k", "c2VjcmV0"}}) == 0);
    const KeySet set = published({with(r, {{"d", "AQAB"}})});
    CHECK_FALSE(set.keys[0].contains("d"));
    CHECK_FALSE(key_set_of("{}").has_value());
    CHECK_FALSE(key_set_of("[]").has_value());
    CHECK_FALSE(key_set_of(R"({"keys":[]})").has_value());
    CHECK_FALSE(key_set_of(std::string(jwk_set_max + 1, ' ')).has_value());
    const Json many{{"keys", std::vector<Json>(jwk_set_keys_max + 1, r)}};
    CHECK_FALSE(key_set_of(many.dump()).has_value());
}

}  // namespace chipledger
