#include "codec/event_json.hpp"
#include "codec/event_schema.hpp"
#include "domain/rulebook.hpp"
#include "http/cloud_event.hpp"
#include "http/conditional.hpp"
#include "http/entry_filter.hpp"
#include "http/entry_table.hpp"
#include "http/feed.hpp"
#include "http/problem.hpp"
#include "http/read_routes.hpp"
#include "http/reading.hpp"
#include "ledger/entry.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;
using enum Role;

Result<EventFilter> filter_of(Ledger& ledger, const Context& context)
{
    Result<EventFilter> filter = read_event_filter(context.request.query);
    if (filter) show_only(*filter, viewer_of(context), *ledger.head());
    return filter;
}

/// The stored bytes, spliced: parsing and printing them again would cost, and could differ.
std::string list_body(const std::vector<StoredEntry>& entries, bool more, const std::string& cursor,
                      const State& state)
{
    std::string body = R"({"data":[)";
    for (const StoredEntry& entry : entries) {
        if (body.back() == '}') body += ',';
        body += entry.bytes;
    }
    body += R"(],"has_more":)";
    body += more ? R"(true,"next":")" + cursor + '"' : std::string{R"(false,"next":null)"};
    return body + R"(,"position":)" + std::to_string(state.position.number) +
           R"(,"recorded_at":")" + to_string(state.recorded_at) + "\"}";
}

CloudSource source_of(Ledger& ledger, const Request& request)
{
    return cloud_source(checkpoint_origin(*ledger.head()), base_of(request));
}

/// What a list of entries was asked for.
struct Listing {
    bool cloud_events = false;
    Format format{};
    Moment moment{};
    EventFilter filter{};
};

asio::awaitable<Result<Listing>> listing_of(Ledger& ledger, Context& context)
{
    const std::vector<std::string_view> known{"type",        "subject",       "actor",
                                              "order",       "recorded_from", "recorded_to",
                                              "occurred_to", "occurred_from", "limit",
                                              "cursor",      "format"};
    const bool cloud_events = wants_cloud_events(context.request, cloud_events_type);
    const Result<Format> format = cloud_events ? Format::json : format_of(context.request);
    if (!format) co_return format.error();
    Result<Moment> moment = co_await moment_of(ledger, context, known);
    if (!moment) co_return moment.error();
    Result<EventFilter> filter = filter_of(ledger, context);
    if (!filter) co_return filter.error();
    const Result<Page> page = page_of(context.request, *format);
    if (!page) co_return page.error();
    if (!page->after.empty()) {
        const Result<std::int64_t> after = integer_of("cursor", page->after);
        if (!after) co_return after.error();
        filter->after = Position{*after};
    }
    filter->upto = moment->state->position;
    if (moment->effective_at)
        filter->occurred_to = std::min(filter->occurred_to.value_or(*moment->effective_at),
                                       *moment->effective_at);
    filter->limit = page->limit;
    co_return Listing{cloud_events, *format, std::move(*moment), std::move(*filter)};
}

asio::awaitable<Response> entries(Ledger& ledger, Context& context)
{
    Result<Listing> listing = co_await listing_of(ledger, context);
    if (!listing) co_return no(context, listing.error());
    const Moment& moment = listing->moment;
    if (listing->format != Format::json) {
        Result<Response> table = co_await entry_table(ledger, context, moment, listing->format,
                                                      std::move(listing->filter));
        if (!table) co_return no(context, table.error());
        co_return std::move(*table);
    }
    const std::size_t limit = listing->filter.limit++;
    Result<std::vector<StoredEntry>> found = co_await ledger.list(std::move(listing->filter));
    if (!found) co_return no(context, found.error());
    const bool more = found->size() > limit;
    if (more) found->pop_back();
    const std::string cursor =
        more ? to_cursor(std::to_string(found->back().position.number)) : std::string{};
    Response response =
        listing->cloud_events
            ? reply(200, cloud_events_type,
                    to_cloud_events(source_of(ledger, context.request), *found))
            : reply(200, "application/json", list_body(*found, more, cursor, *moment.state));
    response.set("Cache-Control", cache_of(moment)).set("Vary", "Accept");
    if (more) response.set("Link", next_link(context.request, cursor));
    const std::string form = listing->cloud_events ? "-cloudevents" : "";
    co_return with_etag(std::move(response), etag_of(moment) + form, context.request);
}

/// Whether this is to be a CloudEvent; malformed for a ?format that is neither that nor json.
Result<bool> in_cloud_form(const Request& request, std::string_view type)
{
    const auto format = request.parameter("format");
    if (format && *format != "json" && *format != "cloudevents")
        return malformed_parameter("format", "Send json or cloudevents.");
    return wants_cloud_events(request, type);
}

asio::awaitable<Response> entry(Ledger& ledger, Context& context)
{
    const Refusal unknown{.code = Code::unknown_entry, .detail = "Check the position."};
    const std::vector<std::string_view> known{"format"};
    const Result<Moment> moment = co_await moment_of(ledger, context, known);
    if (!moment) co_return no(context, moment.error());
    const Result<bool> cloud_event = in_cloud_form(context.request, cloud_event_type);
    if (!cloud_event) co_return no(context, cloud_event.error());
    const Result<std::int64_t> number = integer_of("position", context.params.at("position"));
    if (!number || *number < 1 || *number > moment->state->position.number)
        co_return no(context, unknown);
    Result<EventFilter> filter = filter_of(ledger, context);
    if (!filter) co_return no(context, filter.error());
    filter->after = Position{*number - 1};
    filter->upto = Position{*number};
    filter->limit = 1;
    Result<std::vector<StoredEntry>> found = co_await ledger.list(std::move(*filter));
    if (!found) co_return no(context, found.error());
    if (found->empty()) co_return no(context, unknown);
    Response response =
        *cloud_event ? reply(200, cloud_event_type,
                             to_cloud_event(source_of(ledger, context.request), found->front()))
                     : reply(200, "application/json", std::move(found->front().bytes));
    response.set("Cache-Control", "private, max-age=31536000, immutable").set("Vary", "Accept");
    const std::string form = *cloud_event ? "-cloudevents" : "";
    co_return with_etag(std::move(response), "e" + std::to_string(*number) + form,
                        context.request);
}

asio::awaitable<Response> feed(Ledger& ledger, Context& context)
{
    const Request& request = context.request;
    for (const auto& [name, value] : request.query)
        if (name != "after" && name != "type" && name != "subject" && name != "format")
            co_return no(context, malformed_parameter(name, "There is no such parameter here."));
    const Result<bool> cloud_events = in_cloud_form(request, cloud_event_type);
    if (!cloud_events) co_return no(context, cloud_events.error());
    Result<EventFilter> filter = filter_of(ledger, context);
    if (!filter) co_return no(context, filter.error());
    filter->after = ledger.head()->position;
    // What a browser saw last, when it comes back by itself, wins over the address it came to.
    auto after = request.header("last-event-id");
    if (!after || after->empty()) after = request.parameter("after");
    if (after) {
        const Result<std::int64_t> number = integer_of("after", *after);
        if (!number || *number < 0 || *number > filter->after.number)
            co_return no(context, malformed_parameter("after", "Send the position of the last entry seen."));
        filter->after = Position{*number};
    }
    Response response = reply(200, "text/event-stream", "");
    response.set("Cache-Control", "no-store").set("X-Accel-Buffering", "no");
    EntryForm form;
    if (*cloud_events)
        form = [source = source_of(ledger, request)](const StoredEntry& entry) {
            return to_cloud_event(source, entry);
        };
    response.stream = entry_feed(ledger, std::move(*filter), std::move(form));
    co_return response;
}

Json event_type(const EventInfo& info)
{
    Json members = Json::array(), roles = Json::array();
    for (const MemberInfo& member : info.members)
        members.push_back({{"name", member.name},
                           {"required", member.required},
                           {"schema", member.schema}});
    for (const Role role : roles_of(info.type)) roles.push_back(std::string{name_of(role)});
    const std::string type{info.type};
    return {{"type", type},
            {"about", std::string{info.about}},
            {"roles", std::move(roles)},
            {"members", std::move(members)},
            {"schema", "/api/events/" + type + ".json"}};
}

asio::awaitable<Response> types(Context&)
{
    static const std::string body = [] {
        Json data = Json::array();
        for (const EventInfo& info : catalogue()) data.push_back(event_type(info));
        return Json{{"data", std::move(data)}}.dump();
    }();
    co_return reply(200, "application/json", body);
}

}  // namespace

std::vector<Route> entry_routes(Ledger& ledger)
{
    const auto with = [&ledger](auto handler) -> Handler {
        return [&ledger, handler](Context& context) { return handler(ledger, context); };
    };
    return {{"GET", "/v1/events", entry_readers, with(entries)},
            {"GET", "/v1/events/{position}", entry_readers, with(entry)},
            {"GET", "/v1/events/stream", entry_readers, with(feed)},
            {"GET", "/v1/event-types", {}, types}};
}

}  // namespace chipledger
