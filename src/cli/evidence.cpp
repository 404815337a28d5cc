#include "cli/evidence.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>

#include "http/client.hpp"
#include "ledger/durable_file.hpp"
#include "proof/base64.hpp"
#include "proof/fault.hpp"
#include "proof/tile_path.hpp"
#include "store/checkpoint_store.hpp"
#include "store/event_store.hpp"

namespace chipledger {

namespace {

namespace files = std::filesystem;

constexpr std::int64_t heads_per_page = 1'000;
constexpr std::int64_t tiles_per_page = 64;
constexpr std::size_t hash_size = 32;

Refusal unreadable(std::string detail)
{
    return {.code = Code::bad_state, .detail = std::move(detail)};
}

/// A file of hashes, read in order mostly.
class LeafFile {
public:
    explicit LeafFile(const files::path& path) : in_{path, std::ios::binary} {}
    bool good() const { return bool(in_); }
    std::optional<Hash> operator()(std::uint64_t index)
    {
        std::string bytes(hash_size, '\0');
        in_.clear();
        in_.seekg(static_cast<std::streamoff>(index * hash_size));
        if (!in_.read(bytes.data(), hash_size)) return {};
        return hash_from(bytes);
    }

private:
    std::ifstream in_;
};

/// The full tiles in the database, a page of them at a time.
class LeafTiles {
public:
    explicit LeafTiles(const std::string& database) : store_{database} {}
    std::optional<Hash> operator()(std::uint64_t index)
    {
        const auto tile = static_cast<std::int64_t>(index / tile_width);
        if (!tiles_.contains(tile) && tile >= asked_) {
            tiles_.clear();
            asked_ = tile + tiles_per_page;
            if (const auto rows = store_.tiles(tile, tiles_per_page))
                for (const TileRow& row : *rows) tiles_[row.index] = row.hashes;
        }
        const auto found = tiles_.find(tile);
        if (found == tiles_.end()) return {};
        return hash_from(found->second.substr(index % tile_width * hash_size, hash_size));
    }

private:
    CheckpointStore store_;
    std::map<std::int64_t, std::string> tiles_{};
    std::int64_t asked_ = 0;
};

/// The note, whose columns beside it say the same; throws ProofFault.
Note head_in(const CheckpointRow& row)
{
    Note note = parse_note(row.note);
    const Checkpoint head = parse_checkpoint(note.text);
    if (head.size != static_cast<std::uint64_t>(row.size) || view(head.root) != row.root)
        throw ProofFault{"the stored root or size of the head of " + std::to_string(row.size) +
                         " entries is not the one that was signed"};
    return note;
}

Result<std::vector<Note>> heads_in(const std::string& database)
{
    CheckpointStore store{database};
    std::vector<Note> heads;
    for (std::int64_t after = 0;;) {
        const Result<std::vector<CheckpointRow>> rows = store.list(after, heads_per_page);
        if (!rows) return rows.error();
        if (rows->empty()) return heads;
        for (const CheckpointRow& row : *rows) heads.push_back(head_in(row));
        after = rows->back().size;
    }
}

/// Reads the entries of a bundle by the offsets of their lines.
class EntryFile {
public:
    explicit EntryFile(files::path path) : path_{std::move(path)}
    {
        std::ifstream in{path_, std::ios::binary};
        for (std::string line; std::getline(in, line);) offsets_.push_back(next(line.size()));
    }
    std::uint64_t size() const { return offsets_.size(); }

    Result<void> read(Position after, Position upto,
                      const std::function<void(StoredEntry&&)>& entry) const
    {
        std::ifstream in{path_, std::ios::binary};
        const auto first = static_cast<std::size_t>(after.number);
        if (first < offsets_.size()) in.seekg(static_cast<std::streamoff>(offsets_[first]));
        std::string line;
        for (Position at = after; at < upto && std::getline(in, line);) {
            ++at.number;
            const std::size_t space = line.find(' ');
            if (space == line.npos) return unreadable("line " + std::to_string(at.number) +
                                                      " of " + path_.string() + " is no entry");
            entry({at, line.substr(space + 1), from_base64(line.substr(0, space))});
        }
        return {};
    }

private:
    std::uint64_t next(std::size_t length)
    {
        const std::uint64_t here = end_;
        end_ += length + 1;
        return here;
    }
    files::path path_;
    std::uint64_t end_ = 0;
    std::vector<std::uint64_t> offsets_{};
};

Result<void> make_folder(const files::path& folder)
{
    if (files::exists(folder) && !files::is_empty(folder))
        return unreadable(folder.string() + " is there already. Name a new folder.");
    files::create_directories(folder);
    return {};
}

/// The leaf hashes that the server publishes for `size` entries.
Result<void> fetch_leaves(const Remote& remote, std::uint64_t size, const files::path& file)
{
    std::ofstream out{file, std::ios::binary};
    for (std::uint64_t index = 0; index * tile_width < size; ++index) {
        const auto width = std::min<std::uint64_t>(tile_width, size - index * tile_width);
        const TilePath path{0, index, static_cast<int>(width)};
        const Result<std::string> tile = get(remote, "/v1/log/" + to_string(path));
        if (!tile) return tile.error();
        out << *tile;
    }
    return {};
}

}  // namespace

Result<std::string> get(const Remote& remote, const std::string& path,
                        std::function<void(std::string_view)> pieces)
{
    Fetch request;
    request.url = remote.url + path;
    request.ca_file = remote.ca_file;
    request.headers = {{"Authorization", "Bearer " + remote.token}};
    request.pieces = std::move(pieces);
    const Result<Fetched> fetched = fetch(request);
    if (!fetched) return fetched.error();
    if (fetched->status == 200) return fetched->body;
    return unreadable(request.url + " answers " + std::to_string(fetched->status) + ": " +
                      fetched->body);
}

std::string entry_line(const StoredEntry& entry)
{
    return to_base64(entry.salt) + ' ' + entry.bytes + '\n';
}

Result<LogEvidence> evidence_in_database(const Place& place)
{
    const Result<std::string> database = place.runtime();
    if (!database) return database.error();
    const auto store = std::make_shared<EventStore>(*database);
    const Result<Head> head = store->head();
    if (!head) return head.error();
    LogEvidence evidence;
    evidence.size = static_cast<std::uint64_t>(head->size.number);
    evidence.entries = [store](Position after, Position upto, const auto& entry) {
        return store->read(after, upto, entry);
    };
    Result<std::vector<Note>> heads = heads_in(*database);
    if (!heads) return heads.error();
    evidence.heads = std::move(*heads);
    const files::path folder = place.log_folder();
    if (const auto kept = read_file(folder / "checkpoint"))
        evidence.heads.push_back(parse_note(*kept));
    const auto leaves = std::make_shared<LeafFile>(folder / "leaves");
    if (leaves->good())
        evidence.known_leaves.push_back([leaves](std::uint64_t at) { return (*leaves)(at); });
    const auto tiles = std::make_shared<LeafTiles>(*database);
    evidence.known_leaves.push_back([tiles](std::uint64_t at) { return (*tiles)(at); });
    return evidence;
}

Result<LogEvidence> evidence_in_bundle(const files::path& folder)
{
    const auto note = read_file(folder / "checkpoint");
    if (!note) return unreadable("there is no checkpoint in " + folder.string());
    const auto entries = std::make_shared<EntryFile>(folder / "entries");
    LogEvidence evidence;
    evidence.size = entries->size();
    evidence.heads.push_back(parse_note(*note));
    evidence.entries = [entries](Position after, Position upto, const auto& entry) {
        return entries->read(after, upto, entry);
    };
    const auto leaves = std::make_shared<LeafFile>(folder / "leaves");
    if (leaves->good())
        evidence.known_leaves.push_back([leaves](std::uint64_t at) { return (*leaves)(at); });
    return evidence;
}

Result<void> export_database(const Place& place, const files::path& folder)
{
    const Result<LogEvidence> evidence = evidence_in_database(place);
    if (!evidence) return evidence.error();
    if (evidence->heads.empty()) return unreadable("nothing has been signed yet");
    if (auto made = make_folder(folder); !made) return made;
    const Note& head = *std::ranges::max_element(evidence->heads, {}, [](const Note& note) {
        return parse_checkpoint(note.text).size;
    });
    std::ofstream entries{folder / "entries", std::ios::binary};
    std::ofstream leaves{folder / "leaves", std::ios::binary};
    const Position upto{static_cast<std::int64_t>(parse_checkpoint(head.text).size)};
    auto read = evidence->entries({}, upto, [&](StoredEntry&& entry) {
        const Hash own = leaf_hash(log_entry(entry.salt, entry.bytes));
        const auto index = static_cast<std::uint64_t>(entry.position.number) - 1;
        std::optional<Hash> known;
        for (const KnownLeaf& kept : evidence->known_leaves)
            if (!known) known = kept(index);
        leaves << view(known.value_or(own));
        entries << entry_line(entry);
    });
    if (!read) return read;
    std::ofstream{folder / "checkpoint", std::ios::binary} << to_string(head);
    std::ofstream{folder / "log.vkey"} << read_file(place.verifier_key()).value_or("");
    entries.close();
    leaves.close();
    return entries && leaves ? Result<void>{} : unreadable("the disk is full");
}

Result<void> export_remote(const Remote& remote, const files::path& folder)
{
    const Result<std::string> head = get(remote, "/v1/log/checkpoint");
    if (!head) return head.error();
    const Result<std::string> key = get(remote, "/v1/log/key");
    if (!key) return key.error();
    if (auto made = make_folder(folder); !made) return made;
    const std::uint64_t size = parse_checkpoint(parse_note(*head).text).size;
    std::ofstream entries{folder / "entries", std::ios::binary};
    auto got = get(remote, "/v1/log/entries?upto=" + std::to_string(size),
                   [&](std::string_view piece) { entries << piece; });
    if (!got) return got.error();
    if (auto leaves = fetch_leaves(remote, size, folder / "leaves"); !leaves) return leaves;
    std::ofstream{folder / "checkpoint", std::ios::binary} << *head;
    std::ofstream{folder / "log.vkey"} << *key;
    entries.close();
    return entries ? Result<void>{} : unreadable("the disk is full");
}

}  // namespace chipledger
