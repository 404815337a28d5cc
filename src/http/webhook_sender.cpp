#include "http/webhook_sender.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <random>

#include "http/client.hpp"
#include "http/public_address.hpp"
#include "proof/base64.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t url_max = 2'000;
constexpr milliseconds step_deadline{10'000};
constexpr milliseconds whole_deadline{15'000};
constexpr std::size_t answer_max = 16 * 1024;
constexpr milliseconds pause_max{3'600'000};
constexpr std::chrono::hours wait_max{24};

std::string header_of(const Fetched& answer, std::string_view name)
{
    for (const auto& [key, value] : answer.headers)
        if (key == name) return value;
    return {};
}

Attempt judge(const Fetched& answer)
{
    Attempt attempt{Attempt::Outcome::failed, answer.status, {}, {}};
    if (answer.status >= 200 && answer.status < 300) {
        attempt.outcome = Attempt::Outcome::delivered;
        return attempt;
    }
    if (answer.status == 410) attempt.outcome = Attempt::Outcome::gone;
    attempt.error = "The receiver answered " + std::to_string(answer.status) + '.';
    attempt.retry_after =
        read_retry_after(header_of(answer, "retry-after"), std::chrono::system_clock::now());
    return attempt;
}

}  // namespace

std::string webhook_secret(std::string_view key) { return "whsec_" + to_base64(key); }

std::string sign_webhook(std::string_view key, std::string_view id, std::string_view timestamp,
                         std::string_view body)
{
    std::string signed_text{id};
    signed_text.append(".").append(timestamp).append(".").append(body);
    std::string mac(EVP_MAX_MD_SIZE, '\0');
    unsigned length = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size(),
         reinterpret_cast<unsigned char*>(mac.data()), &length);
    mac.resize(length);
    return "v1," + to_base64(mac);
}

std::optional<std::string> unfit_url(std::string_view text, const WebhookPolicy& policy)
{
    const auto visible = [](char c) { return c > ' ' && c < 127; };
    if (text.size() > url_max || !std::ranges::all_of(text, visible))
        return "Send at most 2000 visible ASCII characters.";
    const std::optional<Url> url = parse_url(text);
    if (!url || text.find('#') != std::string_view::npos ||
        url->host.find_first_of("@/\\?[]") != std::string::npos)
        return "Send an address like https://receiver.example/path, without user or fragment.";
    if (!url->secure && !policy.allow_private) return "Send an https:// address.";
    boost::system::error_code is_name;
    const asio::ip::address address = asio::ip::make_address(url->host, is_name);
    if (!is_name && !policy.allow_private && !is_public(address))
        return "Send a public address. This server delivers to no other.";
    return {};
}

Attempt send_webhook(const WebhookRow& hook, const StoredEntry& entry, std::string_view origin,
                     const WebhookPolicy& policy, const std::function<bool()>& stopping)
{
    const auto end = Clock::now() + whole_deadline;
    const bool as_event = hook.terms.content == "cloudevent";
    const std::string id = hook.id + '-' + std::to_string(entry.position.number);
    const std::string timestamp = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::now().time_since_epoch()).count());
    Fetch request;
    request.method = "POST";
    request.url = hook.terms.url;
    request.body = as_event ? to_cloud_event(cloud_source(origin, hook.base), entry) : entry.bytes;
    request.headers = {
        {"Content-Type", as_event ? std::string{cloud_event_type} : "application/json"},
        {"User-Agent", "chipledger"},
        {"webhook-id", id},
        {"webhook-timestamp", timestamp},
        {"webhook-signature", sign_webhook(hook.secret, id, timestamp, request.body)}};
    request.ca_file = policy.ca_file;
    request.deadline = step_deadline;
    request.body_max = answer_max;
    if (!policy.allow_private) request.may_reach = is_public;
    request.given_up = [&] { return stopping() || Clock::now() >= end; };
    // Asked again: what was allowed when it was told may not be any more.
    if (const auto unfit = unfit_url(request.url, policy)) return {.error = *unfit};
    const Result<Fetched> answer = fetch(request);
    if (!answer) return {.error = answer.error().detail};
    return judge(*answer);
}

milliseconds pause_after(int failures, const Attempt& attempt, const WebhookPolicy& policy)
{
    milliseconds pause = std::min(policy.retry_first, pause_max);
    for (int i = 1; i < failures && pause < pause_max; ++i) pause = std::min(2 * pause, pause_max);
    static thread_local std::minstd_rand random{std::random_device{}()};
    const auto half = pause.count() / 2;
    pause = milliseconds{std::uniform_int_distribution{half, pause.count()}(random)};
    return std::max(pause, attempt.retry_after.value_or(milliseconds{0}));
}

std::optional<milliseconds> read_retry_after(std::string_view text,
                                             std::chrono::system_clock::time_point now)
{
    const auto bounded = [](std::chrono::seconds wait) -> milliseconds {
        return std::clamp<std::chrono::seconds>(wait, std::chrono::seconds{0}, wait_max);
    };
    std::uint32_t seconds = 0;
    const auto [rest, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (failed == std::errc{} && rest == text.data() + text.size())
        return bounded(std::chrono::seconds{seconds});
    std::tm date{};
    const std::string copy{text};
    const char* end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
    if (!end || *end != '\0') return {};
    const auto at = std::chrono::system_clock::from_time_t(::timegm(&date));
    return bounded(std::chrono::ceil<std::chrono::seconds>(at - now));
}

}  // namespace chipledger
