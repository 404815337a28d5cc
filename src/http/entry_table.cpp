#include "http/entry_table.hpp"

#include <algorithm>

#include "codec/event_schema.hpp"
#include "http/stored_list.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;
using Found = StoredList::Found;

const std::vector<std::string> envelope{
    "position",        "type",         "occurred_at", "recorded_at", "actor.principal",
    "actor.role",      "actor.firm",   "confirmed_by.principal",     "confirmed_by.role",
    "confirmed_by.firm", "reason",     "documents",   "subjects",    "id",
    "v"};

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
