#pragma once
#include <filesystem>

#include "cli/command.hpp"
#include "ledger/verifier.hpp"

// Where chipledger verify and export read a log from, and the files of a bundle.
namespace chipledger {

/// A server and who asks it.
struct Remote {
    std::string url{};    ///< https://ledger.example
    std::string token{};  ///< Of an auditor or regulator.
    std::string ca_file{};
};

/// The database's entries and heads, and what the signer keeps beside it, where that is here.
Result<LogEvidence> evidence_in_database(const Place& place);
/// The files of a bundle: entries, leaves, checkpoint.
Result<LogEvidence> evidence_in_bundle(const std::filesystem::path& folder);

/// Writes a bundle; refused bad-state when `folder` is there already and not empty.
Result<void> export_database(const Place& place, const std::filesystem::path& folder);
Result<void> export_remote(const Remote& remote, const std::filesystem::path& folder);

/// What evidence is asked for: parameters of GET /v1/audit/evidence, as_of among them.
using EvidenceQuery = std::vector<std::pair<std::string, std::string>>;

/// Writes one file of evidence: what an auditor would see in the database, or what the remote's
/// token may see. Refused bad-state when `file` is there already; there is no half of a file.
Result<void> export_evidence(const Place& place, const EvidenceQuery& query,
                             const std::filesystem::path& file);
Result<void> export_evidence(const Remote& remote, const EvidenceQuery& query,
                             const std::filesystem::path& file);

/// GETs `path` of a server; the body of a 200, in pieces where `pieces` takes them.
Result<std::string> get(const Remote& remote, const std::string& path,
                        std::function<void(std::string_view)> pieces = {});

/// Base64 of the salt, a space, the bytes, a newline: an entry in a bundle.
std::string entry_line(const StoredEntry& entry);

}  // namespace chipledger
