#include "ledger/evidence_verifier.hpp"

#include <map>
#include <sstream>

#include "codec/event_json.hpp"
#include "codec/json_profile.hpp"
#include "ledger/evidence_bundle.hpp"
#include "proof/base64.hpp"
#include "proof/fault.hpp"
#include "proof/receipt.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::uint64_t unpacked_max = 1u << 30;
constexpr std::uint64_t kept_max = 256u << 20;  // Of what is held in memory; entries are not.
constexpr std::size_t line_max = 64 * 1024;
constexpr std::size_t path_max = 63;
constexpr std::size_t salt_size = 32;

/// What is wrong with one entry.
struct EntryFault {
    Fault fault{};
};

[[noreturn]] void broken(Position entry, std::string why)
{
    throw EntryFault{{entry, std::move(why)}};
}

/// All members but the entries, and the SHA-256 of each.
struct Contents {
    std::map<std::string, std::string> members{};
    std::map<std::string, Sha256> digests{};

    const std::string& at(const std::string& name) const
    {
        const auto found = members.find(name);
        if (found == members.end()) throw ProofFault{name + " is missing"};
        return found->second;
    }
};

Contents contents_of(const std::string& file)
{
    Contents contents;
    std::uint64_t kept = 0;
    const auto all = [](const std::string&) { return true; };
    ZipReader::read_file(file, {.bytes = unpacked_max}, all,
                         [&](const std::string& name, std::string_view piece) {
                             contents.digests[name].add(piece);
                             std::string& member = contents.members[name];
                             if (name == evidence::entries) return;
                             if ((kept += piece.size()) > kept_max)
                                 throw ProofFault{name + " is larger than any of ours"};
                             member += piece;
                         });
    return contents;
}

Json parsed(std::string_view text, const std::string& what)
{
    Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) throw ProofFault{what + " is no JSON object"};
    return json;
}

/// What leads from one entry to the root.
struct Proof {
    Position position{};
    std::string salt{};
    std::vector<Hash> path{};
};

Proof proof_of(std::string_view line)
{
    const Json json = parsed(line, "a line of proofs.ndjson");
    const Json position = json.value("position", Json{}), salt = json.value("salt", Json{}),
               path = json.value("path", Json{});
    if (!position.is_number_integer() || !salt.is_string() || !path.is_array() ||
        path.size() > path_max)
        throw ProofFault{"a line of proofs.ndjson is no proof"};
    Proof proof{{position.get<std::int64_t>()}, {}, {}};
    try {
        proof.salt = from_base64(salt.get<std::string>());
        for (const Json& hash : path)
            proof.path.push_back(
                hash_from(from_base64(hash.is_string() ? hash.get<std::string>() : "?")));
    } catch (const ProofFault& fault) {
        broken(proof.position, "its proof cannot be read: " + std::string{fault.what()});
    }
    if (proof.salt.size() != salt_size) broken(proof.position, "its salt has not 32 bytes");
    return proof;
}

/// Checks line after line, as they come out of the zip.
class Lines {
public:
    Lines(std::string_view proofs, const Checkpoint& head, EvidenceReport& report)
        : proofs_{proofs}, head_{head}, report_{report}
    {
    }

    void add(std::string_view piece)
    {
        held_ += piece;
        std::size_t from = 0;
        for (std::size_t end; (end = held_.find('\n', from)) != held_.npos; from = end + 1)
            check(std::string_view{held_}.substr(from, end - from));
        held_.erase(0, from);
        if (held_.size() > line_max) broken(report_.last, "the line after it is no entry");
    }
    void end()
    {
        if (!held_.empty()) broken(report_.last, "the line after it is cut off");
        if (!proofs_.empty()) broken(next_proof().position, "it is missing");
    }

private:
    Proof next_proof()
    {
        const std::size_t end = proofs_.find('\n');
        if (end == proofs_.npos) broken(report_.last, "the entry after it has no proof");
        const std::string_view line = proofs_.substr(0, end);
        proofs_.remove_prefix(end + 1);
        return proof_of(line);
    }

    // The first thing that is wrong is told: the tree, before what the bytes say of themselves.
    void check(std::string_view line)
    {
        const Proof proof = next_proof();
        const Position position = proof.position;
        if (position <= report_.last) broken(position, "positions do not ascend");
        const auto index = static_cast<std::uint64_t>(position.number) - 1;
        if (index >= head_.size) broken(position, "the signed head does not reach it");
        if (!verify_inclusion(index, head_.size, leaf_hash(log_entry(proof.salt, line)),
                              head_.root, proof.path))
            broken(position, "its bytes, its salt or its path are not what was signed");
        const Result<Event> event = decode(line);
        if (!event) broken(position, "it cannot be read: " + event.error().detail);
        if (encode(*event) != line) broken(position, "its bytes are not canonical");
        if (event->position != position)
            broken(position, "it says that it is entry " + std::to_string(event->position.number));
        if (report_.entries++ == 0) report_.first = position;
        report_.last = position;
    }

    std::string_view proofs_;
    const Checkpoint& head_;
    EvidenceReport& report_;
    std::string held_{};
};

void check_entries(const std::string& file, const Contents& contents, const Checkpoint& head,
                   EvidenceReport& report)
{
    Lines lines{contents.at(evidence::proofs), head, report};
    if (!contents.members.contains(evidence::entries))
        throw ProofFault{std::string{evidence::entries} + " is missing"};
    const auto entries = [](const std::string& name) { return name == evidence::entries; };
    ZipReader::read_file(file, {.bytes = unpacked_max}, entries,
                         [&](const std::string&, std::string_view piece) { lines.add(piece); });
    lines.end();
}

void check_about(const Contents& contents, const Checkpoint& head, const EvidenceReport& report)
{
    const Json about = parsed(contents.at(evidence::about), evidence::about);
    if (about.value("format", Json{}) != evidence::format)
        throw ProofFault{"about.json is of another format than " + std::string{evidence::format}};
    if (about.value("entries", Json{}) != report.entries)
        throw ProofFault{"about.json tells another number of entries than there are"};
    const Json as_of = about.value("as_of", Json{});
    if (!as_of.is_number_integer() || as_of < report.last.number || as_of > head.size)
        throw ProofFault{"about.json speaks for entries that are not under the signed head"};
}

// "HEX  NAME" a line; every member but the list itself is in it, and nothing else.
void check_sums(Contents& contents)
{
    std::istringstream lines{contents.at(evidence::sums)};
    contents.digests.erase(evidence::sums);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t gap = line.find("  ");
        const std::string name = gap == line.npos ? "" : line.substr(gap + 2);
        const auto found = contents.digests.find(name);
        if (found == contents.digests.end())
            throw ProofFault{"SHA256SUMS names a file that is missing: " + name};
        if (found->second.hex() != line.substr(0, gap))
            throw ProofFault{name + " is not what SHA256SUMS says"};
        contents.digests.erase(found);
    }
    if (!contents.digests.empty())
        throw ProofFault{contents.digests.begin()->first + " is not in SHA256SUMS"};
}

}  // namespace

EvidenceReport verify_evidence(const std::string& file, const TrustPolicy& policy)
{
    EvidenceReport report;
    try {
        Contents contents = contents_of(file);
        const Checkpoint head = policy.open(parse_note(contents.at(evidence::checkpoint)));
        report.origin = head.origin;
        report.size = head.size;
        check_entries(file, contents, head, report);
        check_about(contents, head, report);
        check_sums(contents);
    } catch (const EntryFault& found) {
        report.fault = found.fault;
    } catch (const ProofFault& fault) {
        report.fault = Fault{{}, fault.what()};
    } catch (const ZipFault& fault) {
        report.fault = Fault{{}, fault.what()};
    }
    return report;
}

}  // namespace chipledger
