#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "store/token.hpp"
#include "store/token_store.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

struct MintOptions {
    std::string role{};
    std::string firm{};
    std::string principal{};
    std::vector<std::string> offices{};
    std::string expires{};
    int rate = 0;
};

Result<TokenStore> open_store(const Place& place)
{
    Result<std::string> conninfo = place.runtime();
    if (!conninfo) return conninfo.error();
    Result<std::string> pepper = pepper_at(place.pepper());
    if (!pepper) return pepper.error();
    return TokenStore{std::move(*conninfo), std::move(*pepper)};
}

Result<Principal> principal_of(const MintOptions& options)
{
    Principal principal;
    const auto role = role_named(options.role);
    if (!role)
        return Refusal{
            .code = Code::malformed,
            .detail = "--role is regulator, customs, logistics, firm, auditor or admin."};
    principal.role = *role;
    principal.offices = options.offices;
    if (!options.firm.empty()) principal.firm = FirmId{options.firm};
    principal.name = options.principal;
    if (principal.name.empty())
        principal.name = options.firm.empty() ? options.role : options.role + ':' + options.firm;
    return principal;
}

int mint(const Place& place, const MintOptions& options)
{
    const Result<Principal> principal = principal_of(options);
    if (!principal) return complain(principal.error());
    std::optional<Time> expires;
    if (!options.expires.empty()) {
        const auto time = parse_timestamp(options.expires);
        if (!time)
            return complain({.code = Code::malformed, .detail = "--expires is an RFC 3339 time."});
        expires = time->at;
    }
    Result<TokenStore> store = open_store(place);
    if (!store) return complain(store.error());
    const Result<Minted> minted = store->mint(
        *principal, expires, options.rate > 0 ? std::optional{options.rate} : std::nullopt);
    if (!minted) return complain(minted.error());
    if (place.json)
        fmt::print("{}\n", Json{{"id", minted->id},
                                {"principal", principal->name},
                                {"token", minted->token}}
                               .dump());
    else
        fmt::print("{}\n", minted->token);
    return exit_ok;
}

Json json_of(const TokenRow& row)
{
    const Principal& principal = row.principal;
    const auto time = [](const std::optional<Time>& at) {
        return at ? Json(to_string(*at)) : Json(nullptr);
    };
    return {{"id", row.id},
            {"principal", principal.name},
            {"role", std::string{name_of(principal.role)}},
            {"firm", principal.firm ? Json(principal.firm->value) : Json(nullptr)},
            {"offices", principal.offices},
            {"created_at", to_string(row.created_at)},
            {"expires_at", time(row.expires_at)},
            {"revoked_at", time(row.revoked_at)},
            {"last_used_at", time(row.last_used_at)},
            {"rate", row.rate ? Json(*row.rate) : Json(nullptr)},
            {"valid", row.valid()}};
}

int list(const Place& place)
{
    Result<TokenStore> store = open_store(place);
    if (!store) return complain(store.error());
    const Result<std::vector<TokenRow>> rows = store->list();
    if (!rows) return complain(rows.error());
    Json all = Json::array();
    for (const TokenRow& row : *rows) all.push_back(json_of(row));
    if (place.json)
        fmt::print("{}\n", all.dump());
    else
        for (const Json& row : all)
            fmt::print("{:>6}  {:<10} {:<24} {}\n", row["id"].get<std::int64_t>(),
                       row["role"].get<std::string>(), row["principal"].get<std::string>(),
                       row["valid"].get<bool>() ? "valid" : "ended");
    return exit_ok;
}

int revoke(const Place& place, std::int64_t id)
{
    Result<TokenStore> store = open_store(place);
    if (!store) return complain(store.error());
    const Result<bool> done = store->revoke(id);
    if (!done) return complain(done.error());
    if (!*done)
        return complain({.code = Code::bad_state,
                         .detail = "There is no valid token " + std::to_string(id) +
                                   ". chipledger token list shows them."});
    return exit_ok;
}

}  // namespace

void add_token(CLI::App& app, int& exit_code)
{
    auto* command = app.add_subcommand("token", "who may come, and with which token");
    command->require_subcommand(1);
    auto place = std::make_shared<Place>();
    auto options = std::make_shared<MintOptions>();
    auto* minting = command->add_subcommand("mint", "make a token and print it, once");
    place->add_to(*minting);
    minting->add_option("--role", options->role, "regulator, customs, logistics, firm, …")
        ->required();
    minting->add_option("--firm", options->firm, "the firm, for role firm");
    minting->add_option("--principal", options->principal, "name in the log; default: role[:firm]");
    minting->add_option("--office", options->offices, "bind a customs officer to offices");
    minting->add_option("--rate", options->rate, "requests a second; default: the server's");
    minting->add_option("--expires", options->expires, "RFC 3339 time");
    minting->callback([=, &exit_code] { exit_code = mint(*place, *options); });
    auto* listing = command->add_subcommand("list", "all tokens, without their text");
    place->add_to(*listing);
    listing->callback([=, &exit_code] { exit_code = list(*place); });
    auto* revoking = command->add_subcommand("revoke", "end a token by its number");
    place->add_to(*revoking);
    auto id = std::make_shared<std::int64_t>(0);
    revoking->add_option("id", *id, "number in the list")->required();
    revoking->callback([=, &exit_code] { exit_code = revoke(*place, *id); });
}

}  // namespace chipledger
