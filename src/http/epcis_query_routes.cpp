#include <charconv>

#include "epcis/event.hpp"
#include "epcis/terms.hpp"
#include "http/epcis.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;
using enum Role;

const std::vector<Role> readers{regulator, customs, logistics, auditor, firm};

constexpr std::size_t page_entries = 500;
constexpr std::size_t looked_at_max = 20'000;  // Entries for one page; the next goes on from there.

Response epcis_no(const Context& context, const Refusal& refusal)
{
    return epcis_problem_reply(refusal, context.request.request_id);
}

/// Where a page ends: all events up to entry `after`, and `given` of those of the entry behind it.
struct Bookmark {
    Position after{};
    std::size_t given = 0;
};

Result<Bookmark> bookmark_of(const std::string& token)
{
    if (token.empty()) return Bookmark{};
    const std::string text = from_cursor(token).value_or("");
    const char* const end = text.data() + text.size();
    Bookmark bookmark;
    const auto [dot, first] = std::from_chars(text.data(), end, bookmark.after.number);
    const bool dotted = first == std::errc{} && dot != end && *dot == '.';
    const auto [last, second] =
        dotted ? std::from_chars(dot + 1, end, bookmark.given) : std::from_chars_result{end, first};
    if (dotted && second == std::errc{} && last == end && bookmark.after.number >= 0)
        return bookmark;
    return Refusal{Code::malformed, "?nextPageToken", "Send the token of an answer's Link."};
}

std::string token_of(const Bookmark& bookmark)
{
    return to_cursor(std::to_string(bookmark.after.number) + '.' + std::to_string(bookmark.given));
}

/// Collects the events of a page, entry by entry.
class Page {
public:
    Page(Ledger& ledger, Viewer viewer, epcis::Query query, Bookmark from)
        : ledger_{ledger}, viewer_{std::move(viewer)}, query_{std::move(query)}, at_{from}
    {
    }

    asio::awaitable<Result<void>> read()
    {
        EventFilter filter = filter_of();
        for (std::size_t looked_at = 0; looked_at < looked_at_max && !full_;) {
            filter.after = at_.after;
            const Result<std::vector<StoredEntry>> found = co_await ledger_.list(filter);
            if (!found) co_return found.error();
            for (const StoredEntry& stored : *found) {
                if (const Result<void> yes = co_await take(stored); !yes) co_return yes;
                if (full_) co_return Result<void>{};
            }
            looked_at += found->size();
            if (found->size() < page_entries) {
                done_ = true;
                break;
            }
        }
        co_return Result<void>{};
    }

    Json take_events() { return std::move(events_); }
    /// Where the next page begins, unless this is the last.
    std::optional<Bookmark> next() const
    {
        if (done_) return {};
        return at_;
    }

private:
    EventFilter filter_of() const
    {
        const std::shared_ptr<const State> head = ledger_.head();
        EventFilter filter;
        filter.upto = head->position;
        filter.limit = page_entries;
        filter.types = query_.entry_types();
        filter.recorded_from = query_.recorded_from;
        if (query_.recorded_before)
            filter.recorded_to = *query_.recorded_before - std::chrono::microseconds{1};
        if (const auto batch = query_.batch()) filter.subject = SubjectFilter{"batch", *batch};
        show_only(filter, viewer_, *head);
        return filter;
    }

    asio::awaitable<Result<void>> take(const StoredEntry& stored)
    {
        Result<Event> entry = decode(stored.bytes);
        ensure(bool(entry), "what is stored can be read");
        const Result<std::vector<Event>> chain =
            co_await epcis_chain(ledger_, viewer_, std::move(*entry));
        if (!chain) co_return chain.error();
        std::vector<Json> events;
        if (!chain->empty()) events = epcis::to_events(*chain);
        std::erase_if(events, [&](const Json& event) { return !query_.matches(event); });
        for (std::size_t i = at_.given; i < events.size(); ++i) {
            if (events_.size() == query_.per_page) {
                full_ = true;
                co_return Result<void>{};
            }
            events_.push_back(std::move(events[i]));
            at_.given = i + 1;
        }
        at_ = {stored.position, 0};
        co_return Result<void>{};
    }

    Ledger& ledger_;
    Viewer viewer_;
    epcis::Query query_;
    Bookmark at_;
    Json events_ = Json::array();
    bool full_ = false;  ///< There is another event, and no place for it.
    bool done_ = false;
};

/// Link (RFC 8288), with the name that EPCIS has for a cursor.
std::string link_of(const Request& request, const Bookmark& next)
{
    Request plain;
    plain.path = request.path;
    for (const auto& parameter : request.query)
        if (parameter.first != "nextPageToken") plain.query.push_back(parameter);
    std::string link = next_link(plain, token_of(next));
    const std::string_view cursor = "?cursor=";
    return link.replace(link.find(cursor), cursor.size(), "?nextPageToken=");
}

asio::awaitable<Response> events(Ledger& ledger, Context& context)
{
    if (auto yes = speaks_epcis(context.request); !yes) co_return epcis_no(context, yes.error());
    Result<epcis::Query> query = epcis::read_query(context.request.query);
    if (!query) co_return epcis_no(context, query.error());
    const Result<Bookmark> from = bookmark_of(query->next_page);
    if (!from) co_return epcis_no(context, from.error());
    Page page{ledger, viewer_of(context), std::move(*query), *from};
    const Result<void> read = co_await page.read();
    if (!read) co_return epcis_no(context, read.error());
    Response response =
        epcis_reply(200, epcis::query_document(page.take_events(), ledger.now()).dump());
    if (const auto next = page.next()) response.set("Link", link_of(context.request, *next));
    co_return response;
}

asio::awaitable<Response> list_types(Context& context)
{
    if (auto yes = speaks_epcis(context.request); !yes) co_return epcis_no(context, yes.error());
    Json types = Json::array();
    for (const epcis::Term& term : epcis::terms())
        if (const Json type = std::string{term.event};
            std::find(types.begin(), types.end(), type) == types.end())
            types.push_back(type);
    const Json body{{"@context", epcis::context_of_answers()},
                    {"type", "Collection"},
                    {"member", std::move(types)}};
    co_return epcis_reply(200, body.dump());
}

}  // namespace

std::vector<Route> epcis_query_routes(Ledger& ledger)
{
    const std::string base{epcis_base};
    return {{"GET", base + "/events", readers,
             [&ledger](Context& context) { return events(ledger, context); }},
            {"GET", base + "/eventTypes", readers, list_types}};
}

}  // namespace chipledger
