#include "http/entry_table.hpp"

#include <algorithm>

#include "codec/event_schema.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;
using Found = std::optional<std::vector<StoredEntry>>;

constexpr std::size_t entries_at_once = 500;
const std::vector<std::string> envelope{
    "position",        "type",         "occurred_at", "recorded_at", "actor.principal",
    "actor.role",      "actor.firm",   "confirmed_by.principal",     "confirmed_by.role",
    "confirmed_by.firm", "reason",     "documents",   "subjects",    "id",
    "v"};

/// What a filter finds, up to its limit, a few at a time.
class StoredList {
public:
    StoredList(Ledger& ledger, EventFilter filter) : ledger_{ledger}, filter_{std::move(filter)} {}

    asio::awaitable<Found> next()
    {
        if (filter_.limit == 0) co_return std::nullopt;
        EventFilter filter = filter_;
        filter.limit = std::min(filter.limit, entries_at_once);
        const std::size_t wanted = filter.limit;
        Result<std::vector<StoredEntry>> found = co_await ledger_.list(std::move(filter));
        if (!found) throw BrokenPromise{"the store is away"};
        if (found->empty()) co_return std::nullopt;
        filter_.after = found->back().position;
        filter_.limit = found->size() < wanted ? 0 : filter_.limit - found->size();
        co_return std::move(*found);
    }

private:
    Ledger& ledger_;
    EventFilter filter_;
};

class EntryLines : public Stream {
public:
    explicit EntryLines(StoredList entries) : entries_{std::move(entries)} {}
    asio::awaitable<std::optional<std::string>> next() override
    {
        const Found found = co_await entries_.next();
        if (!found) co_return std::nullopt;
        std::string piece;
        for (const StoredEntry& entry : *found) piece += entry.bytes + '\n';
        co_return piece;
    }

private:
    StoredList entries_;
};

class EntryRows : public RowSource {
public:
    explicit EntryRows(StoredList entries) : begin_{entries}, entries_{std::move(entries)} {}
    asio::awaitable<std::optional<std::vector<Json>>> next() override
    {
        const Found found = co_await entries_->next();
        if (!found) co_return std::nullopt;
        std::vector<Json> rows;
        for (const StoredEntry& entry : *found) rows.push_back(row_of(entry));
        co_return rows;
    }
    void rewind() override { entries_.emplace(begin_); }

private:
    // "batch:B01 batch:B02" says more to people than a list of objects does.
    static Json row_of(const StoredEntry& entry)
    {
        Json row = Json::parse(entry.bytes);
        Json subjects = Json::array();
        for (const Json& subject : row["subjects"])
            subjects.push_back(subject["kind"].get<std::string>() + ':' +
                               subject["id"].get<std::string>());
        row["subjects"] = std::move(subjects);
        // Members of a condition or of a replacement are no columns: their names are not ours.
        for (auto& [name, value] : row["data"].items())
            if (value.is_object()) value = value.dump();
        return row;
    }

    StoredList begin_;
    std::optional<StoredList> entries_;
};

TableAbout about_of(const EventFilter& filter)
{
    TableAbout about{"events", envelope, true};
    for (const EventInfo& info : catalogue()) {
        if (!filter.types.empty() &&
            std::ranges::find(filter.types, info.type) == filter.types.end())
            continue;
        for (const MemberInfo& member : info.members)
            if (std::string path = "data." + member.name;
                std::ranges::find(about.first, path) == about.first.end())
                about.first.push_back(std::move(path));
    }
    return about;
}

/// The last position of the page, where the list goes on after it.
asio::awaitable<Result<Position>> cut_of(Ledger& ledger, EventFilter filter)
{
    const Position whole;
    const auto most = static_cast<std::int64_t>(filter.limit);
    // No more entries than positions: mostly nothing needs to be counted.
    if (!filter.descending && filter.upto.number - filter.after.number <= most) co_return whole;
    if (filter.descending && filter.upto.number <= most) co_return whole;
    const std::size_t limit = filter.limit++;
    StoredList entries{ledger, std::move(filter)};
    Position last;
    for (std::size_t seen = 0; const Found found = co_await entries.next();) {
        if (seen + found->size() > limit) {
            if (limit > seen) last = (*found)[limit - seen - 1].position;
            co_return last;
        }
        seen += found->size();
        last = found->back().position;
    }
    co_return whole;
}

}  // namespace

asio::awaitable<Result<Response>> entry_table(Ledger& ledger, const Context& context,
                                              const Moment& moment, Format format,
                                              EventFilter filter)
{
    const Result<Position> cut = co_await cut_of(ledger, filter);
    if (!cut) co_return cut.error();
    TableAbout about = about_of(filter);
    StoredList entries{ledger, std::move(filter)};
    Response response =
        table_reply(context, moment, format, std::move(about),
                    std::make_unique<EntryRows>(entries));
    if (format == Format::ndjson && response.stream)
        response.stream = std::make_unique<EntryLines>(std::move(entries));
    if (*cut > Position{})
        response.set("Link", next_link(context.request, to_cursor(std::to_string(cut->number))));
    co_return response;
}

}  // namespace chipledger
