#include "cli/ledger_options.hpp"

namespace chipledger {

void LedgerFlags::add_to(CLI::App& command)
{
    command.add_option("--clock", clock, "system, or simulated:<RFC 3339>, for a new ledger");
    command.add_option("--utc-offset", utc_offset, "where its days end; default +08:00");
    command.add_flag("--statements", statements,
                     "a statement a day for each firm, under a simulated clock too");
    command.add_option("--origin", origin, "name of a new ledger")->capture_default_str();
}

Result<LedgerOptions> LedgerFlags::options(const std::string& conninfo) const
{
    constexpr std::string_view simulated = "simulated";
    if (origin.empty() || origin.find_first_of(" +\t\n") != std::string::npos)
        return Refusal{.code = Code::malformed,
                       .detail =
                           "--origin names the log in its checkpoints: no spaces and no +, as "
                           "in ledger.example.org/h200."};
    LedgerOptions options;
    options.database = conninfo;
    options.origin = origin;
    if (statements) options.statements = true;
    if (clock == "system") options.clock = ClockMode::system;
    if (clock.starts_with(simulated)) {
        options.clock = ClockMode::simulated;
        const bool has_start = clock.size() > simulated.size() && clock[simulated.size()] == ':';
        const auto start = has_start ? parse_timestamp(clock.substr(simulated.size() + 1))
                                     : std::nullopt;
        if (!start && clock.size() > simulated.size())
            return Refusal{.code = Code::malformed,
                           .detail = "--clock is system or simulated:2026-01-05T00:00:00+08:00."};
        if (start) options.simulated_start = start->at;
    } else if (!clock.empty() && clock != "system") {
        return Refusal{.code = Code::malformed,
                       .detail = "--clock is system or simulated:2026-01-05T00:00:00+08:00."};
    }
    if (!utc_offset.empty()) {
        options.utc_offset = parse_offset(utc_offset);
        if (!options.utc_offset)
            return Refusal{.code = Code::malformed, .detail = "--utc-offset is like +08:00 or Z."};
    }
    return options;
}

}  // namespace chipledger
