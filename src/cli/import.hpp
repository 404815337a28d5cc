#pragma once
#include <CLI/CLI.hpp>

namespace chipledger {

/// chipledger import: a file's rows, to a server.
void add_import(CLI::App& app, int& exit_code);

}  // namespace chipledger
