#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/import.hpp"
#include "http/client.hpp"
#include "http/format.hpp"
#include "http/target.hpp"
#include "ledger/durable_file.hpp"
#include "proof/digest.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;
namespace files = std::filesystem;

constexpr std::chrono::minutes answer_wait{10};  // A large file is a while in the writer.
constexpr std::size_t shown_max = 20;

struct ImportOptions {
    std::string file{}, url{}, token{}, ca_file{}, type{}, key{}, result{};
    bool dry_run = false, json = false;
};

Refusal refused(std::string detail)
{
    return {.code = Code::bad_state, .detail = std::move(detail)};
}

/// By how the file's name ends.
Result<Format> format_of(const files::path& file)
{
    const std::string ending = lower(file.extension().string());
    for (const Format format : {Format::csv, Format::xlsx, Format::ndjson})
        if (ending == '.' + std::string{name_of(format)}) return format;
    return Refusal{.code = Code::unsupported_media_type,
                   .detail = file.string() + " does not end in .csv, .xlsx or .ndjson."};
}

/// The same file sent again has the same key, and so records nothing twice.
std::string key_of(const std::string& bytes)
{
    Sha256 digest;
    digest.add(bytes);
    return "file-" + digest.hex();
}

std::string target_of(const ImportOptions& options)
{
    std::string target = options.url + "/v1/imports?dry_run=";
    target += options.dry_run ? "true" : "false";
    if (!options.type.empty()) target += "&type=" + percent_encoded(options.type);
    if (options.result.empty()) return target;
    const std::string ending = lower(files::path{options.result}.extension().string());
    return target + "&result=" + (ending == ".xlsx" ? "xlsx" : "csv");
}

int tell(const ImportOptions& options, const std::string& body)
{
    const Json report = Json::parse(body, nullptr, false);
    if (!report.is_object()) return complain(refused("the server's report cannot be read"));
    if (options.json) {
        fmt::print("{}\n", body);
    } else {
        std::size_t shown = 0;
        for (const Json& row : report["results"])
            if (row.contains("code") && ++shown <= shown_max)
                fmt::print("row {}: {}: {}\n", row["row"].get<std::int64_t>(),
                           row["code"].get<std::string>(),
                           row.value("detail", row.value("title", "")));
        if (shown > shown_max)
            fmt::print("and {} more: --result FILE has them all\n", shown - shown_max);
        fmt::print("{} rows: {} recorded, {} were there already, {} refused\n",
                   report["rows"].get<std::int64_t>(), report["recorded"].get<std::int64_t>(),
                   report["replayed"].get<std::int64_t>(), report["refused"].get<std::int64_t>());
    }
    return report["refused"] == 0 ? exit_ok : exit_refused;
}

int run(const ImportOptions& options)
{
    const Result<Format> format = format_of(options.file);
    if (!format) return complain(format.error());
    if (!options.result.empty() && files::exists(options.result))
        return complain(refused(options.result + " is there already."));
    std::optional<std::string> bytes = read_file(options.file);
    if (!bytes) return complain(refused("there is no " + options.file));
    Fetch request;
    request.method = "POST";
    request.url = target_of(options);
    request.ca_file = options.ca_file;
    request.deadline = answer_wait;
    request.headers = {{"Authorization", "Bearer " + options.token},
                       {"Content-Type", std::string{*format == Format::csv
                                                        ? "text/csv; charset=utf-8"
                                                        : media_type_of(*format)}},
                       {"Idempotency-Key", options.key.empty() ? key_of(*bytes) : options.key}};
    request.body = std::move(*bytes);
    const Result<Fetched> answer = fetch(request);
    if (!answer) return complain(answer.error());
    if (answer->status != 200)
        return complain(refused("the server answers " + std::to_string(answer->status) + ": " +
                                answer->body));
    if (options.result.empty()) return tell(options, answer->body);
    std::ofstream out{options.result, std::ios::binary};
    out << answer->body;
    out.close();
    return out ? int{exit_ok} : complain(refused("cannot write " + options.result));
}

}  // namespace

void add_import(CLI::App& app, int& exit_code)
{
    auto* command = app.add_subcommand(
        "import", "record the rows of a file; exit 1 when some of them were refused");
    auto options = std::make_shared<ImportOptions>();
    command->add_option("file", options->file, "a .csv, .xlsx or .ndjson file")->required();
    command->add_option("--url", options->url, "the server")->required();
    command->add_option("--token", options->token, "of whoever records")
        ->envname("CHIPLEDGER_TOKEN")
        ->required();
    command->add_option("--ca", options->ca_file, "PEM of whom its TLS is to be trusted");
    command->add_option("--type", options->type, "of rows that name no type of event");
    command->add_option("--key", options->key,
                        "all rows are numbered under it; else what the file holds makes it");
    command->add_option("--result", options->result,
                        "a new .csv or .xlsx file: the rows and what became of them");
    command->add_flag("--dry-run", options->dry_run, "what would happen; nothing is recorded");
    command->add_flag("--json", options->json, "print the report as JSON");
    command->callback([=, &exit_code] { exit_code = run(*options); });
}

}  // namespace chipledger
