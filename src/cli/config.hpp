#pragma once
#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

namespace chipledger {

/// The file that is read when no other is named, where it exists.
inline constexpr const char* config_default = "/etc/chipledger/chipledger.toml";

/// An option that the environment and a file may tell too.
struct Key {
    std::string name{};                    ///< As in the file: the flag without its dashes.
    CLI::Option* option = nullptr;
    std::string from = "default";          ///< Once settled: a flag, a variable, or file:line.

    std::string variable() const;          ///< CHIPLEDGER_ and the name, in capitals.
};

/// A value of the file and where it stands.
struct Told {
    std::vector<std::string> values{};
    enum class Kind { boolean, integer, text, other } kind = Kind::other;
    bool list = false;
    std::string at{};                      ///< file:line:column
};

/// What a command is told: flags before environment before file before defaults (decision 0048).
/// It settles while the parser works, so that a value is checked as one that was typed; what is
/// wrong ends the parsing with a CLI::ConfigError that says where.
class Config {
public:
    /// Adds --config to a command of chipledger's. With `all`, every option that it will have is a key.
    void add_to(CLI::App& command, std::vector<Key> keys, bool all = false);
    /// Every key with its value and its source, as a file again or as one object; no secrets.
    std::string effective(bool json) const;

private:
    void settle(const CLI::App& command, std::string file);
    void take(Key& key, std::map<std::string, Told>& told, std::vector<std::string>& wrong);
    std::vector<Key> keys_{};
    bool all_ = false;
};

}  // namespace chipledger
