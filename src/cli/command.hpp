#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "cli/config.hpp"
#include "domain/refusal.hpp"

// One file per subcommand (DESIGN §9). A command adds itself to the parser and leaves its exit
// code in `exit_code`.
namespace chipledger {

enum ExitCode { exit_ok = 0, exit_refused = 1, exit_usage = 2, exit_unreachable = 3,
                exit_broken = 4 };

/// Where a ledger's files are, and how its database is reached.
struct Place {
    std::string data{};      ///< Folder of pepper, conninfo files, tokens.json.
    std::string database{};  ///< libpq conninfo; empty: what the folder's file says.
    bool json = false;       ///< Print JSON instead of words.
    Config config{};

    /// `key` names the connection string of the role that the command needs, in the file; with
    /// `all`, every other option of the command is a key of the file too.
    void add_to(CLI::App& command, const char* key = "database", bool all = false);
    /// The runtime role's conninfo.
    Result<std::string> runtime() const { return conninfo("conninfo"); }
    /// The owner's, who migrates.
    Result<std::string> owner() const { return conninfo("conninfo.owner"); }
    /// That of chipledger sign.
    Result<std::string> signer() const { return conninfo("conninfo.signer"); }
    std::string log_folder() const { return data + "/log"; }
    std::string snapshot() const { return data + "/snapshot"; }
    /// A policy file; its witnesses are asked to cosign.
    std::string witnesses() const { return data + "/log/policy"; }
    std::string verifier_key() const { return data + "/log.vkey"; }
    std::string pepper() const { return data + "/pepper"; }

private:
    Result<std::string> conninfo(const std::string& file) const;
};

/// Says what went wrong on stderr; the exit code that goes with it.
int complain(const Refusal& refusal);

void add_serve(CLI::App& app, int& exit_code);
void add_migrate(CLI::App& app, int& exit_code);
void add_token(CLI::App& app, int& exit_code);
void add_demo(CLI::App& app, int& exit_code);
void add_sign(CLI::App& app, int& exit_code);
void add_rebuild(CLI::App& app, int& exit_code);
void add_replay(CLI::App& app, int& exit_code);
void add_checkpoint(CLI::App& app, int& exit_code);
void add_witness(CLI::App& app, int& exit_code);
void add_verify(CLI::App& app, int& exit_code);
void add_export(CLI::App& app, int& exit_code);
void add_bench(CLI::App& app, int& exit_code);
void add_key(CLI::App& app, int& exit_code);
void add_relay(CLI::App& app, int& exit_code);

}  // namespace chipledger
