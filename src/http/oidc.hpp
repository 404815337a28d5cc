#pragma once
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <map>
#include <memory>

#include "http/jwt.hpp"
#include "http/router.hpp"

namespace chipledger {

/// Whose tokens are let in beside the ledger's own, and as whom (OpenID Connect Core §2).
struct OidcSettings {
    std::string issuer{};    ///< iss, exactly; empty: nobody's.
    std::string audience{};  ///< One of aud, exactly.
    std::string keys{};      ///< File, or https address, of the key set (RFC 7517).
    bool keys_plain = false;  ///< The address may be http, of this machine alone.
    std::string ca_file{};   ///< PEM to trust for the address; empty: the system's.
    std::string name = "oidc";             ///< Before the / in names of principals.
    std::string principal_claim = "sub";   ///< Claims are names, or JSON pointers (RFC 6901).
    std::string role_claim = "roles";
    std::string firm_claim = "firm";
    std::string office_claim{};            ///< Empty: customs officers are not bound.
    std::vector<std::string> roles{};      ///< "value=role": what a value of the role claim means.
    std::chrono::seconds skew{60};         ///< Of the clocks, for exp, nbf and iat.
    std::chrono::seconds pause{30};        ///< At least so long between two readings of the keys.
};

/// Who a token's claims say comes, at `now`. Unauthenticated unless iss, aud, exp, nbf and iat
/// hold; forbidden-role unless the role claim has values of exactly one role, with the firm or
/// offices that it needs.
Result<Caller> caller_by(const nlohmann::json& claims, const OidcSettings& settings,
                         std::chrono::system_clock::time_point now);

/// Lets in by tokens of one issuer. Its keys are read when a token names one that is not known,
/// and every five minutes, on a thread of its own, never more often than settings.pause. While
/// they cannot be read those of the last hour count. Used on the server's one thread.
class Oidc {
public:
    /// Malformed, and the setting with a remedy, when the settings cannot work; a file of keys
    /// must be there and of use. An address need not answer yet.
    static Result<std::unique_ptr<Oidc>> open(OidcSettings settings);
    ~Oidc();

    /// Unauthenticated or forbidden-role as caller_by is; store-unavailable without keys.
    boost::asio::awaitable<Result<Caller>> bearer_of(const std::string& token);

private:
    using Clock = std::chrono::steady_clock;
    struct Known {
        std::shared_ptr<const KeySet> keys{};  ///< Null: none, or none young enough.
        Clock::time_point read{};
        std::string trouble{};                 ///< Why the last reading failed.
    };
    explicit Oidc(OidcSettings settings);
    Known reread(Clock::time_point now);

    OidcSettings settings_;
    Known known_{};              ///< On the server's thread.
    Known last_{};               ///< On the thread of the keys, as is asked_.
    Clock::time_point asked_{};
    boost::asio::thread_pool thread_{1};
};

}  // namespace chipledger
