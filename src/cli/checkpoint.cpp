#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "proof/base64.hpp"
#include "store/checkpoint_store.hpp"

namespace chipledger {

namespace {

int run(const Place& place)
{
    const Result<std::string> database = place.runtime();
    if (!database) return complain(database.error());
    CheckpointStore store{*database};
    const Result<std::optional<CheckpointRow>> latest = store.latest();
    if (!latest) return complain(latest.error());
    if (!*latest)
        return complain({.code = Code::bad_state, .detail = "Nothing has been signed yet."});
    const CheckpointRow& row = **latest;
    if (place.json)
        fmt::print("{}\n", nlohmann::json{{"size", row.size},
                                          {"root", to_base64(row.root)},
                                          {"note", row.note}}
                               .dump());
    else
        fmt::print("{}", row.note);
    return exit_ok;
}

}  // namespace

void add_checkpoint(CLI::App& app, int& exit_code)
{
    auto* command = app.add_subcommand(
        "checkpoint", "print the last signed head; keep it elsewhere, for verify --checkpoint");
    auto place = std::make_shared<Place>();
    place->add_to(*command);
    command->callback([place, &exit_code] { exit_code = run(*place); });
}

}  // namespace chipledger
