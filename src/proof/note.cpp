#include "proof/note.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include "proof/base64.hpp"
#include "proof/bytes.hpp"
#include "proof/fault.hpp"

namespace chipledger {

namespace {

constexpr std::string_view dash = "\xe2\x80\x94 ";  // U+2014 and a space.
constexpr std::string_view private_mark = "PRIVATE+KEY+";
constexpr std::size_t note_max = 1'000'000;
constexpr std::size_t signatures_max = 100;
constexpr std::size_t signature_size = 64;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

// Big-endian, `size` bytes.
std::string number(std::uint64_t value, int size)
{
    std::string bytes;
    for (int i = size - 1; i >= 0; --i) bytes += static_cast<char>(value >> (8 * i));
    return bytes;
}
std::uint64_t number(std::string_view bytes)
{
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

// No overlong forms, no surrogates, nothing beyond U+10FFFF (RFC 3629 §4).
bool is_utf8(std::string_view bytes)
{
    for (std::size_t at = 0; at < bytes.size();) {
        const auto lead = static_cast<unsigned char>(bytes[at++]);
        if (lead < 0x80) continue;
        const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4 || bytes.size() - at < static_cast<std::size_t>(more))
            return false;
        std::uint32_t point = lead & (0x3f >> more);
        for (int i = 0; i < more; ++i, ++at) {
            if ((static_cast<unsigned char>(bytes[at]) & 0xc0) != 0x80) return false;
            point = point << 6 | (static_cast<unsigned char>(bytes[at]) & 0x3f);
        }
        const bool overlong = point < (more == 3 ? 0x10000U : more == 2 ? 0x800U : 0x80U);
        if (overlong || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return false;
    }
    return true;
}

// Spaces of Unicode count as such; a name of ASCII is all that this ledger makes.
bool is_name(std::string_view name)
{
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return static_cast<unsigned char>(c) > ' ' && c != '+' && c != '\x7f';
    });
}

std::uint32_t id_of(std::string_view name, KeyKind kind, std::string_view key)
{
    std::string text{name};
    text += '\n';
    text += static_cast<char>(kind);
    text += key;
    return static_cast<std::uint32_t>(number(sha256(text).substr(0, 4)));
}

/// `<name>+<id>+<base64>`, its parts read and the base64 of 33 bytes with a kind that is known.
struct KeyText {
    std::string name{};
    std::uint32_t id = 0;
    KeyKind kind{};
    std::string rest{};
};

KeyText parse_key(std::string_view text)
{
    while (text.ends_with('\n')) text.remove_suffix(1);
    const std::size_t first = text.find('+');
    const std::size_t second = first == text.npos ? first : text.find('+', first + 1);
    if (second == text.npos) throw ProofFault{"a key is <name>+<id>+<base64>"};
    KeyText key{std::string{text.substr(0, first)}, 0, {}, from_base64(text.substr(second + 1))};
    const std::string_view id = text.substr(first + 1, second - first - 1);
    const auto [end, failed] = std::from_chars(id.data(), id.data() + id.size(), key.id, 16);
    if (!is_name(key.name)) throw ProofFault{"a key's name has no spaces and no +"};
    if (failed != std::errc{} || end != id.data() + id.size() || id.size() != 8)
        throw ProofFault{"a key's id is 8 hexadecimal digits"};
    if (key.rest.size() != 33) throw ProofFault{"a key has 32 bytes after its kind"};
    if (key.rest[0] != 1 && key.rest[0] != 4) throw ProofFault{"this kind of key is not known"};
    key.kind = static_cast<KeyKind>(key.rest[0]);
    key.rest.erase(0, 1);
    return key;
}

std::string key_text(const VerifierKey& key, std::string_view secret_or_key)
{
    std::string bytes{static_cast<char>(key.kind)};
    bytes += secret_or_key;
    return key.name + '+' + to_hex(number(key.id, 4)) + '+' + to_base64(bytes);
}

Key private_key(std::string_view seed)
{
    Key key{EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, data_of(seed), seed.size()),
            EVP_PKEY_free};
    if (!key) throw ProofFault{"OpenSSL does not take this Ed25519 key"};
    return key;
}

VerifierKey verifier_of(std::string name, KeyKind kind, std::string_view seed)
{
    std::string key(32, '\0');
    std::size_t length = key.size();
    EVP_PKEY_get_raw_public_key(private_key(seed).get(),
                                reinterpret_cast<unsigned char*>(key.data()), &length);
    const std::uint32_t id = id_of(name, kind, key);
    return {std::move(name), id, kind, std::move(key)};
}

std::string cosigned(std::int64_t seconds, std::string_view text)
{
    return "cosignature/v1\ntime " + std::to_string(seconds) + '\n' + std::string{text};
}

bool holds(const VerifierKey& key, std::string_view signature, std::string_view message)
{
    const Key pkey{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, data_of(key.key),
                                               key.key.size()),
                   EVP_PKEY_free};
    const Context context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
    return pkey && signature.size() == signature_size &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1 &&
           EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(message),
                            message.size()) == 1;
}

// What the signature says, where it holds.
std::optional<Signed> verified(const Note& note, const NoteSignature& signature,
                               const VerifierKey& key)
{
    const std::string_view bytes = signature.bytes;
    if (key.kind == KeyKind::ed25519)
        return holds(key, bytes, note.text) ? std::optional{Signed{key, 0}} : std::nullopt;
    if (bytes.size() != 8 + signature_size) return {};
    const auto seconds = static_cast<std::int64_t>(number(bytes.substr(0, 8)));
    if (!holds(key, bytes.substr(8), cosigned(seconds, note.text))) return {};
    return Signed{key, seconds};
}

NoteSignature parse_signature(std::string_view line)
{
    const std::size_t space = line.find(' ', dash.size());
    if (!line.starts_with(dash) || space == line.npos)
        throw ProofFault{"a signature line is a dash, a name and base64"};
    NoteSignature signature;
    signature.name = line.substr(dash.size(), space - dash.size());
    const std::string bytes = from_base64(line.substr(space + 1));
    if (!is_name(signature.name) || bytes.size() < 5)
        throw ProofFault{"a signature line has a name without spaces and more than an id"};
    signature.id = static_cast<std::uint32_t>(number(std::string_view{bytes}.substr(0, 4)));
    signature.bytes = bytes.substr(4);
    return signature;
}

}  // namespace

VerifierKey parse_verifier_key(std::string_view text)
{
    KeyText key = parse_key(text);
    if (key.id != id_of(key.name, key.kind, key.rest))
        throw ProofFault{"the key's id does not belong to it"};
    return {std::move(key.name), key.id, key.kind, std::move(key.rest)};
}

std::string to_string(const VerifierKey& key) { return key_text(key, key.key); }

SignerKey parse_signer_key(std::string_view text)
{
    if (!text.starts_with(private_mark)) throw ProofFault{"this is no PRIVATE+KEY+"};
    KeyText key = parse_key(text.substr(private_mark.size()));
    SignerKey signer{verifier_of(std::move(key.name), key.kind, key.rest), std::move(key.rest)};
    if (signer.verifier.id != key.id) throw ProofFault{"the key's id does not belong to it"};
    return signer;
}

std::string to_string(const SignerKey& key)
{
    return std::string{private_mark} + key_text(key.verifier, key.seed);
}

SignerKey make_signer_key(std::string name, KeyKind kind)
{
    if (!is_name(name)) throw ProofFault{"a key's name has no spaces and no +"};
    std::string seed(32, '\0');
    if (RAND_priv_bytes(reinterpret_cast<unsigned char*>(seed.data()), 32) != 1)
        throw ProofFault{"OpenSSL has no randomness"};
    return {verifier_of(std::move(name), kind, seed), std::move(seed)};
}

std::string NoteSignature::line() const
{
    return std::string{dash} + name + ' ' + to_base64(number(id, 4) + bytes) + '\n';
}

Note parse_note(std::string_view bytes)
{
    if (bytes.size() > note_max) throw ProofFault{"a note has at most 1 MB"};
    if (!is_utf8(bytes)) throw ProofFault{"a note is UTF-8"};
    for (const char c : bytes)
        if (static_cast<unsigned char>(c) < ' ' && c != '\n')
            throw ProofFault{"a note has no control characters"};
    const std::size_t split = bytes.rfind("\n\n");
    if (split == bytes.npos || !bytes.ends_with('\n') || split + 2 == bytes.size())
        throw ProofFault{"a note is a text, an empty line and signature lines"};
    Note note{std::string{bytes.substr(0, split + 1)}, {}};
    for (bytes.remove_prefix(split + 2); !bytes.empty();) {
        const std::size_t end = bytes.find('\n');
        if (note.signatures.size() == signatures_max)
            throw ProofFault{"a note has at most 100 signatures"};
        note.signatures.push_back(parse_signature(bytes.substr(0, end)));
        bytes.remove_prefix(end + 1);
    }
    return note;
}

std::string to_string(const Note& note)
{
    std::string text = note.text + '\n';
    for (const NoteSignature& signature : note.signatures) text += signature.line();
    return text;
}

NoteSignature sign(const SignerKey& key, std::string_view text, std::int64_t seconds)
{
    const bool cosigns = key.verifier.kind == KeyKind::cosignature;
    const std::string message = cosigns ? cosigned(seconds, text) : std::string{text};
    const Key pkey = private_key(key.seed);
    const Context context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
    std::string bytes(signature_size, '\0');
    std::size_t length = bytes.size();
    if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(bytes.data()), &length,
                       data_of(message), message.size()) != 1)
        throw ProofFault{"OpenSSL cannot sign"};
    if (cosigns) bytes = number(static_cast<std::uint64_t>(seconds), 8) + bytes;
    return {key.verifier.name, key.verifier.id, std::move(bytes)};
}

std::vector<Signed> signers_of(const Note& note, std::span<const VerifierKey> keys)
{
    std::vector<Signed> found;
    for (const NoteSignature& signature : note.signatures)
        for (const VerifierKey& key : keys) {
            if (key.name != signature.name || key.id != signature.id) continue;
            if (std::ranges::find(found, key, &Signed::key) != found.end()) continue;
            const std::optional<Signed> good = verified(note, signature, key);
            if (!good) throw ProofFault{"the signature of " + key.name + " does not hold"};
            found.push_back(*good);
        }
    return found;
}

}  // namespace chipledger
