#include "ledger/evidence_bundle.hpp"

#include "codec/event_schema.hpp"
#include "proof/base64.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::size_t proofs_at_once = 500;

std::string proof_line(Position position, const std::string& salt, const std::vector<Hash>& path)
{
    Json hashes = Json::array();
    for (const Hash& hash : path) hashes.push_back(to_base64(view(hash)));
    return Json{{"position", position.number},
                {"salt", to_base64(salt)},
                {"path", std::move(hashes)}}
               .dump() +
           '\n';
}

}  // namespace

EvidenceBundle::EvidenceBundle(EvidenceAbout about) : about_{std::move(about)}
{
    whole(evidence::readme, evidence_readme());
    whole(evidence::checkpoint, to_string(about_.checkpoint));
    // All of them: the schema of an entry refers to that of every type.
    for (const SchemaFile& file : schema_files()) whole(evidence::schemas + file.name, file.text);
    begin(evidence::entries);
}

void EvidenceBundle::begin(const std::string& name)
{
    name_ = name;
    digest_ = Sha256{};
    zip_.begin(name);
}

void EvidenceBundle::write(std::string_view piece)
{
    digest_.add(piece);
    zip_.write(piece);
}

void EvidenceBundle::end() { sums_ += digest_.hex() + "  " + name_ + '\n'; }

void EvidenceBundle::whole(const std::string& name, std::string_view bytes)
{
    begin(name);
    write(bytes);
    end();
}

void EvidenceBundle::add(const StoredEntry& entry)
{
    write(entry.bytes + '\n');
    leaves_.push_back({entry.position, entry.salt});
}

bool EvidenceBundle::prove(const PathOf& path_of)
{
    if (!std::exchange(proving_, true)) {
        end();
        begin(evidence::proofs);
    }
    const std::size_t upto = std::min(leaves_.size(), proven_ + proofs_at_once);
    for (; proven_ < upto; ++proven_) {
        const auto& [position, salt] = leaves_[proven_];
        const auto index = static_cast<std::uint64_t>(position.number) - 1;
        write(proof_line(position, salt, path_of(index)));
    }
    if (proven_ < leaves_.size()) return true;
    end();
    finish();
    return false;
}

void EvidenceBundle::finish()
{
    const Json about{{"format", evidence::format},
                     {"as_of", about_.as_of.number},
                     {"asked", about_.asked},
                     {"seen_as", about_.seen_as},
                     {"entries", leaves_.size()}};
    whole(evidence::about, about.dump(2) + '\n');
    zip_.begin(evidence::sums);
    zip_.write(sums_);
    zip_.finish();
}

}  // namespace chipledger
