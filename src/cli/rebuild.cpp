#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "ledger/projection_rebuild.hpp"

namespace chipledger
{

namespace
{

using Json = nlohmann::json;

void show_progress(std::int64_t done, std::int64_t all)
{
    fmt::print(stderr, "\r{} of {} entries{}", done, all, done >= all ? "\n" : " ");
}

Json tables_json(const ProjectionReport& report)
{
    Json tables = Json::object();
    for (std::size_t i = 0; i < projected_count; ++i) {
        const TableDigest &log = report.log.tables[i], &found = report.tables.tables[i];
        tables[table_of(static_cast<Projected>(i)).name] = {{"rows", found.rows},
                                                            {"sha256", found.sha256},
                                                            {"log_rows", log.rows},
                                                            {"log_sha256", log.sha256}};
    }
    return tables;
}

void print(const ProjectionReport& report, bool json)
{
    const bool good = report.drift.empty();
    if (json) {
        Json body{{"ok", good},
                  {"position", report.log.position.number},
                  {"digest", report.log.whole()},
                  {"tables", tables_json(report)}};
        if (!good) body["drift"] = report.drift;
        if (report.rebuilt > Position{}) body["rebuilt"] = report.rebuilt.number;
        fmt::print("{}\n", body.dump());
        return;
    }
    std::int64_t rows = 0;
    for (const TableDigest& table : report.log.tables) rows += table.rows;
    if (good)
        fmt::print("good: the tables are what the log says as of entry {}: {} rows, digest {}\n",
                   report.log.position.number, rows, report.log.whole());
    else
        fmt::print("DRIFT: {}\n", report.drift);
    if (report.rebuilt > Position{})
        fmt::print("rebuilt from the log: they speak of entry {} now\n", report.rebuilt.number);
}

int run(const Place& place, bool check)
{
    const Result<std::string> database = place.runtime();
    if (!database) return complain(database.error());
    const bool shown = !place.json && isatty(STDERR_FILENO) == 1;
    const RebuildProgress progress = shown ? show_progress : RebuildProgress{};
    const Result<ProjectionReport> report =
        check ? check_projection(*database, progress) : rebuild_projection(*database, progress);
    if (!report) {
        const int code = complain(report.error());
        return report.error().code == Code::internal ? exit_broken : code;
    }
    print(*report, place.json);
    return check && !report->drift.empty() ? exit_broken : exit_ok;
}

}  // namespace

void add_rebuild(CLI::App& app, int& exit_code)
{
    auto* command = app.add_subcommand(
        "rebuild", "build the tables for SQL users anew from the log, beside the live ones");
    auto place = std::make_shared<Place>();
    auto check = std::make_shared<bool>(false);
    place->add_to(*command);
    command->add_flag("--check", *check, "compare alone; exit 4 when they differ");
    command->callback([=, &exit_code] { exit_code = run(*place, *check); });
}

}  // namespace chipledger
