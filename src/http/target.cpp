#include "http/target.hpp"

#include "codec/utf8.hpp"

#include <random>

namespace chipledger {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";
constexpr std::size_t request_id_max = 64;
/// Of two of these, a reader who takes the first and one who takes the last understand two requests.
constexpr std::pair<std::string_view, std::string_view> said_once[]{
    {"authorization", "Authorization"},
    {"content-type", "Content-Type"},
    {"idempotency-key", "Idempotency-Key"},
    {"if-match", "If-Match"},
    {"last-event-id", "Last-Event-ID"}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

int hex(char c)
{
    if (is_digit(c)) return c - '0';
    c = static_cast<char>(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Percent-decoding (RFC 3986 §2.1). A plus stays a plus: time offsets are written +08:00.
std::optional<std::string> decoded(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return {};
        const int high = hex(text[i + 1]), low = hex(text[i + 2]);
        if (high < 0 || low < 0 || high + low == 0) return {};
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    if (!is_utf8(out)) return {};
    return out;
}

bool read_query(std::string_view text, Fields& query)
{
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(pair.size() + 1, text.size()));
        const std::size_t equals = pair.find('=');
        const auto name = decoded(pair.substr(0, equals));
        const auto value = decoded(
            equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
        if (!name || !value) return false;
        if (!name->empty()) query.emplace_back(*name, *value);
    }
    return true;
}

/// The origin-form within an absolute-form; proxies send it, and a server must take it.
std::string_view origin_form(std::string_view target)
{
    if (!lower(target.substr(0, 7)).starts_with("http://")) return target;
    const std::size_t path = target.find('/', 7);
    return path == std::string_view::npos ? std::string_view{"/"} : target.substr(path);
}

bool sane(std::string_view id)
{
    return !id.empty() && id.size() <= request_id_max && std::ranges::all_of(id, [](char c) {
        return is_digit(c) || is_letter(c) || c == '.' || c == '_' || c == '-';
    });
}

/// Unlike those of another start of the server; nothing secret.
std::string new_request_id()
{
    static const std::string start = [] {
        std::random_device random;
        std::string text;
        for (int i = 0; i < 12; ++i) text += hex_digits[random() & 15];
        return text;
    }();
    thread_local std::uint64_t counter = 0;
    return start + '-' + std::to_string(++counter);
}

}  // namespace

std::string lower(std::string_view text)
{
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool read_target(std::string_view target, Request& request)
{
    target = origin_form(target);
    const std::size_t mark = target.find('?');
    request.path = std::string{target.substr(0, mark)};
    if (!request.path.starts_with('/')) return false;
    std::string_view rest = std::string_view{request.path}.substr(1);
    while (true) {
        const std::string_view part = rest.substr(0, rest.find('/'));
        auto segment = decoded(part);
        if (!segment) return false;
        request.segments.push_back(std::move(*segment));
        if (part.size() == rest.size()) break;
        rest.remove_prefix(part.size() + 1);
    }
    return mark == std::string_view::npos || read_query(target.substr(mark + 1), request.query);
}

std::optional<Refusal> framing_refusal(const Request& request, unsigned version)
{
    const auto count = [&](std::string_view name) {
        return std::ranges::count(request.headers, name, [](const auto& h) { return h.first; });
    };
    const auto no = [](std::string detail) {
        return Refusal{.code = Code::malformed, .detail = std::move(detail)};
    };
    for (const auto& [name, sent] : said_once)
        if (count(name) > 1) return no("Send " + std::string{sent} + " once.");
    if (count("host") > 1 || (version >= 11 && count("host") == 0)) return no("Send Host once.");
    const auto length = request.header("content-length");
    if (count("content-length") > 1 || (length && !std::ranges::all_of(*length, is_digit)))
        return no("Send Content-Length once, as a number.");
    const auto coding = request.header("transfer-encoding");
    if (!coding) return {};
    if (length) return no("Send a Content-Length or a Transfer-Encoding, not both.");
    if (version < 11 || count("transfer-encoding") > 1 || lower(*coding) != "chunked")
        return no("The one Transfer-Encoding taken is chunked, in HTTP/1.1.");
    return {};
}

std::string percent_encoded(std::string_view text)
{
    constexpr char hex[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.') {
            out += c;
        } else {
            out += '%';
            out += hex[static_cast<unsigned char>(c) >> 4];
            out += hex[static_cast<unsigned char>(c) & 15];
        }
    }
    return out;
}

std::string request_id_of(const Request& request)
{
    const auto given = request.header("x-request-id");
    return given && sane(*given) ? std::string{*given} : new_request_id();
}

}  // namespace chipledger
