#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "store/migrate.hpp"

namespace chipledger {

namespace {

int run(const Place& place)
{
    const Result<std::string> conninfo = place.owner();
    if (!conninfo) return complain(conninfo.error());
    const Result<MigrationReport> report = migrate(*conninfo);
    if (!report) return complain(report.error());
    if (place.json)
        fmt::print("{}\n", nlohmann::json{{"before", report->before},
                                          {"after", report->after},
                                          {"applied", report->applied}}
                               .dump());
    else if (report->applied.empty())
        fmt::print("the database is at migration {}\n", report->after);
    for (const std::string& name : report->applied)
        if (!place.json) fmt::print("applied {}\n", name);
    return exit_ok;
}

}  // namespace

void add_migrate(CLI::App& app, int& exit_code)
{
    auto* command = app.add_subcommand("migrate", "bring the database to this program's schema");
    auto place = std::make_shared<Place>();
    place->add_to(*command, "database-owner");
    command->callback([place, &exit_code] { exit_code = run(*place); });
}

}  // namespace chipledger
