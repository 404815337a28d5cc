#include "cli/config.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numeric>

namespace chipledger {

namespace {

using Kind = Told::Kind;

constexpr std::size_t file_max = 64 * 1024;
constexpr std::size_t near = 3;  ///< Edits between a wrong name and the one that is offered.

std::string environment(const std::string& name)
{
    const char* value = std::getenv(name.c_str());
    return value ? value : "";
}

/// Levenshtein's distance: single letters inserted, deleted or replaced.
std::size_t edits(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

std::string hint(const std::string& wrong, const std::vector<std::string>& known)
{
    const auto closest = std::ranges::min_element(
        known, {}, [&](const std::string& name) { return edits(wrong, name); });
    if (closest == known.end() || edits(wrong, *closest) > near) return "";
    return "; did you mean " + *closest + '?';
}

/// The options of serve are the keys of the file; these are about the command line alone.
bool is_key(const CLI::Option& option)
{
    static const std::vector<std::string> others{"help", "version", "config", "print-config",
                                                 "json"};
    return !option.get_lnames().empty() &&
           std::ranges::find(others, option.get_lnames().front()) == others.end();
}

std::vector<std::string> known_keys(const CLI::App& command)
{
    const CLI::App* root = &command;
    while (root->get_parent()) root = root->get_parent();
    std::vector<std::string> names{"database-owner", "database-signer"};
    for (const CLI::Option* option : root->get_subcommand("serve")->get_options())
        if (is_key(*option)) names.push_back(option->get_lnames().front());
    return names;
}

Kind kind_of_option(const CLI::Option& option)
{
    if (option.get_items_expected_max() == 0) return Kind::boolean;
    const std::string type = option.get_type_name();
    return type.starts_with("INT") || type.starts_with("UINT") ? Kind::integer : Kind::text;
}

std::string_view word_for(Kind kind)
{
    if (kind == Kind::boolean) return "true or false";
    return kind == Kind::integer ? "a whole number" : "a text in quotes";
}

void add_value(Told& told, const toml::node& node)
{
    if (const auto* text = node.as_string()) {
        told.kind = Kind::text;
        told.values.push_back(text->get());
    } else if (const auto* number = node.as_integer()) {
        told.kind = Kind::integer;
        told.values.push_back(std::to_string(number->get()));
    } else if (const auto* truth = node.as_boolean()) {
        told.kind = Kind::boolean;
        told.values.push_back(truth->get() ? "true" : "false");
    } else {
        told.kind = Kind::other;
    }
}

Told told_of(const toml::node& node, std::string at)
{
    Told told{.at = std::move(at)};
    const toml::array* list = node.as_array();
    told.list = list != nullptr;
    if (!list) add_value(told, node);
    else if (list->empty()) told.kind = Kind::text;  // Lists are of texts.
    else if (!list->is_homogeneous()) told.kind = Kind::other;
    else for (const toml::node& each : *list) add_value(told, each);
    return told;
}

std::string text_of(const std::string& file, bool named)
{
    std::ifstream in{file, std::ios::binary};
    if (!in && !named && access(file.c_str(), F_OK) != 0) return "";
    std::string text(file_max + 1, '\0');
    if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!in.is_open() || in.bad())
        throw CLI::ConfigError(file + ": cannot be read. Name another with --config.");
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > file_max)
        throw CLI::ConfigError(fmt::format("{}: longer than {} bytes.", file, file_max));
    return text;
}

std::map<std::string, Told> told_in(const std::string& file, bool named)
{
    const auto place = [&](const toml::source_region& source) {
        return fmt::format("{}:{}:{}", file, source.begin.line, source.begin.column);
    };
    std::map<std::string, Told> told;
    try {
        const toml::table table = toml::parse(text_of(file, named), file);
        for (auto&& [key, node] : table)
            told.emplace(key.str(), told_of(node, place(key.source())));
    } catch (const toml::parse_error& error) {
        throw CLI::ConfigError(place(error.source()) + ": " + std::string{error.description()});
    }
    return told;
}

void add_results(CLI::Option& option, const std::vector<std::string>& values, const std::string& at)
{
    try {
        for (const std::string& value : values) option.add_result(value);
        option.run_callback();
    } catch (const CLI::ParseError& wrong) {
        throw CLI::ConfigError(at + ": " + wrong.what());
    }
}

bool is_secret(const std::string& name, const std::string& value)
{
    for (const char* word : {"secret", "password", "token"})
        if (name.find(word) != std::string::npos) return true;
    // A connection string, as words or as an address.
    return CLI::detail::to_lower(value).find("pass") != std::string::npos ||
           (value.find("://") != std::string::npos && value.find('@') != std::string::npos);
}

nlohmann::json value_of(const Key& key)
{
    const CLI::Option& option = *key.option;
    const Kind kind = kind_of_option(option);
    if (kind == Kind::boolean) return !option.empty() && option.as<bool>();
    const auto one = [&](const std::string& text) {
        return kind == Kind::integer ? nlohmann::json(std::stoll(text)) : nlohmann::json(text);
    };
    if (option.get_items_expected_max() > 1) {
        nlohmann::json list = nlohmann::json::array();
        for (const std::string& each : option.results()) list.push_back(one(each));
        return list;
    }
    return one(option.empty() ? option.get_default_str() : option.results().front());
}

/// The same flag before the name of a subcommand's subcommand.
bool told_to_parent(const CLI::App& command, const Key& key)
{
    const CLI::Option* above =
        command.get_parent()->get_option_no_throw("--" + key.option->get_lnames().front());
    return above && !above->empty();
}

}  // namespace

std::string Key::variable() const
{
    std::string text = "CHIPLEDGER_" + name;
    std::ranges::replace(text, '-', '_');
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
    return text;
}

void Config::add_to(CLI::App& command, std::vector<Key> keys, bool all)
{
    keys_ = std::move(keys);
    all_ = all;
    command
        .add_option_function<std::string>(
            "--config", [this, &command](const std::string& file) { settle(command, file); },
            std::string{"file of settings; default "} + config_default + ", if it is there")
        ->force_callback();
}

void Config::settle(const CLI::App& command, std::string file)
{
    if (command.parsed() == 0 || command.get_help_ptr()->count() > 0) return;
    if (file.empty()) file = environment("CHIPLEDGER_CONFIG");
    const bool named = !file.empty();
    if (!named) file = config_default;
    if (all_)
        for (CLI::Option* option : const_cast<CLI::App&>(command).get_options())
            if (is_key(*option) && std::ranges::find(keys_, option, &Key::option) == keys_.end())
                keys_.push_back({option->get_lnames().front(), option});

    std::vector<std::string> wrong;
    std::map<std::string, Told> told = told_in(file, named);
    const std::vector<std::string> known = known_keys(command);
    for (const auto& [name, value] : told)
        if (std::ranges::find(known, name) == known.end())
            wrong.push_back(value.at + ": there is no key " + name + hint(name, known));
    // A folder that is typed brings its own database along.
    const bool own_folder = std::ranges::any_of(keys_, [](const Key& key) {
        return key.name == "data" && !key.option->empty();
    });
    for (Key& key : keys_) {
        if (!key.option->empty()) key.from = key.option->get_name();
        else if (!told_to_parent(command, key) && !(own_folder && key.name.starts_with("database")))
            take(key, told, wrong);
    }
    if (!wrong.empty()) throw CLI::ConfigError(fmt::format("{}", fmt::join(wrong, "\n")));
}

void Config::take(Key& key, std::map<std::string, Told>& told, std::vector<std::string>& wrong)
{
    const bool list = key.option->get_items_expected_max() > 1;
    try {
        if (const std::string value = environment(key.variable()); !value.empty()) {
            add_results(*key.option, list ? CLI::detail::split(value, ',')
                                          : std::vector<std::string>{value}, key.variable());
            key.from = key.variable();
        } else if (const auto found = told.find(key.name); found != told.end()) {
            const Told& it = found->second;
            const Kind kind = kind_of_option(*key.option);
            if (it.kind != kind || (it.list && !list))
                throw CLI::ConfigError(fmt::format("{}: {} is {}{}", it.at, key.name,
                                                   list ? "a list, each " : "", word_for(kind)));
            if (!it.values.empty()) add_results(*key.option, it.values, it.at);
            key.from = it.at.substr(0, it.at.rfind(':'));
        }
    } catch (const CLI::ConfigError& error) {
        wrong.push_back(error.what());
    }
}

std::string Config::effective(bool json) const
{
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    std::string lines;
    for (const Key& key : keys_) {
        const nlohmann::json value = value_of(key);
        const bool hidden = value.is_string() && is_secret(key.name, value.get<std::string>());
        object[key.name] = {{"value", hidden ? nlohmann::json(nullptr) : value},
                            {"from", key.from}};
        const std::string line =
            hidden ? "# " + key.name + " is not shown" : key.name + " = " + value.dump();
        lines += fmt::format("{:<44}  # {}\n", line, key.from);
    }
    return json ? object.dump() + '\n' : lines;
}

}  // namespace chipledger
