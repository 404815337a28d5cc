#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <sstream>

#include "cli/command.hpp"
#include "http/server.hpp"
#include "http/witness.hpp"
#include "ledger/durable_file.hpp"
#include "proof/fault.hpp"

namespace chipledger {

namespace {

struct WitnessOptions {
    std::string key{};
    std::vector<std::string> logs{};
    std::string state{};
    ServerOptions server{};
};

std::string text_in(const std::string& file)
{
    const auto text = read_file(file);
    if (!text) throw ProofFault{"there is no " + file};
    return *text;
}

int serve(const WitnessOptions& options)
{
    std::vector<VerifierKey> logs;
    for (const std::string& file : options.logs) {
        std::istringstream lines{text_in(file)};
        for (std::string line; std::getline(lines, line);)
            if (!line.empty()) logs.push_back(parse_verifier_key(line));
    }
    Witness witness{parse_signer_key(text_in(options.key)), std::move(logs), options.state};
    boost::asio::io_context context{1};
    const Router router{witness_routes(witness), {}};
    Server server{context, options.server, router};
    boost::asio::signal_set signals{context, SIGTERM, SIGINT};
    signals.async_wait([&](const boost::system::error_code&, int) { context.stop(); });
    server.start();
    fmt::print("listening on http://{}:{}\n", options.server.bind, server.port());
    std::fflush(stdout);
    context.run();
    return exit_ok;
}

int run(const WitnessOptions& options)
{
    spdlog::set_default_logger(spdlog::stderr_logger_mt("chipledger"));
    try {
        return serve(options);
    } catch (const std::exception& failed) {
        return complain({.code = Code::bad_state, .detail = failed.what()});
    }
}

}  // namespace

void add_witness(CLI::App& app, int& exit_code)
{
    auto* command = app.add_subcommand(
        "witness", "cosign heads of logs that only grow (C2SP tlog-witness); run by somebody else");
    auto options = std::make_shared<WitnessOptions>();
    options->server.port = 8081;
    command->add_option("--key", options->key, "file made by chipledger key make --witness")
        ->required();
    command->add_option("--log", options->logs, "file of a log's verifier keys; repeatable")
        ->required();
    command->add_option("--state", options->state, "folder that remembers what was seen")
        ->required();
    command->add_option("--bind", options->server.bind, "address")->capture_default_str();
    command->add_option("--port", options->server.port, "port; 0: any free")
        ->capture_default_str();
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace chipledger
