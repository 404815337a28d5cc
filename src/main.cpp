#include <iostream>

#include "cli/command.hpp"
#include "cli/import.hpp"

// jemalloc asks for it by this name: what is free goes back to the system within seconds, also while
// nobody allocates.
extern "C" {
const char* malloc_conf = "background_thread:true,dirty_decay_ms:2000,muzzy_decay_ms:0";
}

int main(int argc, char** argv)
{
    using namespace chipledger;
    CLI::App app{"The shared book of a controlled supply: entitlement and custody in one log."};
    app.set_version_flag("--version", CHIPLEDGER_VERSION);
    app.require_subcommand(1);
    int exit_code = exit_ok;
    add_serve(app, exit_code);
    add_migrate(app, exit_code);
    add_token(app, exit_code);
    add_demo(app, exit_code);
    add_sign(app, exit_code);
    add_key(app, exit_code);
    add_witness(app, exit_code);
    add_checkpoint(app, exit_code);
    add_rebuild(app, exit_code);
    add_replay(app, exit_code);
    add_verify(app, exit_code);
    add_export(app, exit_code);
    add_import(app, exit_code);
    add_relay(app, exit_code);
    add_bench(app, exit_code);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_ok : exit_usage;
    } catch (const BrokenPromise& broken) {
        std::cerr << "chipledger: broken: " << broken.what() << '\n';
        return exit_broken;
    }
    return exit_code;
}
