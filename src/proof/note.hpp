#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proof/hash.hpp"

// Signed notes (C2SP signed-note) with Ed25519 (RFC 8032) and cosignatures (C2SP tlog-cosignature).
// What does not parse or cannot be signed throws ProofFault.
namespace chipledger {

enum class KeyKind : unsigned char { ed25519 = 1, cosignature = 4 };

/// `<name>+<hex id>+<base64 kind and key>`; the id is the first 4 bytes of
/// SHA-256(name || "\n" || kind || key).
struct VerifierKey {
    std::string name{};
    std::uint32_t id = 0;
    KeyKind kind = KeyKind::ed25519;
    std::string key{};  ///< 32 bytes.
    friend bool operator==(const VerifierKey&, const VerifierKey&) = default;
};
VerifierKey parse_verifier_key(std::string_view text);
std::string to_string(const VerifierKey& key);

/// `PRIVATE+KEY+<name>+<hex id>+<base64 kind and seed>`.
struct SignerKey {
    VerifierKey verifier{};
    std::string seed{};  ///< 32 bytes. Secret.
};
SignerKey parse_signer_key(std::string_view text);
std::string to_string(const SignerKey& key);
SignerKey make_signer_key(std::string name, KeyKind kind);

struct NoteSignature {
    std::string name{};
    std::uint32_t id = 0;
    std::string bytes{};  ///< Without the id.
    std::string line() const;
};

/// A text and its signature lines; nothing about them has been verified.
struct Note {
    std::string text{};  ///< Ends in a newline.
    std::vector<NoteSignature> signatures{};
};
Note parse_note(std::string_view bytes);
std::string to_string(const Note& note);

/// Signs the text; a cosignature says that it was seen at `seconds` since 1970.
NoteSignature sign(const SignerKey& key, std::string_view text, std::int64_t seconds = 0);

/// A signature of a known key that holds.
struct Signed {
    VerifierKey key{};
    std::int64_t seconds = 0;  ///< Of a cosignature.
};
/// Those of `keys` that have signed, each once. A ProofFault when a known key's signature does not
/// hold; unknown keys count for nothing.
std::vector<Signed> signers_of(const Note& note, std::span<const VerifierKey> keys);

}  // namespace chipledger
