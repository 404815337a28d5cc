#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/evidence.hpp"
#include "codec/event_json.hpp"
#include "ledger/durable_file.hpp"
#include "ledger/evidence_verifier.hpp"
#include "proof/fault.hpp"
#include "proof/receipt.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

struct VerifyOptions {
    Place place{};
    Remote remote{};
    std::string bundle{};
    std::string vkey{};
    std::string policy{};
    std::vector<std::string> kept{};
    std::vector<std::string> kept_receipts{};
    std::string receipt{};
    std::string evidence{};
};

/// Nothing is broken: it was not said whom to trust.
struct Unasked {};

std::string file_or_throw(const std::string& path)
{
    const auto text = read_file(path);
    if (!text) throw ProofFault{"there is no " + path};
    return *text;
}

// What is verified cannot say whom to trust: the key comes from elsewhere, or from this machine.
TrustPolicy trust_of(const VerifyOptions& options)
{
    if (!options.policy.empty()) return parse_policy(file_or_throw(options.policy));
    const bool local =
        options.remote.url.empty() && options.bundle.empty() && options.evidence.empty();
    if (options.vkey.empty() && !local)
        throw Unasked{};
    const std::string path = options.vkey.empty() ? options.place.verifier_key() : options.vkey;
    std::string text;
    std::istringstream lines{file_or_throw(path)};
    for (std::string line; std::getline(lines, line);)
        if (!line.empty()) text += "log " + line + '\n';
    return parse_policy(text);
}

void show_progress(std::uint64_t done, std::uint64_t all)
{
    constexpr std::uint64_t width = 40;
    const std::uint64_t full = all == 0 ? width : width * done / all;
    fmt::print(stderr, "\r[{:<{}}] {} of {} entries{}", std::string(full, '#'), width, done, all,
               done >= all ? "\n" : "");
}

int report_of(const VerifyReport& report, bool json)
{
    if (json) {
        Json body{{"ok", !report.fault},
                  {"entries", report.entries},
                  {"signed", report.signed_entries},
                  {"heads", report.heads},
                  {"foreign_heads", report.foreign_heads},
                  {"root", report.root},
                  {"snapshot", report.snapshot}};
        if (report.fault)
            body["fault"] = {{"entry", report.fault->entry.number}, {"why", report.fault->why}};
        fmt::print("{}\n", body.dump());
    } else if (report.fault && report.fault->entry == Position{}) {
        fmt::print("BROKEN: {}\n", report.fault->why);
    } else if (report.fault) {
        fmt::print("BROKEN at entry {}: {}\n", report.fault->entry.number, report.fault->why);
    } else {
        fmt::print("good: {} entries, {} of them signed, {} heads, root {}\n", report.entries,
                   report.signed_entries, report.heads, report.root);
        if (report.snapshot > 0)
            fmt::print("good: the snapshot of {} entries is what they fold to\n", report.snapshot);
    }
    return report.fault ? exit_broken : exit_ok;
}

/// A folder of its own, gone with the object.
class Scratch {
public:
    Scratch()
    {
        if (!mkdtemp(path_.data())) throw ProofFault{"no temporary folder can be made"};
    }
    ~Scratch()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_ = (std::filesystem::temp_directory_path() / "chipledger-XXXXXX").string();
};

/// The database's evidence, and the snapshot beside it, read before the head is asked for: the
/// server may write another one meanwhile.
Result<LogEvidence> evidence_here(const Place& place)
{
    Result<Snapshot> snapshot = read_snapshot(place.snapshot());
    Result<LogEvidence> evidence = evidence_in_database(place);
    if (evidence && snapshot)
        evidence->snapshot = std::make_shared<const Snapshot>(std::move(*snapshot));
    return evidence;
}

Result<LogEvidence> evidence_of(const VerifyOptions& options, const Scratch& scratch)
{
    if (!options.bundle.empty()) return evidence_in_bundle(options.bundle);
    if (options.remote.url.empty()) return evidence_here(options.place);
    const std::string folder = scratch.path() + "/bundle";
    if (auto got = export_remote(options.remote, folder); !got) return got.error();
    return evidence_in_bundle(folder);
}

// What is malformed came from the log, not from who asks.
int unverified(const Refusal& refusal)
{
    const int code = complain(refusal);
    return refusal.code == Code::malformed ? int{exit_broken} : code;
}

// A receipt knows a head and one leaf, better than what is to be verified.
void add_receipt(LogEvidence& evidence, const Receipt& receipt, const TrustPolicy& policy)
{
    verify(receipt, policy);
    evidence.heads.push_back(receipt.checkpoint);
    const Hash leaf = leaf_hash(log_entry(receipt.salt, receipt.bytes));
    evidence.known_leaves.push_back([leaf, at = receipt.index](std::uint64_t index) {
        return index == at ? std::optional{leaf} : std::nullopt;
    });
}

int verify_all(const VerifyOptions& options)
{
    const TrustPolicy policy = trust_of(options);
    const Scratch scratch;
    Result<LogEvidence> evidence = evidence_of(options, scratch);
    if (!evidence) return unverified(evidence.error());
    for (const std::string& file : options.kept)
        evidence->heads.push_back(parse_note(file_or_throw(file)));
    for (const std::string& file : options.kept_receipts)
        add_receipt(*evidence, parse_receipt(file_or_throw(file)), policy);
    const bool shown = !options.place.json && isatty(STDERR_FILENO) == 1;
    const Result<VerifyReport> report =
        verify_log(*evidence, policy, shown ? show_progress : Progress{});
    if (!report) return unverified(report.error());
    return report_of(*report, options.place.json);
}

int verify_one(const VerifyOptions& options)
{
    const Receipt receipt = parse_receipt(file_or_throw(options.receipt));
    const Checkpoint head = verify(receipt, trust_of(options));
    const Result<Event> event = decode(receipt.bytes);
    if (!event) throw ProofFault{"the entry is logged, but cannot be read"};
    if (static_cast<std::uint64_t>(event->position.number) != receipt.index + 1)
        throw ProofFault{"the entry says another position than its place in the log"};
    if (options.place.json)
        fmt::print("{}\n", Json{{"ok", true},
                                {"origin", head.origin},
                                {"size", head.size},
                                {"entry", Json::parse(receipt.bytes)}}
                               .dump());
    else
        fmt::print("good: entry {} of {}, {}, recorded {} by {}\n", event->position.number,
                   head.origin, type_name(event->data), to_string(event->recorded_at),
                   event->actor.principal);
    return exit_ok;
}

int verify_file(const VerifyOptions& options)
{
    const EvidenceReport report = verify_evidence(options.evidence, trust_of(options));
    if (report.fault) {
        VerifyReport broken;
        broken.fault = report.fault;
        return report_of(broken, options.place.json);
    }
    if (options.place.json)
        fmt::print("{}\n", Json{{"ok", true},
                                {"entries", report.entries},
                                {"first", report.first.number},
                                {"last", report.last.number},
                                {"origin", report.origin},
                                {"size", report.size}}
                               .dump());
    else
        fmt::print("good: {} entries, from {} to {}, of {} at {} entries\n", report.entries,
                   report.first.number, report.last.number, report.origin, report.size);
    return exit_ok;
}

// Every way to fail is a broken ledger, as far as anyone can tell: a verifier fails closed.
template <class Work>
int attempt(const VerifyOptions& options, const Work& work)
{
    try {
        return work(options);
    } catch (const Unasked&) {
        return complain({.code = Code::malformed,
                         .detail = "Give --vkey or --policy: a log cannot vouch for itself."});
    } catch (const ProofFault& fault) {
        VerifyReport report;
        report.fault = Fault{{}, fault.what()};
        return report_of(report, options.place.json);
    }
}

void add_trust(CLI::App& command, VerifyOptions& options)
{
    command.add_option("--vkey", options.vkey, "file of the log's verifier keys, a line each");
    command.add_option("--policy", options.policy, "file that names log, witnesses and quorum");
}

}  // namespace

void add_verify(CLI::App& app, int& exit_code)
{
    auto* command = app.add_subcommand(
        "verify", "hash, rebuild and replay a whole ledger; exit 4 when anything is broken");
    auto options = std::make_shared<VerifyOptions>();
    options->place.add_to(*command);
    add_trust(*command, *options);
    command->add_option("--url", options->remote.url, "a server, instead of a database");
    command->add_option("--token", options->remote.token, "of an auditor there")
        ->envname("CHIPLEDGER_TOKEN");
    command->add_option("--ca", options->remote.ca_file, "PEM of whom its TLS is to be trusted");
    command->add_option("--bundle", options->bundle, "a folder that chipledger export made");
    command->add_option("--evidence", options->evidence,
                        "a file of evidence, checked without a server or a database");
    command->add_option("--checkpoint", options->kept, "a checkpoint kept from before; repeatable");
    command->add_option("--receipt", options->kept_receipts, "a receipt kept; repeatable");
    auto* receipt = command->add_subcommand("receipt", "verify one entry by its receipt");
    receipt->add_option("file", options->receipt, "what GET /v1/log/receipts/{position} answered")
        ->required();
    add_trust(*receipt, *options);
    options->place.add_to(*receipt);
    receipt->callback([=, &exit_code] { exit_code = attempt(*options, verify_one); });
    command->callback([=, &exit_code] {
        if (!options->receipt.empty()) return;
        exit_code = options->evidence.empty() ? attempt(*options, verify_all)
                                              : attempt(*options, verify_file);
    });
}

}  // namespace chipledger
