#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>

#include "http/import_report.hpp"
#include "http/media.hpp"
#include "http/problem.hpp"
#include "http/writing.hpp"
#include "ledger/on_thread.hpp"
#include "proof/hash.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;

constexpr std::size_t window_rows = 256;       // Rows that wait for the writer at once.
constexpr std::size_t piece_bytes = 4 << 20;   // A report up to this size comes as one piece.
constexpr std::size_t sent_bytes = 64 * 1024;  // Of a file that is ready.

/// A row, read: what to submit, or why not.
struct Row {
    ImportRow source{};
    Result<Submission> submission = Refusal{};
    Answer answer{};
};

/// What the request says beside its rows.
struct ImportOptions {
    Format result{};
    bool dry_run = false;
    TableDefaults table{};
};

/// Reads a window of rows, has them recorded in their order, reports, and goes on to the next.
class Import : public Stream {
public:
    Import(Ledger& ledger, const Context& context, std::unique_ptr<ImportRows> rows,
           std::unique_ptr<ImportReport> report, bool dry_run)
        : ledger_{ledger}, context_{context}, rows_{std::move(rows)}, report_{std::move(report)},
          key_{context.request.header("idempotency-key").value_or("")}, dry_run_{dry_run}
    {
    }

    asio::awaitable<std::optional<std::string>> next() override
    {
        if (finished_) co_return rest();
        std::string piece;
        while ((!done_ || held_) && piece.size() < piece_bytes) {
            std::vector<Row> rows = co_await read_window();
            co_await record(rows);
            for (Row& row : rows) {
                if (!row.answer.outcome)
                    row.answer.outcome =
                        co_await redacted(ledger_, context_, row.answer.outcome.error());
                const std::string key = row.submission ? row.submission->key : std::string{};
                report_->add({row.source, row.answer, key, dry_run_});
            }
            piece += report_->take(std::string::npos);
        }
        if (done_ && !held_) {
            // A large workbook takes a second to pack; others are served meanwhile.
            const auto finish = [this] { report_->finish(); };
            co_await on_thread(worker_.emplace(1), finish);
            finished_ = true;
            piece += report_->take(sent_bytes);
        }
        co_return piece;
    }

private:
    std::optional<std::string> rest()
    {
        std::string piece = report_->take(sent_bytes);
        if (piece.empty()) return {};
        return piece;
    }

    asio::awaitable<std::vector<Row>> read_window()
    {
        std::vector<Row> rows;
        std::set<std::string> keys;
        if (held_) {
            keys.insert(held_->submission->key);
            rows.push_back(*std::exchange(held_, std::nullopt));
        }
        while (rows.size() < window_rows) {
            Result<std::optional<ImportRow>> source = co_await rows_->next();
            // The framing is broken: what was reported so far holds, the rest was never read.
            if (!source) throw BrokenPromise{source.error().detail};
            done_ = !source->has_value();
            if (done_) break;
            Row row{std::move(**source)};
            row.submission = co_await read_row(row.source);
            // A key that comes twice waits for its own answer.
            const bool keyed = row.submission && !row.submission->key.empty();
            if (keyed && !keys.insert(row.submission->key).second) {
                held_ = std::move(row);
                break;
            }
            rows.push_back(std::move(row));
        }
        co_return rows;
    }

    asio::awaitable<Result<Submission>> read_row(const ImportRow& row)
    {
        if (!row.body) co_return row.body.error();
        Json body = *row.body;
        Submission submission = submission_by(context_);
        submission.dry_run = dry_run_;
        submission.body_hash = sha256(row.bytes);
        Result<std::string> key = take_key(body, row.number);
        if (!key) co_return key.error();
        submission.key = std::move(*key);
        const std::vector<Json> events(1, std::move(body));
        Result<std::vector<Proposal>> proposals =
            co_await read_proposals(ledger_, context_, events, false);
        if (!proposals) co_return proposals.error();
        submission.proposals = std::move(*proposals);
        if (std::holds_alternative<ApprovalAmended>(submission.proposals.front().data))
            co_return Refusal{Code::if_match_required, "/type",
                              "An import cannot send If-Match. Amend by POST /v1/events."};
        co_return submission;
    }

    /// The row's own key, else its number under the request's; a dry run needs none.
    Result<std::string> take_key(Json& body, std::int64_t number) const
    {
        std::string key = key_.empty() ? "" : key_ + '/' + std::to_string(number);
        if (const auto own = body.find("idempotency_key"); own != body.end()) {
            if (!own->is_string())
                return Refusal{Code::malformed, "/idempotency_key", "Send a string."};
            key = own->get<std::string>();
            body.erase(own);
        }
        if (key.empty() && dry_run_) return key;
        if (key.empty())
            return Refusal{Code::idempotency_key_required, "/idempotency_key",
                           "Give each row an idempotency_key, or the request an "
                           "Idempotency-Key that all rows are numbered under."};
        return read_key(key, "/idempotency_key");
    }

    // All at once, so that they share commits; the queue keeps their order.
    asio::awaitable<void> record(std::vector<Row>& rows)
    {
        const auto executor = co_await asio::this_coro::executor;
        auto left = std::make_shared<std::size_t>(0);
        auto done = std::make_shared<asio::steady_timer>(executor);
        done->expires_at(asio::steady_timer::time_point::max());
        auto shared = std::make_shared<std::vector<Row>>(std::move(rows));
        for (std::size_t i = 0; i < shared->size(); ++i) {
            if (!(*shared)[i].submission) {
                (*shared)[i].answer.outcome = (*shared)[i].submission.error();
                continue;
            }
            ++*left;
            asio::co_spawn(executor, ledger_.submit(*(*shared)[i].submission),
                           [left, done, shared, i](std::exception_ptr failed, Answer answer) {
                               if (failed) answer.outcome = Refusal{Code::internal};
                               (*shared)[i].answer = std::move(answer);
                               if (--*left == 0) done->cancel();
                           });
        }
        if (*left > 0) {
            boost::system::error_code ignored;
            co_await done->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
        rows = std::move(*shared);
    }

    Ledger& ledger_;
    const Context context_;
    std::unique_ptr<ImportRows> rows_;
    std::unique_ptr<ImportReport> report_;
    std::string key_;
    bool dry_run_;
    std::optional<Row> held_{};  ///< Belongs into the next window.
    std::optional<asio::thread_pool> worker_{};
    bool done_ = false;      ///< The body has been read.
    bool finished_ = false;  ///< The report is whole.
};

/// text/csv may say more of itself (RFC 4180 §3); of its charsets, UTF-8 is taken.
bool is_csv(const Request& request)
{
    std::string given = lower(request.header("content-type").value_or(""));
    std::erase_if(given, [](char c) { return c == ' ' || c == '"'; });
    const std::size_t charset = given.find(";charset=");
    const std::string_view after = std::string_view{given}.substr(std::min(charset, given.size()));
    const bool utf8 = after.empty() || after == ";charset=utf-8" ||
                      after.starts_with(";charset=utf-8;");
    return (given == "text/csv" || given.starts_with("text/csv;")) && utf8;
}

Result<Format> result_of(const Request& request)
{
    const auto wanted = request.parameter("result");
    if (!wanted) {
        const Result<Format> liked = format_of(request);
        return liked && *liked == Format::ndjson ? Format::json : liked;
    }
    for (const Format format : {Format::json, Format::csv, Format::xlsx})
        if (*wanted == name_of(format)) return format;
    return Refusal{Code::malformed, "?result", "Send json, csv or xlsx."};
}

Result<ImportOptions> options_of(const Ledger& ledger, const Request& request)
{
    ImportOptions options;
    options.table.offset = to_string(ledger.head()->utc_offset);
    for (const auto& [name, value] : request.query) {
        if (name == "type") options.table.type = value;
        else if (name == "dry_run" && (value == "true" || value == "false"))
            options.dry_run = value == "true";
        else if (name == "dry_run")
            return malformed_parameter(name, "Send true or false.");
        else if (name != "result")
            return malformed_parameter(name, "There is no such parameter here.");
    }
    const Result<Format> result = result_of(request);
    if (!result) return result.error();
    options.result = *result;
    return options;
}

/// The rows, by what the body is said to be.
asio::awaitable<OpenedRows> open_rows(Context& context, TableDefaults defaults)
{
    const Request& request = context.request;
    if (has_type(request, "application/x-ndjson")) co_return ndjson_rows(*context.body);
    if (is_csv(request)) co_return co_await csv_rows(*context.body, std::move(defaults));
    if (has_type(request, media_type_of(Format::xlsx)))
        co_return co_await xlsx_rows(*context.body, std::move(defaults));
    co_return Refusal{.code = Code::unsupported_media_type,
                      .detail = "Send Content-Type: application/x-ndjson, text/csv, or " +
                                std::string{media_type_of(Format::xlsx)} + '.'};
}

asio::awaitable<Response> import(Ledger& ledger, Context& context)
{
    const Request& request = context.request;
    if (auto yes = may_record(context); !yes)
        co_return problem_reply(yes.error(), request.request_id);
    if (const auto key = request.header("idempotency-key"))
        if (const auto good = read_key(*key, "Idempotency-Key"); !good)
            co_return problem_reply(good.error(), request.request_id);
    Result<ImportOptions> options = options_of(ledger, request);
    if (!options) co_return problem_reply(options.error(), request.request_id);
    OpenedRows rows = co_await open_rows(context, std::move(options->table));
    if (!rows) co_return problem_reply(rows.error(), request.request_id);
    Response response = reply(200, media_type_of(options->result), "");
    std::unique_ptr<ImportReport> report = json_report();
    if (options->result != Format::json) {
        report = table_report(options->result, (*rows)->columns(), ledger.now());
        response.set("Content-Disposition", "attachment; filename=\"import-result." +
                                                std::string{name_of(options->result)} + '"');
    }
    response.stream = std::make_unique<Import>(ledger, context, std::move(*rows),
                                               std::move(report), options->dry_run);
    co_return response;
}

}  // namespace

std::vector<Route> import_routes(Ledger& ledger)
{
    const std::vector<Role> everyone{Role::regulator, Role::customs, Role::logistics,
                                     Role::firm,      Role::auditor, Role::admin};
    Route route{"POST", "/v1/imports", everyone,
                [&ledger](Context& context) { return import(ledger, context); }};
    route.streams_body = true;
    return {std::move(route)};
}

}  // namespace chipledger
