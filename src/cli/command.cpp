#include "cli/command.hpp"

#include <fmt/format.h>

#include <fstream>

#include "cli/installed.hpp"

namespace chipledger {

void Place::add_to(CLI::App& command, const char* key, bool all)
{
    data = installed().data;
    CLI::Option* folder =
        command.add_option("--data", data, "folder of the ledger's files")->capture_default_str();
    CLI::Option* conninfo_given = command.add_option(
        "--database", database, "libpq connection string, instead of the folder's");
    if (command.get_parent())  // The settings are chipledger's own, not of a tool beside it.
        config.add_to(command, {{"data", folder}, {key, conninfo_given}}, all);
    command.add_flag("--json", json, "print JSON");
}

Result<std::string> Place::conninfo(const std::string& file) const
{
    if (!database.empty()) return database;
    std::ifstream in{data + '/' + file};
    std::string line;
    if (std::getline(in, line) && !line.empty()) return line;
    return Refusal{.code = Code::bad_state,
                   .detail = "There is no " + data + '/' + file +
                             ". Give --database, or --data of a folder that script/server made."};
}

int complain(const Refusal& refusal)
{
    fmt::print(stderr, "chipledger: {}: {}\n", kind_of(refusal.code).title, refusal.detail);
    if (refusal.code == Code::malformed) return exit_usage;
    return kind_of(refusal.code).status == 503 ? exit_unreachable : exit_refused;
}

}  // namespace chipledger
