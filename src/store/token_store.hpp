#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/events.hpp"
#include "domain/refusal.hpp"
#include "domain/time.hpp"

namespace chipledger {

class Session;

/// Somebody who may come with a token.
struct Principal {
    std::string name{};
    Role role{};
    std::optional<FirmId> firm{};         ///< For the role firm, and for it alone.
    std::vector<std::string> offices{};   ///< A customs officer's; empty: every office.
    friend bool operator==(const Principal&, const Principal&) = default;
};

/// What the database knows of a token; never the token.
struct TokenRow {
    std::int64_t id = 0;
    Principal principal{};
    Time created_at{};  ///< Wall clock of the database, as are all times here.
    std::optional<Time> expires_at{};
    std::optional<Time> revoked_at{};
    std::optional<Time> last_used_at{};
    std::optional<int> rate{};  ///< Requests a second; none: as the server says.
    bool expired = false;  ///< At the time of asking.

    bool valid() const { return !expired && !revoked_at; }
};

struct Minted {
    std::int64_t id = 0;
    std::string token{};  ///< Shown once, stored nowhere.
};

/// Principals and their tokens. Not thread-safe, one connection, blocks; fails like EventStore.
class TokenStore {
public:
    /// `pepper`: at least 32 bytes from outside the database (see pepper_at).
    TokenStore(std::string conninfo, std::string pepper);
    ~TokenStore();
    TokenStore(TokenStore&&) noexcept;

    /// A token for `principal`, who is made when new. Refused bad-state when one of that name has
    /// another role, firm or offices, and malformed when a firm goes without or another role with
    /// one.
    Result<Minted> mint(const Principal& principal, std::optional<Time> expires_at = {},
                        std::optional<int> rate = {});

    /// The row of a plain token, valid or not; none where it is unknown. What is not well formed
    /// never reaches the database. Notes the use, at most once a minute.
    Result<std::optional<TokenRow>> find(const std::string& token);

    /// True when it was there and not revoked before.
    Result<bool> revoke(std::int64_t id);

    /// All, by id.
    Result<std::vector<TokenRow>> list();

private:
    std::string pepper_;
    std::unique_ptr<Session> session_;
};

}  // namespace chipledger
