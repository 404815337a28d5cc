#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "codec/zip.hpp"
#include "proof/digest.hpp"
#include "proof/note.hpp"
#include "store/rows.hpp"

// Evidence: some entries with all that proves them, as one file for a third party.
namespace chipledger {

/// Names of a bundle's members.
namespace evidence {
inline constexpr const char* format = "chipledger-evidence/1";
inline constexpr const char* readme = "README.txt";
inline constexpr const char* checkpoint = "checkpoint";
inline constexpr const char* schemas = "schemas/";
inline constexpr const char* entries = "entries.ndjson";
inline constexpr const char* proofs = "proofs.ndjson";
inline constexpr const char* about = "about.json";
inline constexpr const char* sums = "SHA256SUMS";
inline constexpr std::size_t entries_max = 50'000;
}  // namespace evidence

/// The text of README.txt: what is in a bundle and how to check it by other means than ours.
std::string_view evidence_readme();

/// What a bundle says of itself. The same again gives the same bytes.
struct EvidenceAbout {
    Note checkpoint{};         ///< Signed; covers every entry.
    Position as_of{};          ///< Only the first so many entries were looked at.
    nlohmann::json asked{};    ///< What was asked for: lists of texts by parameter.
    nlohmann::json seen_as{};  ///< Whose rights decided: role, firm, offices.
};

/// Writes a bundle as it comes in: entries ascending, then their proofs a few at a time. Keeps 40
/// bytes or so of each entry. Throws ZipFault.
class EvidenceBundle {
public:
    /// Leads from the leaf `index` to the root that the checkpoint signs.
    using PathOf = std::function<std::vector<Hash>(std::uint64_t index)>;

    explicit EvidenceBundle(EvidenceAbout about);

    void add(const StoredEntry& entry);
    /// Some of the proofs; true while there is more to do. The last call ends the file.
    bool prove(const PathOf& path_of);
    /// The bytes that are ready.
    std::string take() { return zip_.take(); }

private:
    struct Leaf {
        Position position{};
        std::string salt{};
    };

    void begin(const std::string& name);
    void write(std::string_view piece);
    void end();
    void whole(const std::string& name, std::string_view bytes);
    void finish();

    EvidenceAbout about_;
    ZipWriter zip_{};
    std::string name_{};
    Sha256 digest_{};
    std::string sums_{};  ///< As sha256sum(1) writes them.
    std::vector<Leaf> leaves_{};
    std::size_t proven_ = 0;
    bool proving_ = false;
};

}  // namespace chipledger
