#include "ledger/signer.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "ledger/durable_file.hpp"
#include "store/crash_point.hpp"

namespace chipledger {

namespace {

constexpr std::size_t hash_size = 32;

void write_keys(const std::filesystem::path& folder, const std::vector<SignerKey>& keys)
{
    std::string text;
    for (const SignerKey& key : keys) text += to_string(key) + '\n';
    replace_file(folder / "keys", text);
}

}  // namespace

std::vector<SignerKey> keys_in(const std::filesystem::path& folder, const std::string& origin)
{
    std::filesystem::create_directories(folder);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
    std::vector<SignerKey> keys;
    if (const auto text = read_file(folder / "keys")) {
        std::istringstream lines{*text};
        for (std::string line; std::getline(lines, line);)
            if (!line.empty()) keys.push_back(parse_signer_key(line));
    }
    if (keys.empty()) {
        keys.push_back(make_signer_key(origin, KeyKind::ed25519));
        write_keys(folder, keys);
    }
    return keys;
}

void add_key(const std::filesystem::path& folder, SignerKey key)
{
    std::vector<SignerKey> keys = keys_in(folder, key.verifier.name);
    keys.push_back(std::move(key));
    write_keys(folder, keys);
}

void remove_key(const std::filesystem::path& folder, std::uint32_t id)
{
    std::vector<SignerKey> keys = keys_in(folder, "chipledger");
    const auto found = std::ranges::find_if(
        keys, [&](const SignerKey& key) { return key.verifier.id == id; });
    if (found == keys.end()) throw ProofFault{"there is no such key"};
    if (keys.size() == 1) throw ProofFault{"this is the last key: add another before"};
    keys.erase(found);
    write_keys(folder, keys);
}

Signer::Signer(std::filesystem::path folder, std::string origin)
    : folder_{std::move(folder)}, origin_{std::move(origin)}, keys_{keys_in(folder_, origin_)}
{
    if (const auto why = read_file(folder_ / "alarm")) throw Alarm{*why};
    read_leaves();
    const auto text = read_file(folder_ / "checkpoint");
    if (!text) return;
    const Checkpoint last = parse_checkpoint(parse_note(*text).text);
    if (last.size > size())
        alarm("the signer's own files disagree: " + std::to_string(last.size) +
              " entries were signed, and the hashes of " + std::to_string(size()) + " are there");
}

// A line that a power cut has left half written was never signed.
void Signer::read_leaves()
{
    std::ifstream in{folder_ / "leaves", std::ios::binary};
    for (std::string hash(hash_size, '\0'); in.read(hash.data(), hash_size);)
        range_.append(hash_from(hash));
    in.close();
    cut_to_size();
}

// A disk that was full, or failed, has taken a part of what was written: hashes never taken on.
void Signer::cut_to_size()
{
    const std::filesystem::path leaves = folder_ / "leaves";
    const std::uintmax_t whole = size() * hash_size;
    if (std::filesystem::exists(leaves) && std::filesystem::file_size(leaves) > whole)
        std::filesystem::resize_file(leaves, whole);
}

std::vector<VerifierKey> Signer::verifier_keys() const
{
    std::vector<VerifierKey> keys;
    for (const SignerKey& key : keys_) keys.push_back(key.verifier);
    return keys;
}

void Signer::alarm(const std::string& why)
{
    replace_file(folder_ / "alarm", why);
    throw Alarm{why};
}

Result<void> Signer::check(EventStore& store)
{
    const Result<Head> head = store.head();
    if (!head) return head.error();
    const auto known = static_cast<std::int64_t>(size());
    if (head->size.number < known)
        alarm("the log has " + std::to_string(head->size.number) + " entries, and " +
              std::to_string(known) + " have been here before");
    std::ifstream in{folder_ / "leaves", std::ios::binary};
    std::string hash(hash_size, '\0');
    std::int64_t next = 1;
    std::string tile;
    auto read = store.read({}, {known}, [&](StoredEntry&& entry) {
        in.read(hash.data(), hash_size);
        const bool same = entry.position.number == next && in &&
                          view(leaf_hash_again(entry.salt, entry.bytes)) == hash;
        if (!same) alarm("entry " + std::to_string(next) + " is not what was signed");
        tile += hash;
        if (tile.size() == tile_width * hash_size) {
            full_tiles_.push_back({(next - 1) / std::int64_t{tile_width}, tile});
            tile.clear();
        }
        ++next;
    });
    if (!read) return read;
    if (next <= known) alarm("entry " + std::to_string(next) + " is missing");
    open_tile_ = std::move(tile);
    return {};
}

Result<std::vector<Hash>> Signer::take(EventStore& store, std::uint64_t upto)
{
    std::vector<Hash> leaves;
    std::string bytes;
    const auto before = static_cast<std::int64_t>(size());
    auto read = store.read({before}, {static_cast<std::int64_t>(upto)}, [&](StoredEntry&& entry) {
        const std::int64_t next = before + 1 + std::ssize(leaves);
        if (entry.position.number != next) alarm("entry " + std::to_string(next) + " is missing");
        leaves.push_back(leaf_hash_again(entry.salt, entry.bytes));
        bytes += view(leaves.back());
    });
    if (!read) return read.error();
    if (before + std::ssize(leaves) != static_cast<std::int64_t>(upto))
        alarm("entry " + std::to_string(before + 1 + std::ssize(leaves)) + " is missing");
    cut_to_size();
    CRASH_POINT("leaves-unkept");
    append_to_file(folder_ / "leaves", bytes);
    CRASH_POINT("leaves-kept");
    for (const Hash& leaf : leaves) {
        range_.append(leaf);
        open_tile_ += view(leaf);
        if (open_tile_.size() == tile_width * hash_size) {
            full_tiles_.push_back({static_cast<std::int64_t>(size() / tile_width) - 1, open_tile_});
            open_tile_.clear();
        }
    }
    return leaves;
}

Note Signer::sign()
{
    Note note{to_string(Checkpoint{origin_, size(), root(), {}}), {}};
    for (const SignerKey& key : keys_) note.signatures.push_back(chipledger::sign(key, note.text));
    CRASH_POINT("checkpoint-unkept");
    replace_file(folder_ / "checkpoint", to_string(note));
    CRASH_POINT("checkpoint-kept");
    return note;
}

}  // namespace chipledger
