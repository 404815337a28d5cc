#include "cli/oidc_options.hpp"

namespace chipledger {

void OidcFlags::add_to(CLI::App& command)
{
    const auto text = [&command](const char* flag, std::string& value, const char* help) {
        return command.add_option(flag, value, help)->capture_default_str();
    };
    text("--oidc-issuer", settings_.issuer, "let in by tokens of this issuer too (OpenID Connect)");
    text("--oidc-audience", settings_.audience, "for whom they must be");
    text("--oidc-jwks", settings_.keys, "its key set: a file or an https address");
    command.add_flag("--oidc-jwks-plain", settings_.keys_plain,
                     "the address may be http, of 127.0.0.1 alone");
    text("--oidc-ca", settings_.ca_file, "PEM to trust for that address; default: the system's");
    text("--oidc-name", settings_.name, "its principals are NAME/subject");
    text("--oidc-principal-claim", settings_.principal_claim,
         "claim of the subject; this and the others: a name, or a JSON pointer");
    text("--oidc-role-claim", settings_.role_claim, "claim whose values mean roles");
    command.add_option("--oidc-role", settings_.roles, "VALUE=ROLE: what a value of it means");
    text("--oidc-firm-claim", settings_.firm_claim, "claim of the firm, for role firm");
    text("--oidc-office-claim", settings_.office_claim,
         "claim of the offices that bind a customs officer; default: none are bound");
    command.add_option("--oidc-skew", skew_, "seconds that clocks may differ")
        ->check(CLI::Range(0, 600))
        ->capture_default_str();
    command
        .add_option("--oidc-pause", pause_, "seconds, at least, between two readings of the keys")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
}

Result<std::unique_ptr<Oidc>> OidcFlags::open() const
{
    if (settings_.issuer.empty()) return std::unique_ptr<Oidc>{};
    OidcSettings settings = settings_;
    settings.skew = std::chrono::seconds{skew_};
    settings.pause = std::chrono::seconds{pause_};
    return Oidc::open(std::move(settings));
}

}  // namespace chipledger
