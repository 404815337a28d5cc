#include "http/reading.hpp"

#include <algorithm>
#include <charconv>

#include "http/conditional.hpp"
#include "http/problem.hpp"
#include "http/target.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::size_t limit_max = 500;
constexpr std::size_t rows_max = 100'000;
constexpr std::chrono::milliseconds wait_max{2000};
constexpr std::string_view digits64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

boost::asio::awaitable<Result<Position>> as_of(Ledger& ledger, std::string text, Position head)
{
    if (const auto time = parse_timestamp(text))
        co_return co_await ledger.position_at(time->at);
    const Result<std::int64_t> number = integer_of("as_of", text);
    if (!number || *number < 0)
        co_return malformed_parameter("as_of", "Send a position or an RFC 3339 recorded time.");
    if (*number > head.number)
        co_return Refusal{.code = Code::malformed,
                          .param = "?as_of",
                          .detail = "The ledger ends at entry " + std::to_string(head.number) + ".",
                          .available = head.number,
                          .requested = *number};
    co_return Position{*number};
}

}  // namespace

Viewer viewer_of(const Context& context)
{
    return {context.caller.role, context.caller.firm, context.caller.offices};
}

Response no(const Context& context, const Refusal& refusal)
{
    return problem_reply(refusal, context.request.request_id, true);
}

void show_only(EventFilter& filter, const Viewer& viewer, const State& state)
{
    if (viewer.firm) filter.visible_firm = viewer.firm->value;
    filter.visible_kinds = visible_kinds(viewer);
    filter.hidden_shipments = hidden_shipments(viewer, state);
}

Result<std::int64_t> integer_of(std::string_view name, std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed == std::errc{} && end == text.data() + text.size() && !text.empty()) return number;
    return malformed_parameter(name, "Send an integer.");
}

boost::asio::awaitable<Result<Moment>> moment_of(Ledger& ledger, const Context& context,
                                                 std::vector<std::string_view> known)
{
    const Request& request = context.request;
    known.insert(known.end(), {"as_of", "min_position", "effective_at"});
    for (const auto& [name, value] : request.query)
        if (std::ranges::find(known, name) == known.end())
            co_return malformed_parameter(name, "There is no such parameter here. Leave it out.");
    if (const auto wanted = request.parameter("min_position")) {
        const Result<std::int64_t> number = integer_of("min_position", *wanted);
        if (!number) co_return number.error();
        const Position head = co_await ledger.wait_for(Position{*number}, wait_max);
        if (head.number < *number)
            co_return Refusal{.code = Code::lagging,
                              .param = "?min_position",
                              .detail = "Ask again in a moment.",
                              .available = head.number,
                              .requested = *number};
    }
    Moment moment{ledger.head(), false, {}};
    Position position = moment.state->position;
    if (const auto text = request.parameter("as_of")) {
        const Result<Position> asked = co_await as_of(ledger, std::string{*text}, position);
        if (!asked) co_return asked.error();
        Result<std::shared_ptr<const State>> state = co_await ledger.at(*asked);
        if (!state) co_return state.error();
        moment = {*state, true, {}};
        position = *asked;
    }
    if (const auto text = request.parameter("effective_at")) {
        const auto occurred = parse_timestamp(*text);
        if (!occurred)
            co_return malformed_parameter("effective_at",
                                "Send an RFC 3339 time, as in 2026-02-20T09:00:00%2B08:00.");
        Result<std::shared_ptr<const State>> state =
            co_await ledger.effective(position, occurred->at);
        if (!state) co_return state.error();
        moment.state = *state;
        moment.effective_at = occurred->at;
    }
    co_return moment;
}

std::string etag_of(const Moment& moment)
{
    std::string etag = "p" + std::to_string(moment.state->position.number);
    if (moment.effective_at)
        etag += "." + std::to_string(moment.effective_at->time_since_epoch().count());
    return etag;
}

std::string cache_of(const Moment& moment)
{
    return moment.fixed ? "private, max-age=31536000, immutable" : "private, no-cache";
}

std::string with_list(const Json& object, std::string_view list, const std::string& items)
{
    std::string text = object.dump();
    text.pop_back();
    text.reserve(text.size() + list.size() + items.size() + 8);
    return text.append(",\"").append(list).append("\":[").append(items).append("]}");
}

Response view_reply(const Context& context, const Moment& moment, Json body, std::string etag)
{
    return view_reply(context, moment, std::move(body), std::move(etag), {}, {});
}

Response view_reply(const Context& context, const Moment& moment, Json body, std::string etag,
                    std::string_view list, const std::string& items)
{
    body["position"] = moment.state->position.number;
    if (moment.state->position > Position{})
        body["recorded_at"] = to_string(moment.state->recorded_at);
    if (moment.effective_at) body["effective_at"] = to_string(*moment.effective_at);
    if (etag.empty() || moment.effective_at) etag = etag_of(moment);
    Response response = reply(200, "application/json",
                              list.empty() ? body.dump() : with_list(body, list, items));
    response.set("Cache-Control", cache_of(moment));
    return with_etag(std::move(response), etag, context.request);
}

Result<Page> page_of(const Request& request, Format format)
{
    const std::size_t most = format == Format::json ? limit_max : rows_max;
    Page page;
    if (format != Format::json) page.limit = rows_max;
    if (const auto limit = request.parameter("limit")) {
        const Result<std::int64_t> number = integer_of("limit", *limit);
        if (!number || *number < 1 || *number > static_cast<std::int64_t>(most))
            return malformed_parameter("limit", "Send an integer from 1 to " + std::to_string(most) + ".");
        page.limit = static_cast<std::size_t>(*number);
    }
    if (const auto cursor = request.parameter("cursor")) {
        const auto after = from_cursor(*cursor);
        if (!after) return malformed_parameter("cursor", "Send the cursor of an answer's next.");
        page.after = *after;
    }
    return page;
}

Response list_reply(const Context& context, const Moment& moment, Json data, bool has_more,
                    const std::string& last)
{
    const std::string cursor = has_more ? to_cursor(last) : std::string{};
    Response response = view_reply(context, moment,
                                   {{"data", std::move(data)},
                                    {"has_more", has_more},
                                    {"next", has_more ? Json(cursor) : Json(nullptr)}});
    if (has_more) response.set("Link", next_link(context.request, cursor));
    return response;
}

std::string next_link(const Request& request, const std::string& cursor)
{
    std::string link = request.path + "?cursor=" + cursor;
    for (const auto& [name, value] : request.query)
        if (name != "cursor") link += '&' + percent_encoded(name) + '=' + percent_encoded(value);
    return "<" + link + ">; rel=\"next\"";
}

std::string to_cursor(std::string_view text)
{
    std::string out;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        for (held += 8; held >= 6; held -= 6) out += digits64[bits >> (held - 6) & 63];
    }
    if (held > 0) out += digits64[bits << (6 - held) & 63];
    return out;
}

std::optional<std::string> from_cursor(std::string_view cursor)
{
    std::string out;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : cursor) {
        const std::size_t digit = digits64.find(c);
        if (digit == std::string_view::npos) return {};
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        if ((held += 6) >= 8) {
            held -= 8;
            out += static_cast<char>(bits >> held & 0xFF);
        }
    }
    if (out.empty()) return {};
    return out;
}

}  // namespace chipledger
