#include "http/table_reply.hpp"

#include "codec/table_writer.hpp"
#include "http/conditional.hpp"
#include "ledger/on_thread.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;
using Rows = std::optional<std::vector<Json>>;

constexpr std::size_t piece_max = 64 * 1024;

/// All at once; the list is bounded by whoever made it.
class WholeRows : public RowSource {
public:
    explicit WholeRows(Json rows) : rows_(std::move(rows)) {}
    asio::awaitable<Rows> next() override
    {
        if (std::exchange(given_, true)) co_return std::nullopt;
        co_return std::vector<Json>(rows_.begin(), rows_.end());
    }
    void rewind() override { given_ = false; }

private:
    Json rows_;
    bool given_ = false;
};

class JsonLines : public Stream {
public:
    explicit JsonLines(std::unique_ptr<RowSource> rows) : rows_{std::move(rows)} {}
    asio::awaitable<std::optional<std::string>> next() override
    {
        const Rows rows = co_await rows_->next();
        if (!rows) co_return std::nullopt;
        std::string piece;
        for (const Json& row : *rows) piece += row.dump() + '\n';
        co_return piece;
    }

private:
    std::unique_ptr<RowSource> rows_;
};

/// Looks through the rows for their columns, where these are not known, and then writes them.
class TableStream : public Stream {
public:
    TableStream(Format format, TableAbout about, Time made, std::unique_ptr<RowSource> rows)
        : format_{format}, about_{std::move(about)}, made_{made}, columns_{about_.first},
          rows_{std::move(rows)}
    {
        if (about_.complete) begin();
    }

    asio::awaitable<std::optional<std::string>> next() override
    {
        if (finished_) co_return rest();
        const Rows rows = co_await rows_->next();
        if (!writer_ && rows) {
            for (const Json& row : *rows) columns_.see(row);
            co_return std::string{};
        }
        if (!writer_) {
            rows_->rewind();
            begin();
            co_return std::string{};
        }
        if (!rows) {
            // A large sheet takes a second to pack; others are served meanwhile.
            const auto finish = [this] { writer_->finish(); };
            co_await on_thread(worker_.emplace(1), finish);
            finished_ = true;
            co_return std::string{};
        }
        for (const Json& row : *rows) writer_->row(cells_of(row, names_));
        co_return writer_->take(std::string::npos);
    }

private:
    void begin()
    {
        names_ = columns_.names();
        writer_ = format_ == Format::csv ? csv_writer(names_)
                                         : xlsx_writer(names_, about_.name, made_);
    }
    std::optional<std::string> rest()
    {
        std::string piece = writer_->take(piece_max);
        if (piece.empty()) return {};
        return piece;
    }

    Format format_;
    TableAbout about_;
    Time made_;
    Columns columns_;
    std::vector<std::string> names_{};
    std::unique_ptr<TableWriter> writer_{};
    std::unique_ptr<RowSource> rows_;
    std::optional<asio::thread_pool> worker_{};
    bool finished_ = false;
};

}  // namespace

Response table_reply(const Context& context, const Moment& moment, Format format,
                     TableAbout about, std::unique_ptr<RowSource> rows)
{
    const std::string position = std::to_string(moment.state->position.number);
    Response response = reply(200, media_type_of(format), "");
    response.set("Cache-Control", cache_of(moment)).set("Vary", "Accept");
    response.set("Ledger-Position", position);
    response.set("Content-Disposition", "attachment; filename=\"" + about.name + "-at-" +
                                            position + '.' + std::string{name_of(format)} + '"');
    if (format == Format::ndjson)
        response.stream = std::make_unique<JsonLines>(std::move(rows));
    else
        response.stream = std::make_unique<TableStream>(
            format, std::move(about), moment.state->recorded_at, std::move(rows));
    response =
        with_etag(std::move(response), etag_of(moment) + '-' + std::string{name_of(format)},
                  context.request);
    if (response.status == 304) response.stream.reset();
    return response;
}

Response table_reply(const Context& context, const Moment& moment, Format format,
                     TableAbout about, Json rows)
{
    return table_reply(context, moment, format, std::move(about),
                       std::make_unique<WholeRows>(std::move(rows)));
}

}  // namespace chipledger
