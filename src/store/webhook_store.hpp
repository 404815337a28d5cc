#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/time.hpp"
#include "store/rows.hpp"
#include "store/seal.hpp"
#include "store/token_store.hpp"

namespace chipledger {

/// What a subscriber asks for.
struct WebhookTerms {
    std::string url{};
    std::vector<std::string> types{};           ///< Any of these; empty: every type.
    std::optional<SubjectFilter> subject{};
    std::string content = "cloudevent";         ///< Or "entry": the stored bytes.
    std::string status = "active";              ///< Or "paused", or "disabled" by a 410.
};

/// A subscription and how far its subscriber has been told.
struct WebhookRow {
    std::string id{};
    Principal principal{};
    bool entitled = false;      ///< The principal has a token that is good now.
    WebhookTerms terms{};
    std::string base{};         ///< Where this server is, as the subscriber reached it.
    std::string secret{};       ///< Key of the signatures, opened; "" under another pepper.
    Time created_at{};          ///< Wall clock of the database, as are all times here.
    Position through{};         ///< Delivered, or dead, up to here.
    int attempts = 0;           ///< Failed ones for the entry that waits.
    std::optional<Time> next_attempt_at{};
    std::chrono::milliseconds rests{};  ///< From the time of asking until then; 0: may go.
    int last_status = 0;        ///< HTTP status of the last answer; 0: there was none.
    std::string last_error{};   ///< "" after a delivery.
    std::int64_t delivered = 0;
    std::int64_t failed = 0;    ///< Attempts.
    std::int64_t dead = 0;      ///< Dead letters.
};

/// An entry that was given up for a subscription.
struct DeadLetter {
    Position position{};
    int attempts = 0;
    int last_status = 0;
    std::string last_error{};
    Time died_at{};
    bool queued = false;        ///< Is tried once more.
};

/// How an attempt failed.
struct FailedAttempt {
    int status = 0;
    std::string error{};
};

/// Subscriptions in PostgreSQL. Not thread-safe, one connection, blocks; fails like EventStore.
class WebhookStore {
public:
    /// `pepper`: that of the tokens.
    WebhookStore(std::string conninfo, std::string_view pepper);
    ~WebhookStore();
    WebhookStore(WebhookStore&&) noexcept;

    /// A new one, told of what comes after `through`. Refused bad-state when the principal has
    /// `most` already.
    Result<void> add(const std::string& id, const std::string& principal, const WebhookTerms& terms,
                     const std::string& base, std::string_view secret, Position through, int most);
    Result<std::vector<WebhookRow>> list(const std::string& principal);
    /// Of one's own; with an empty `principal`, of anybody.
    Result<std::optional<WebhookRow>> find(const std::string& id,
                                           const std::string& principal = {});
    /// Ids of all that are active.
    Result<std::vector<std::string>> active();
    /// Sets the terms and forgets the attempts that failed.
    Result<void> change(const std::string& id, const WebhookTerms& terms);
    Result<bool> remove(const std::string& id, const std::string& principal);

    /// At most 500, the lowest positions first, after `after`.
    Result<std::vector<DeadLetter>> dead_letters(const std::string& id, Position after);
    /// Queues these dead letters, or with none all; how many there were.
    Result<std::int64_t> redeliver(const std::string& id, const std::vector<Position>& positions);
    /// The first that is queued.
    Result<std::optional<Position>> queued(const std::string& id);

    /// Nothing to tell up to here.
    Result<void> passed(const std::string& id, Position through);
    Result<void> delivered(const std::string& id, Position position, int status);
    /// The entry waits, for `pause`.
    Result<void> failed(const std::string& id, const FailedAttempt& attempt,
                        std::chrono::milliseconds pause);
    /// The entry becomes a dead letter and the line goes on; with `most` of them the subscription
    /// is disabled.
    Result<void> died(const std::string& id, Position position, const FailedAttempt& attempt,
                      int most);
    Result<void> disable(const std::string& id, const FailedAttempt& attempt);
    /// A dead letter has been delivered, or nobody may read it any more.
    Result<void> buried(const std::string& id, Position position, bool was_delivered);
    Result<void> died_again(const std::string& id, Position position,
                            const FailedAttempt& attempt);

private:
    Result<std::vector<WebhookRow>> rows(const std::string& where,
                                         const std::vector<std::string>& values);
    Seal seal_;
    std::unique_ptr<Session> session_;
};

}  // namespace chipledger
