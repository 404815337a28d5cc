#pragma once
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <string>
#include <unordered_map>

#include "http/router.hpp"
#include "store/token_store.hpp"

namespace chipledger {

class Oidc;

/// Knows who asks by the token in Authorization: Bearer (RFC 6750) or in the page's cookie. What
/// it has looked up it believes for a second: so long does a revoked token still work; and while
/// the store is away, for a quarter of an hour. Used on the server's one thread.
class Doorkeeper {
public:
    /// `rate`: requests a second that a token without a rate of its own may make; twice as many at
    /// once. `oidc`, where there is one, judges tokens of its issuer, and outlives this.
    explicit Doorkeeper(TokenStore tokens, int rate = 20'000, Oidc* oidc = nullptr);
    ~Doorkeeper();

    /// Unauthenticated for no token, an unknown, expired or revoked one, and for a cookie that
    /// comes with a write of another site's page; rate-limited for one that asks too often.
    boost::asio::awaitable<Result<Caller>> caller_of(const Request& request);
    /// Who bears this token.
    boost::asio::awaitable<Result<Caller>> bearer_of(std::string token);

private:
    struct Known {
        Caller caller{};
        std::chrono::steady_clock::time_point until{};
        std::chrono::steady_clock::time_point confirmed{};
        double rate = 0;     ///< Tokens of the bucket that come back in a second.
        double left = 0;     ///< Of twice the rate.
        std::chrono::steady_clock::time_point filled{};
    };
    static bool takes(Known& known, std::chrono::steady_clock::time_point now);
    boost::asio::awaitable<Result<Caller>> confirm(std::string token, std::string hash);
    boost::asio::awaitable<void> confirm_soon(std::string token, std::string hash);
    boost::asio::awaitable<Result<Known>> look_up(const std::string& token);

    TokenStore tokens_;
    int rate_;
    Oidc* oidc_;
    std::unordered_map<std::string, Known> known_{};  ///< By SHA-256 of the token.
    boost::asio::thread_pool thread_{1};              ///< One at a time asks the store.
};

/// POST, GET and DELETE /v1/session: the page's cookie.
std::vector<Route> session_routes(Doorkeeper& doorkeeper);

}  // namespace chipledger
