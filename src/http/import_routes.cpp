#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>

#include "codec/json_profile.hpp"
#include "http/media.hpp"
#include "http/problem.hpp"
#include "http/writing.hpp"
#include "proof/hash.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;

constexpr std::size_t row_max = 64 * 1024;
constexpr std::size_t window_rows = 256;       // Rows that wait for the writer at once.
constexpr std::size_t piece_bytes = 4 << 20;   // A report up to this size comes as one piece.

/// Lines of a body, whatever the pieces it comes in.
class Lines {
public:
    explicit Lines(BodyReader& body) : body_{body} {}

    /// The next line without its end; one that is too long comes cut to row_max + 1 bytes.
    asio::awaitable<Result<std::optional<std::string>>> next()
    {
        while (true) {
            const std::size_t end = held_.find('\n', from_);
            if (end != std::string::npos) co_return std::optional{take(end, end + 1)};
            held_.erase(0, std::exchange(from_, 0));
            if (held_.size() > row_max) shorten();
            if (ended_ && held_.empty() && !long_) co_return std::optional<std::string>{};
            if (ended_) co_return std::optional{take(held_.size(), held_.size())};
            Result<std::optional<std::string>> piece = co_await body_.next();
            if (!piece) co_return piece.error();
            ended_ = !piece->has_value();
            if (!ended_) held_ += **piece;
        }
    }

private:
    std::string take(std::size_t end, std::size_t next)
    {
        std::string line = held_.substr(from_, end - from_);
        from_ = next;
        if (line.ends_with('\r')) line.pop_back();
        if (std::exchange(long_, false)) line.assign(row_max + 1, ' ');
        return line;
    }
    void shorten()
    {
        long_ = true;
        held_.clear();
    }

    BodyReader& body_;
    std::string held_{};
    std::size_t from_ = 0;
    bool ended_ = false, long_ = false;
};

/// A row, read: what to submit, or why not.
struct Row {
    std::int64_t number = 0;
    Result<Submission> submission = Refusal{};
    Answer answer{};
};

struct Tally {
    std::int64_t rows = 0, recorded = 0, refused = 0, replayed = 0;
};

Json report_of(const Row& row, Tally& tally)
{
    Json report{{"row", row.number}};
    const bool asked = bool(row.submission);
    tally.rows += 1;
    if (asked && row.answer.replayed) {
        report["replayed"] = true;
        tally.replayed += 1;
    }
    if (asked && row.answer.outcome) {
        report["status"] = 201;
        report["position"] = row.answer.outcome->first.number;
        if (!row.answer.replayed) tally.recorded += 1;
        return report;
    }
    report.update(to_problem(asked ? row.answer.outcome.error() : row.submission.error(), {}));
    report.erase("request_id");
    tally.refused += 1;
    return report;
}

/// Reads a window of rows, has them recorded in their order, reports, and goes on to the next.
class Import : public Stream {
public:
    Import(Ledger& ledger, const Context& context)
        : ledger_{ledger}, context_{context}, lines_{*context.body},
          key_{context.request.header("idempotency-key").value_or("")}
    {
    }

    asio::awaitable<std::optional<std::string>> next() override
    {
        if (ended_) co_return std::nullopt;
        std::string piece = tally_.rows == 0 ? R"({"results":[)" : "";
        while ((!done_ || held_) && piece.size() < piece_bytes) {
            std::vector<Row> rows = co_await read_window();
            co_await record(rows);
            for (Row& row : rows) {
                if (!row.answer.outcome)
                    row.answer.outcome =
                        co_await redacted(ledger_, context_, row.answer.outcome.error());
                if (tally_.rows > 0) piece += ',';
                piece +=
                    report_of(row, tally_).dump(-1, ' ', false, Json::error_handler_t::replace);
            }
        }
        ended_ = done_ && !held_;
        if (ended_)
            piece += R"(],"rows":)" + std::to_string(tally_.rows) + R"(,"recorded":)" +
                     std::to_string(tally_.recorded) + R"(,"refused":)" +
                     std::to_string(tally_.refused) + R"(,"replayed":)" +
                     std::to_string(tally_.replayed) + '}';
        co_return piece;
    }

private:
    asio::awaitable<std::vector<Row>> read_window()
    {
        std::vector<Row> rows;
        std::set<std::string> keys;
        if (held_) {
            keys.insert(held_->submission->key);
            rows.push_back(*std::exchange(held_, std::nullopt));
        }
        while (rows.size() < window_rows) {
            const Result<std::optional<std::string>> line = co_await lines_.next();
            // The framing is broken: what was reported so far holds, the rest was never read.
            if (!line) throw BrokenPromise{line.error().detail};
            done_ = !line->has_value();
            if (done_) break;
            ++number_;
            if ((*line)->find_first_not_of(" \t") == std::string::npos &&
                (*line)->size() <= row_max)
                continue;
            Row row{number_};
            row.submission = co_await read_row(**line);
            // A key that comes twice waits for its own answer.
            if (row.submission && !keys.insert(row.submission->key).second) {
                held_ = std::move(row);
                break;
            }
            rows.push_back(std::move(row));
        }
        co_return rows;
    }

    asio::awaitable<Result<Submission>> read_row(const std::string& line)
    {
        const Profile profile{.bytes_max = row_max, .caps_object = true};
        Result<Json> body = parse_profile(line, profile);
        if (!body) co_return body.error();
        Submission submission;
        submission.actor = actor_of(context_);
        submission.offices = context_.caller.offices;
        submission.body_hash = sha256(line);
        const auto own = body->find("idempotency_key");
        std::string key = key_.empty() ? "" : key_ + '/' + std::to_string(number_);
        if (own != body->end()) {
            if (!own->is_string())
                co_return Refusal{Code::malformed, "/idempotency_key", "Send a string."};
            key = own->get<std::string>();
            body->erase(own);
        }
        if (key.empty())
            co_return Refusal{Code::idempotency_key_required, "/idempotency_key",
                              "Give each row an idempotency_key, or the request an "
                              "Idempotency-Key that all rows are numbered under."};
        Result<std::string> good = read_key(key, "/idempotency_key");
        if (!good) co_return good.error();
        submission.key = std::move(*good);
        const std::vector<Json> events(1, std::move(*body));
        Result<std::vector<Proposal>> proposals =
            co_await read_proposals(ledger_, context_, events, false);
        if (!proposals) co_return proposals.error();
        submission.proposals = std::move(*proposals);
        if (std::holds_alternative<ApprovalAmended>(submission.proposals.front().data))
            co_return Refusal{Code::if_match_required, "/type",
                              "An import cannot send If-Match. Amend by POST /v1/events."};
        co_return submission;
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
    Lines lines_;
    std::string key_;
    std::int64_t number_ = 0;
    Tally tally_{};
    std::optional<Row> held_{};  ///< Belongs into the next window.
    bool done_ = false;   ///< The body has been read.
    bool ended_ = false;  ///< The report has been given.
};

asio::awaitable<Response> import(Ledger& ledger, Context& context)
{
    const Request& request = context.request;
    if (auto yes = may_record(context); !yes)
        co_return problem_reply(yes.error(), request.request_id);
    if (auto yes = takes(request, "application/x-ndjson"); !yes)
        co_return problem_reply(yes.error(), request.request_id);
    if (const auto key = request.header("idempotency-key"))
        if (const auto good = read_key(*key, "Idempotency-Key"); !good)
            co_return problem_reply(good.error(), request.request_id);
    Response response = reply(200, "application/json", "");
    response.stream = std::make_unique<Import>(ledger, context);
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
