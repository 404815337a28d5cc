#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/evidence.hpp"

namespace chipledger {

namespace {

struct ExportOptions {
    Place place{};
    Remote remote{};
    std::string folder{};
    std::string evidence{};
    std::vector<std::string> types{};
    std::map<std::string, std::string> narrowing{};  ///< By parameter of /v1/audit/evidence.
};

EvidenceQuery query_of(const ExportOptions& options)
{
    EvidenceQuery query;
    for (const std::string& type : options.types) query.emplace_back("type", type);
    for (const auto& [name, value] : options.narrowing)
        if (!value.empty()) query.emplace_back(name, value);
    return query;
}

int told(const ExportOptions& options, const Result<void>& done, const std::string& written)
{
    if (!done) return complain(done.error());
    if (options.place.json) fmt::print("{}\n", nlohmann::json{{"written", written}}.dump());
    return exit_ok;
}

int run(const ExportOptions& options)
{
    if (options.folder.empty() == options.evidence.empty())
        return complain({.code = Code::malformed,
                         .detail = "Give a folder for the whole log, or --evidence FILE."}),
               exit_usage;
    if (!options.evidence.empty()) {
        const EvidenceQuery query = query_of(options);
        const Result<void> done =
            options.remote.url.empty() ? export_evidence(options.place, query, options.evidence)
                                       : export_evidence(options.remote, query, options.evidence);
        return told(options, done, options.evidence);
    }
    const Result<void> done = options.remote.url.empty()
                                  ? export_database(options.place, options.folder)
                                  : export_remote(options.remote, options.folder);
    return told(options, done, options.folder);
}

}  // namespace

void add_export(CLI::App& app, int& exit_code)
{
    auto* command = app.add_subcommand(
        "export", "write a whole log to a folder, or some entries with their proofs to a file; "
                  "chipledger verify reads both without a server");
    auto options = std::make_shared<ExportOptions>();
    options->place.add_to(*command);
    command->add_option("folder", options->folder, "a new folder, for verify --bundle");
    command->add_option("--evidence", options->evidence, "a new file, for verify --evidence");
    command->add_option("--url", options->remote.url, "a server, instead of a database");
    command->add_option("--token", options->remote.token, "of an auditor there; of anyone who "
                                                          "reads entries, for --evidence")
        ->envname("CHIPLEDGER_TOKEN");
    command->add_option("--ca", options->remote.ca_file, "PEM of whom its TLS is to be trusted");
    command->add_option("--type", options->types, "of evidence: a type of event; repeatable");
    const std::map<std::string, std::string> narrowing{
        {"firm", "a firm that the entries name"},
        {"subject", "a thing that they name, as in batch:B01"},
        {"from", "the first position"},
        {"to", "the last position"},
        {"as_of", "a position or recorded time: nothing later"}};
    for (const auto& [name, about] : narrowing) {
        std::string flag = "--" + name;
        std::ranges::replace(flag, '_', '-');
        command->add_option(flag, options->narrowing[name], "of evidence: " + about);
    }
    command->callback([=, &exit_code] { exit_code = run(*options); });
}

}  // namespace chipledger
