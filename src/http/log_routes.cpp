#include "http/conditional.hpp"
#include "http/problem.hpp"
#include "http/published.hpp"
#include "http/read_routes.hpp"
#include "http/reading.hpp"
#include "proof/base64.hpp"
#include "proof/receipt.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;
using enum Role;

constexpr std::size_t entries_per_piece = 500;
constexpr std::string_view plain = "text/plain; charset=utf-8";
constexpr std::string_view for_ever = "public, max-age=31536000, immutable";

asio::awaitable<Response> key(Ledger& ledger, Context& context)
{
    const std::string keys = ledger.log().keys();
    if (keys.empty()) co_return no(context, not_signed_yet());
    Response response = reply(200, plain, keys);
    response.set("Cache-Control", "public, max-age=60");
    co_return response;
}

asio::awaitable<Response> checkpoint(Ledger& ledger, Context& context)
{
    const std::shared_ptr<const Published> published = ledger.log().published();
    if (!published) co_return no(context, not_signed_yet());
    Response response = reply(200, plain, "");
    response.shared_body = std::shared_ptr<const std::string>{published, &published->text};
    response.set("Cache-Control", "public, max-age=1");
    co_return with_etag(std::move(response), "c" + std::to_string(published->size),
                        context.request);
}

/// The entries of a tile: each with its length before it, 16 bits big-endian (C2SP tlog-tiles).
asio::awaitable<Result<std::string>> entry_bundle(Ledger& ledger, TilePath path)
{
    const std::uint64_t first = path.index * tile_width;
    const std::uint64_t last = first + static_cast<std::uint64_t>(path.width);
    const std::shared_ptr<const Published> published = ledger.log().published();
    std::string bytes;
    if (!published || last > published->size) co_return bytes;
    EventFilter filter;
    filter.after = Position{static_cast<std::int64_t>(first)};
    filter.upto = Position{static_cast<std::int64_t>(last)};
    filter.limit = tile_width;
    const Result<std::vector<StoredEntry>> found = co_await ledger.list(std::move(filter));
    if (!found) co_return found.error();
    for (const StoredEntry& stored : *found) {
        const std::string entry = log_entry(stored.salt, stored.bytes);
        bytes += static_cast<char>(entry.size() >> 8);
        bytes += static_cast<char>(entry.size() & 255);
        bytes += entry;
    }
    co_return bytes;
}

asio::awaitable<Response> tile(Ledger& ledger, Context& context)
{
    constexpr std::string_view prefix = "/v1/log/";
    const Refusal unknown{.code = Code::not_found, .detail = "There is no such tile yet."};
    const auto path =
        parse_tile_path(std::string_view{context.request.path}.substr(prefix.size()));
    if (!path) co_return no(context, unknown);
    std::string bytes;
    if (path->level) {
        bytes = ledger.log().tile(*path);
    } else {
        Result<std::string> bundle = co_await entry_bundle(ledger, *path);
        if (!bundle) co_return no(context, bundle.error());
        bytes = std::move(*bundle);
    }
    if (bytes.empty()) co_return no(context, unknown);
    Response response = reply(200, "application/octet-stream", std::move(bytes));
    response.set("Cache-Control", std::string{for_ever});
    co_return response;
}

asio::awaitable<Response> receipt(Ledger& ledger, Context& context)
{
    const Refusal unknown{.code = Code::unknown_entry, .detail = "Check the position."};
    const Result<std::int64_t> number = integer_of("position", context.params.at("position"));
    if (!number || *number < 1 || *number > ledger.head()->position.number)
        co_return no(context, unknown);
    EventFilter filter;
    show_only(filter, viewer_of(context), *ledger.head());
    filter.after = Position{*number - 1};
    filter.upto = Position{*number};
    filter.limit = 1;
    const Result<std::vector<StoredEntry>> found = co_await ledger.list(std::move(filter));
    if (!found) co_return no(context, found.error());
    if (found->empty()) co_return no(context, unknown);
    const auto size = static_cast<std::uint64_t>(*number);
    const std::shared_ptr<const Published> published = co_await published_beyond(ledger, size);
    if (!published) co_return no(context, not_signed_yet());
    const StoredEntry& entry = found->front();
    const Receipt proof{entry.salt, entry.bytes, size - 1,
                        ledger.log().inclusion(size - 1, published->size), published->note};
    Response response = reply(200, plain, to_string(proof));
    response.set("Cache-Control", "private, no-cache");
    response.set("Content-Disposition", "inline; filename=\"entry-" + std::to_string(*number) +
                                            ".tlog-proof\"");
    co_return response;
}

asio::awaitable<Response> consistency(Ledger& ledger, Context& context)
{
    std::map<std::string, std::int64_t> sizes;
    for (const auto& [name, value] : context.request.query) {
        const Result<std::int64_t> size = integer_of(name, value);
        if (!size) co_return no(context, size.error());
        if ((name != "from" && name != "to") || *size < 1)
            co_return no(context, malformed_parameter(
                                     name, "Send from and to, two sizes of the log, at least 1."));
        sizes[name] = *size;
    }
    const std::shared_ptr<const Published> published = ledger.log().published();
    if (!published) co_return no(context, not_signed_yet());
    if (!sizes.contains("to")) sizes["to"] = static_cast<std::int64_t>(published->size);
    if (!sizes.contains("from") || sizes["from"] > sizes["to"])
        co_return no(context, {Code::malformed, "?from", "Send from, a size no larger than to."});
    const auto from = static_cast<std::uint64_t>(sizes["from"]);
    const auto to = static_cast<std::uint64_t>(sizes["to"]);
    if (to > published->size) co_return no(context, not_signed_yet());
    Json hashes = Json::array();
    for (const Hash& hash : ledger.log().consistency(from, to))
        hashes.push_back(to_base64(view(hash)));
    const Json body{{"from", from},
                    {"to", to},
                    {"from_root", to_base64(view(ledger.log().root(from)))},
                    {"to_root", to_base64(view(ledger.log().root(to)))},
                    {"proof", std::move(hashes)}};
    Response response = reply(200, "application/json", body.dump());
    response.set("Cache-Control", std::string{for_ever});
    co_return response;
}

/// All that was published, a line each: base64 of the salt, a space, the entry's bytes.
class EntryLines : public Stream {
public:
    EntryLines(Ledger& ledger, std::int64_t after, std::int64_t upto) : ledger_{ledger}
    {
        filter_.after = Position{after};
        filter_.upto = Position{upto};
        filter_.limit = entries_per_piece;
    }
    asio::awaitable<std::optional<std::string>> next() override
    {
        if (filter_.after >= filter_.upto) co_return std::nullopt;
        EventFilter filter = filter_;
        const Result<std::vector<StoredEntry>> found = co_await ledger_.list(std::move(filter));
        if (!found || found->empty()) throw BrokenPromise{"the store is away"};
        filter_.after = found->back().position;
        std::string piece;
        for (const StoredEntry& entry : *found)
            piece += to_base64(entry.salt) + ' ' + entry.bytes + '\n';
        co_return piece;
    }

private:
    Ledger& ledger_;
    EventFilter filter_{};
};

asio::awaitable<Response> entry_lines(Ledger& ledger, Context& context)
{
    const std::shared_ptr<const Published> published = ledger.log().published();
    if (!published) co_return no(context, not_signed_yet());
    const auto size = static_cast<std::int64_t>(published->size);
    std::map<std::string, std::int64_t> range{{"after", 0}, {"upto", size}};
    for (const auto& [name, value] : context.request.query) {
        const Result<std::int64_t> number = integer_of(name, value);
        if (!number) co_return no(context, number.error());
        if (!range.contains(name) || *number < 0 || *number > size)
            co_return no(context, malformed_parameter(
                                     name, "Send after and upto, positions that are signed already."));
        range[name] = *number;
    }
    Response response = reply(200, plain, "");
    response.stream = std::make_unique<EntryLines>(ledger, range["after"], range["upto"]);
    co_return response;
}

}  // namespace

std::vector<Route> log_routes(Ledger& ledger)
{
    const auto with = [&ledger](auto handler) -> Handler {
        return [&ledger, handler](Context& context) { return handler(ledger, context); };
    };
    std::vector<Route> routes{
        {"GET", "/v1/log/key", {}, with(key)},
        {"GET", "/v1/log/checkpoint", {}, with(checkpoint)},
        {"GET", "/v1/log/consistency", {}, with(consistency)},
        {"GET", "/v1/log/entries", {regulator, auditor}, with(entry_lines)},
        {"GET", "/v1/log/receipts/{position}",
         {regulator, customs, logistics, auditor, firm}, with(receipt)}};
    // The index takes a segment for each three digits, a partial tile one more for its width.
    std::string pattern = "/v1/log/tile/{level}";
    for (const char* part : {"/{a}", "/{b}", "/{c}", "/{d}", "/{e}"})
        routes.push_back({"GET", pattern += part, {}, with(tile)});
    return routes;
}

}  // namespace chipledger
