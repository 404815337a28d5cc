#include <fmt/format.h>

#include <charconv>

#include "cli/command.hpp"
#include "ledger/durable_file.hpp"
#include "ledger/signer.hpp"

namespace chipledger {

namespace {

void print_keys(const std::string& folder)
{
    if (!read_file(folder + "/keys"))
        throw ProofFault{"there are no keys in " + folder + ": serve or sign makes the first"};
    for (const SignerKey& key : keys_in(folder, "chipledger"))
        fmt::print("{}\n", to_string(key.verifier));
}

void rotate(const std::string& folder)
{
    const std::string name = keys_in(folder, "chipledger").front().verifier.name;
    add_key(folder, make_signer_key(name, KeyKind::ed25519));
    print_keys(folder);
}

void retire(const std::string& folder, const std::string& id)
{
    std::uint32_t number = 0;
    const auto [end, failed] = std::from_chars(id.data(), id.data() + id.size(), number, 16);
    if (failed != std::errc{} || end != id.data() + id.size())
        throw ProofFault{"a key's id is the 8 hexadecimal digits in the middle of its line"};
    remove_key(folder, number);
    print_keys(folder);
}

// For a witness, or for keys that are made elsewhere: the secret goes to the file alone.
void make(const std::string& name, const std::string& file, bool witness)
{
    if (read_file(file)) throw ProofFault{file + " is there already"};
    const SignerKey key =
        make_signer_key(name, witness ? KeyKind::cosignature : KeyKind::ed25519);
    replace_file(file, to_string(key) + '\n');
    fmt::print("{}\n", to_string(key.verifier));
}

template <class Work>
int attempt(const Work& work)
{
    try {
        work();
        return exit_ok;
    } catch (const std::exception& failed) {
        return complain({.code = Code::bad_state, .detail = failed.what()});
    }
}

}  // namespace

void add_key(CLI::App& app, int& exit_code)
{
    auto* command = app.add_subcommand("key", "the keys that sign the log");
    command->require_subcommand(1);
    auto place = std::make_shared<Place>();
    auto text = std::make_shared<std::string>();
    auto file = std::make_shared<std::string>();
    auto witness = std::make_shared<bool>(false);
    auto* showing = command->add_subcommand("show", "print the verifier keys");
    auto* rotating = command->add_subcommand(
        "rotate", "add a key: both sign, until the old one is retired; restart the signer");
    auto* retiring = command->add_subcommand("retire", "sign with this key no more");
    auto* making = command->add_subcommand("make", "make a key pair in a file");
    for (auto* each : {showing, rotating, retiring}) place->add_to(*each);
    retiring->add_option("id", *text, "8 hexadecimal digits")->required();
    making->add_option("name", *text, "of the log or the witness")->required();
    making->add_option("file", *file, "where the secret goes")->required();
    making->add_flag("--witness", *witness, "a key that cosigns");
    showing->callback([=, &exit_code] {
        exit_code = attempt([&] { print_keys(place->log_folder()); });
    });
    rotating->callback([=, &exit_code] {
        exit_code = attempt([&] { rotate(place->log_folder()); });
    });
    retiring->callback([=, &exit_code] {
        exit_code = attempt([&] { retire(place->log_folder(), *text); });
    });
    making->callback([=, &exit_code] {
        exit_code = attempt([&] { make(*text, *file, *witness); });
    });
}

}  // namespace chipledger
