#include "epcis/event.hpp"
#include "http/epcis.hpp"
#include "http/target.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;

constexpr std::size_t chain_max = 8;      // Corrections of corrections.
constexpr std::size_t page_entries = 500;
constexpr std::size_t looked_at_max = 20'000;
constexpr std::string_view uuid_urn = "urn:uuid:";

asio::awaitable<Result<std::optional<Event>>> entry_at(Ledger& ledger, Viewer viewer,
                                                       Position position)
{
    const std::shared_ptr<const State> head = ledger.head();
    EventFilter filter;
    filter.after = Position{position.number - 1};
    filter.upto = std::min(position, head->position);
    filter.limit = 1;
    show_only(filter, viewer, *head);
    const Result<std::vector<StoredEntry>> found = co_await ledger.list(std::move(filter));
    if (!found) co_return found.error();
    if (found->empty()) co_return std::optional<Event>{};
    Result<Event> event = decode(found->front().bytes);
    ensure(bool(event), "what is stored can be read");
    co_return std::optional{std::move(*event)};
}

/// A UUID of version 7 begins with the millisecond that its entry was recorded in (RFC 9562 §5.7).
std::optional<Time> recorded_in(std::string_view event_id)
{
    if (!event_id.starts_with(uuid_urn) || event_id.size() != uuid_urn.size() + 36) return {};
    std::int64_t millis = 0;
    const std::string_view uuid = event_id.substr(uuid_urn.size());
    if (uuid[14] != '7') return {};
    for (const char c : uuid.substr(0, 13)) {
        if (c == '-') continue;
        const std::size_t digit = std::string_view{"0123456789abcdef"}.find(c);
        if (digit == std::string_view::npos) return {};
        millis = millis * 16 + static_cast<std::int64_t>(digit);
    }
    return Time{std::chrono::milliseconds{millis}};
}

bool wants_json(std::string_view accept)
{
    for (const char* good : {"application/json", "application/ld+json", "application/*", "*/*"})
        if (accept.find(good) != std::string_view::npos) return true;
    return false;
}

}  // namespace

Result<void> speaks_epcis(const Request& request)
{
    const auto no = [](std::string detail) {
        return Refusal{.code = Code::not_acceptable, .detail = std::move(detail)};
    };
    const auto accept = request.header("accept");
    if (accept && !accept->empty() && !wants_json(lower(*accept)))
        return no("This is to be had as application/json, which is JSON-LD.");
    for (const char* name : {"gs1-epcis-version", "gs1-cbv-version"}) {
        const auto version = request.header(name);
        if (version && *version != "2.0.0" && *version != "2.0" && *version != "2")
            return no("This speaks EPCIS 2.0.0 and CBV 2.0.0.");
    }
    return {};
}

Response epcis_reply(int status, std::string body)
{
    Response response;
    // Nothing is no JSON: a client that trusts the type would try to read it.
    if (!body.empty()) response = reply(status, "application/json", std::move(body));
    response.status = status;
    response.set("GS1-EPCIS-Version", "2.0.0").set("GS1-CBV-Version", "2.0.0");
    response.set("GS1-Extensions", "chipledger=https://chipledger.example/epcis/");
    response.set("Cache-Control", "private, no-cache");
    return response;
}

asio::awaitable<Result<std::vector<Event>>> epcis_chain(Ledger& ledger, Viewer viewer, Event entry)
{
    std::vector<Event> chain;
    chain.push_back(std::move(entry));
    while (chain.size() <= chain_max) {
        const Position target = epcis::target_of(chain.back());
        if (target < Position{1}) co_return chain;
        Result<std::optional<Event>> next = co_await entry_at(ledger, viewer, target);
        if (!next) co_return next.error();
        if (!*next) break;
        chain.push_back(std::move(**next));
    }
    co_return std::vector<Event>{};
}

// The ledger's own ids lead to their entry; those of clients are looked for from the newest on.
asio::awaitable<Result<std::optional<epcis::Declared>>> epcis_event(Ledger& ledger, Viewer viewer,
                                                                    std::string event_id)
{
    const std::shared_ptr<const State> head = ledger.head();
    for (const bool by_time : {true, false}) {
        EventFilter filter;
        filter.upto = head->position;
        filter.descending = true;
        filter.limit = page_entries;
        show_only(filter, viewer, *head);
        if (by_time) {
            filter.recorded_from = recorded_in(event_id);
            if (!filter.recorded_from) continue;
            filter.recorded_to = *filter.recorded_from + std::chrono::microseconds{999};
        }
        for (std::size_t looked_at = 0; looked_at < looked_at_max; looked_at += page_entries) {
            const Result<std::vector<StoredEntry>> page = co_await ledger.list(filter);
            if (!page) co_return page.error();
            if (page->empty()) break;
            for (const StoredEntry& stored : *page) {
                Result<Event> entry = decode(stored.bytes);
                ensure(bool(entry), "what is stored can be read");
                if (epcis::event_id_of(*entry) != event_id) continue;
                const Position position = entry->position;
                const Result<std::vector<Event>> chain =
                    co_await epcis_chain(ledger, viewer, std::move(*entry));
                if (!chain) co_return chain.error();
                Json stated = epcis::stated_event(*chain);
                if (stated.is_null()) continue;
                co_return std::optional{epcis::Declared{position.number, std::move(stated)}};
            }
            filter.after = page->back().position;
        }
    }
    co_return std::optional<epcis::Declared>{};
}

}  // namespace chipledger
