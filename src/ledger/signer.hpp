#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "proof/checkpoint.hpp"
#include "proof/fault.hpp"
#include "proof/tree.hpp"
#include "store/checkpoint_store.hpp"
#include "store/event_store.hpp"

namespace chipledger {

/// The log is shorter or other than what was signed. Written down beside the keys, so that no
/// restart forgets it.
struct Alarm : ProofFault {
    using ProofFault::ProofFault;
};

/// Signs heads of the log, and remembers outside the database what it has signed: the folder holds
///   keys        PRIVATE+KEY lines; every one of them signs, so that a rotation overlaps
///   leaves      the hash of each leaf, 32 bytes after 32 bytes
///   checkpoint  the last signed head
///   alarm       why nothing is signed any more; removed by people
/// It trusts nothing of the database: it hashes each entry anew on a path of its own.
class Signer {
public:
    /// Throws Alarm where one was raised before, ProofFault where the folder makes no sense,
    /// std::system_error where it cannot be read. Makes a key where there is none.
    Signer(std::filesystem::path folder, std::string origin);

    std::vector<VerifierKey> verifier_keys() const;
    std::uint64_t size() const { return range_.size(); }
    Hash root() const { return range_.root(); }

    /// Hashes all entries that were taken before, and throws Alarm unless they are the same still.
    Result<void> check(EventStore& store);
    /// Takes the entries up to `upto` on, each hashed here; their leaves. Throws Alarm where one is
    /// missing.
    Result<std::vector<Hash>> take(EventStore& store, std::uint64_t upto);
    /// Signs what was taken; on disk before it is returned.
    Note sign();
    /// Tiles that are full since forget_tiles().
    const std::vector<TileRow>& new_tiles() const { return full_tiles_; }
    void forget_tiles() { full_tiles_.clear(); }

    /// Writes it down, and throws it.
    [[noreturn]] void alarm(const std::string& why);

private:
    void read_leaves();
    void cut_to_size();

    std::filesystem::path folder_;
    std::string origin_;
    std::vector<SignerKey> keys_{};
    CompactRange range_{};
    std::string open_tile_{};          ///< Hashes of the tile that is not full yet.
    std::vector<TileRow> full_tiles_{};
};

/// The keys of a folder; makes one named `origin` where there is none.
std::vector<SignerKey> keys_in(const std::filesystem::path& folder, const std::string& origin);
/// One more key: from now on both sign.
void add_key(const std::filesystem::path& folder, SignerKey key);
/// One key less; throws ProofFault for one that is not there, and for the last one.
void remove_key(const std::filesystem::path& folder, std::uint32_t id);

}  // namespace chipledger
