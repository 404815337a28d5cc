#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>

#include "cli/command.hpp"
#include "cli/installed.hpp"
#include "cli/ledger_options.hpp"
#include "cli/oidc_options.hpp"
#include "http/app.hpp"
#include "http/log_lines.hpp"
#include "http/server.hpp"
#include "http/trace.hpp"
#include "http/webhooks.hpp"
#include "http/witness.hpp"
#include "ledger/durable_file.hpp"
#include "ledger/entry.hpp"
#include "ledger/signing.hpp"
#include "store/migrate.hpp"
#include "store/settings.hpp"
#include "store/token.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds drain_deadline{10};

struct ServeOptions {
    Place place{};
    LedgerFlags ledger{};
    OidcFlags oidc{};
    ServerOptions server{};
    std::string share = installed().share;
    bool access_log = false;
    bool print_config = false;
    std::string log_format = "text";
    int rate = 20'000;
    bool sign_elsewhere = false;
    bool follow = false;
    bool unsafe_database = false;
    int check_tables = 60'000;
    int check_rest = 20;
    WebhookPolicy webhooks{};
    int webhook_retry = 1'000;
};

WebhookOptions webhooks_of(const ServeOptions& options, const std::string& conninfo,
                           const std::string& pepper)
{
    WebhookOptions webhooks{conninfo, pepper, options.webhooks};
    webhooks.policy.retry_first = std::chrono::milliseconds{options.webhook_retry};
    return webhooks;
}

/// Signs in this process, or shows what another one signs.
struct Signers {
    std::unique_ptr<Signing> here{};
    std::unique_ptr<Following> elsewhere{};
};

Signers signers_of(const ServeOptions& options, const std::string& conninfo, Ledger& ledger)
{
    Signers signers;
    if (options.sign_elsewhere || options.follow) {
        ledger.log().name_keys(read_file(options.place.verifier_key()).value_or(""));
        signers.elsewhere =
            std::make_unique<Following>(conninfo, ledger.log(), std::chrono::milliseconds{100});
        return signers;
    }
    SigningOptions signing;
    signing.database = conninfo;
    signing.folder = options.place.log_folder();
    signing.origin = checkpoint_origin(*ledger.head());
    if (const auto policy = read_file(options.place.witnesses()))
        signing.cosign = cosign_by(parse_policy(*policy), ledger.log());
    signers.here = std::make_unique<Signing>(std::move(signing), ledger.log());
    replace_file(options.place.verifier_key(), ledger.log().keys(), 0644);
    return signers;
}

/// SIGHUP: a new certificate for the connections to come.
asio::awaitable<void> reload_on(asio::signal_set& hangups, Server& server)
{
    while (true) {
        const auto [failed, signal] =
            co_await hangups.async_wait(asio::as_tuple(asio::use_awaitable));
        if (failed) co_return;
        try {
            server.reload_certificate();
            spdlog::info("the certificate was read anew");
        } catch (const boost::system::system_error& failure) {
            spdlog::error("the certificate stays as it was: {}", failure.what());
        }
    }
}

/// Runs until it is told to stop, then answers what it has begun.
int serve(asio::io_context& context, App app, ServerOptions options, bool with_log)
{
    const Router router = router_of(app);
    options.access_log = [&metrics = app.metrics, with_log](const Access& access) {
        metrics.answered(access);
        if (with_log) log_access(access);
    };
    Server server{context, options, router};
    asio::signal_set signals{context, SIGTERM, SIGINT};
    signals.async_wait([&](const boost::system::error_code& failed, int) {
        if (failed) return;
        asio::co_spawn(
            context,
            [&server, &context]() -> asio::awaitable<void> {
                const bool all = co_await server.drain(drain_deadline);
                if (!all) spdlog::warn("some connections did not end in time and were closed");
                context.stop();
            },
            asio::detached);
    });
    asio::signal_set hangups{context, SIGHUP};
    asio::co_spawn(context, reload_on(hangups, server), asio::detached);
    server.start();
    fmt::print("listening on {}://{}:{}\n", options.tls_certificate.empty() ? "http" : "https",
               options.bind, server.port());
    std::fflush(stdout);
    context.run();
    return exit_ok;
}

int cannot_listen(const ServerOptions& options, const boost::system::system_error& failed)
{
    fmt::print(stderr,
               "chipledger: cannot listen on {}:{}: {}. Take another --port, or look at "
               "--tls-certificate and --tls-key.\n",
               options.bind, options.port, failed.what());
    return exit_refused;
}

// Whoever opens the ledger fences the server that runs; not for nothing.
void try_to_listen(const ServerOptions& options)
{
    asio::io_context context{1};
    const Router nothing{{}, {}};
    Server{context, options, nothing};
}

int refuse_unsafe(const std::vector<std::string>& settings)
{
    std::string list;
    for (const std::string& setting : settings) list += (list.empty() ? "" : ", ") + setting;
    return complain({.code = Code::bad_state,
                     .detail = "PostgreSQL may lose what it has confirmed: " + list +
                               ". Change that, or take the risk with --unsafe-database."});
}

int run(const ServeOptions& options)
{
    spdlog::set_default_logger(spdlog::stderr_logger_mt("chipledger"));
    if (options.log_format == "json") log_as_json();
    const Result<std::string> conninfo = options.place.runtime();
    if (!conninfo) return complain(conninfo.error());
    Result<LedgerOptions> ledger_options = options.ledger.options(*conninfo);
    if (!ledger_options) return complain(ledger_options.error()), exit_usage;
    ledger_options->projection_checks = {std::chrono::milliseconds{options.check_tables},
                                         options.check_rest};
    ledger_options->snapshot = options.place.snapshot();
    ledger_options->follow = options.follow;
    const Result<std::vector<std::string>> unsafe = unsafe_settings(*conninfo);
    if (!unsafe) return complain(unsafe.error());
    if (!unsafe->empty() && !options.unsafe_database) return refuse_unsafe(*unsafe);
    if (const Result<void> fits = check_migrated(*conninfo); !fits)
        return complain(fits.error());
    const Result<std::string> pepper = pepper_at(options.place.pepper());
    if (!pepper) return complain(pepper.error());
    Result<std::unique_ptr<Oidc>> oidc = options.oidc.open();
    if (!oidc) return complain(oidc.error()), exit_usage;
    try {
        try_to_listen(options.server);
    } catch (const boost::system::system_error& failed) {
        return cannot_listen(options.server, failed);
    }
    const Result<std::unique_ptr<Ledger>> ledger = Ledger::open(std::move(*ledger_options));
    if (!ledger) return complain(ledger.error());
    Signers signers;
    try {
        signers = signers_of(options, *conninfo, **ledger);
    } catch (const std::exception& failed) {
        return complain({.code = Code::bad_state,
                         .detail = "the log cannot be signed: " + std::string{failed.what()}});
    }
    asio::io_context context{1};
    const std::unique_ptr<Oidc> issuer = std::move(*oidc);  // Its thread ends before the context.
    Doorkeeper doorkeeper{TokenStore{*conninfo, *pepper}, options.rate, issuer.get()};
    Trace trace{TraceStore{*conninfo}};
    SignedHeads heads{CheckpointStore{*conninfo}};
    Answers answers{EventStore{*conninfo}};
    Metrics metrics;
    int code = exit_ok;
    try {
        // A standby takes no rows: whoever follows leaves deliveries to the writer, and writes what
        // was read into its lines.
        std::optional<Webhooks> webhooks;
        if (!options.follow)
            webhooks.emplace(**ledger, webhooks_of(options, *conninfo, *pepper));
        const App app{**ledger, doorkeeper, metrics, heads, options.share, *unsafe,
                      options.follow ? nullptr : &trace, &answers,
                      webhooks ? &*webhooks : nullptr};
        code = serve(context, app, options.server, options.access_log || options.follow);
    } catch (const boost::system::system_error& failed) {
        code = cannot_listen(options.server, failed);
    } catch (const std::filesystem::filesystem_error& failed) {
        fmt::print(stderr, "chipledger: {}. Give --share.\n", failed.what());
        code = exit_refused;
    }
    (*ledger)->stop();
    signers = {};
    return code;
}

void add_webhook_flags(CLI::App& command, ServeOptions& options)
{
    command.add_flag("--webhook-allow-private", options.webhooks.allow_private,
                     "deliver webhooks to http:// and to addresses that are not public");
    command
        .add_option("--webhook-attempts", options.webhooks.attempts_max,
                    "attempts for an entry before it becomes a dead letter")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    command
        .add_option("--webhook-retry", options.webhook_retry,
                    "milliseconds after the first failed attempt; doubled after each further one")
        ->check(CLI::Range(1, 3'600'000))
        ->capture_default_str();
    command.add_option("--webhook-ca", options.webhooks.ca_file,
                       "PEM of authorities that receivers' certificates come from");
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code)
{
    auto* command = app.add_subcommand("serve", "write, and answer the API and the page");
    auto options = std::make_shared<ServeOptions>();
    options->place.add_to(*command, "database", true);
    options->ledger.add_to(*command);
    options->oidc.add_to(*command);
    command->add_option("--bind", options->server.bind, "address")->capture_default_str();
    command->add_option("--port", options->server.port, "port; 0: any free")
        ->capture_default_str();
    auto* certificate = command->add_option("--tls-certificate", options->server.tls_certificate,
                                            "PEM chain: serve HTTPS; read anew on SIGHUP");
    auto* key = command->add_option("--tls-key", options->server.tls_key, "its PEM key");
    certificate->needs(key);
    key->needs(certificate);
    command->add_option("--share", options->share, "folder of web/ and api/")
        ->capture_default_str();
    command->add_option("--rate", options->rate, "requests a second that a token may make")
        ->capture_default_str();
    command
        ->add_option("--check-tables", options->check_tables,
                     "milliseconds between two comparisons of the tables for SQL users and the log")
        ->check(CLI::Range(10, 86'400'000))
        ->capture_default_str();
    command
        ->add_option("--check-rest", options->check_rest,
                     "it rests at least so many times as long as a comparison took")
        ->check(CLI::Range(0, 10'000))
        ->capture_default_str();
    add_webhook_flags(*command, *options);
    command->add_flag("--unsafe-database", options->unsafe_database,
                      "serve although PostgreSQL's settings may lose entries; /readyz shows them");
    command->add_flag("--sign-elsewhere", options->sign_elsewhere,
                      "chipledger sign does it, in a process of its own");
    command->add_flag("--follow", options->follow,
                      "record nothing: read along a log that another serve writes, in the same "
                      "database or a standby, and answer reads");
    command->add_option("--log-format", options->log_format, "of the lines on stderr: text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
    command->add_flag("--access-log", options->access_log, "a line on stderr for each answer");
    command->add_flag("--print-config", options->print_config,
                      "print every setting and where it comes from, and end");
    command->callback([options, &exit_code] {
        if (options->print_config)
            fmt::print("{}", options->place.config.effective(options->place.json));
        else
            exit_code = run(*options);
    });
}

}  // namespace chipledger
