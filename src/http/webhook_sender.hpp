#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "http/cloud_event.hpp"
#include "store/webhook_store.hpp"

// One delivery, as Standard Webhooks (standardwebhooks.com) has it.
namespace chipledger {

struct WebhookPolicy {
    /// Addresses that are not public, and http:// too.
    bool allow_private = false;
    /// So many for an entry; then it becomes a dead letter.
    int attempts_max = 15;
    /// After the first that fails; each further one waits twice as long, at most an hour.
    std::chrono::milliseconds retry_first{1'000};
    std::string ca_file{};  ///< PEM of authorities to trust; empty: the system's.
};

/// How an attempt ended.
struct Attempt {
    enum class Outcome { delivered, failed, gone } outcome = Outcome::failed;
    int status = 0;         ///< Of the answer; 0: there was none.
    std::string error{};    ///< For people; nothing of the answer's body.
    std::optional<std::chrono::milliseconds> retry_after{};
};

/// "whsec_" and the key in base64: how a secret is shown.
std::string webhook_secret(std::string_view key);

/// "v1," and base64 of HMAC-SHA256(key, id.timestamp.body).
std::string sign_webhook(std::string_view key, std::string_view id, std::string_view timestamp,
                         std::string_view body);

/// Why this server does not deliver there, whatever its name resolves to; or none.
std::optional<std::string> unfit_url(std::string_view url, const WebhookPolicy& policy);

/// POSTs the entry; blocks, at most 15 s. Delivered is any 2xx. `origin`: the log's.
Attempt send_webhook(const WebhookRow& hook, const StoredEntry& entry, std::string_view origin,
                     const WebhookPolicy& policy, const std::function<bool()>& stopping);

/// How long the entry waits after its `failures`-th failure (from 1): doubled each time, drawn from
/// the upper half so that lines do not march in step, never less than Retry-After said.
std::chrono::milliseconds pause_after(int failures, const Attempt& attempt,
                                      const WebhookPolicy& policy);

/// A Retry-After (RFC 9110 §10.2.3): seconds or a date; at most a day, none where it is neither.
std::optional<std::chrono::milliseconds> read_retry_after(
    std::string_view text, std::chrono::system_clock::time_point now);

}  // namespace chipledger
