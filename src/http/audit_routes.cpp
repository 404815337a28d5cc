#include <future>

#include "codec/json_profile.hpp"
#include "http/audit_handlers.hpp"
#include "http/conditional.hpp"
#include "http/feed.hpp"
#include "http/media.hpp"
#include "http/read_routes.hpp"
#include "http/table_reply.hpp"
#include "views/difference.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;
using enum Role;

const std::vector<std::string> change_columns{"kind", "id", "figure", "from", "to"};
constexpr std::size_t serials_at_once = 100'000;

/// A difference as rows: a figure each, and a range of units each.
Json changes_of(const Json& difference, const std::vector<MovedUnits>& moves)
{
    Json rows = Json::array();
    for (const char* kind : {"approvals", "firms"})
        for (const auto& [id, figures] : difference[kind].items())
            for (const auto& [figure, change] : figures.items())
                rows.push_back({{"kind", kind},
                                {"id", id},
                                {"figure", figure},
                                {"from", change["from"]},
                                {"to", change["to"]}});
    const auto state = [](const std::optional<UnitState>& units) {
        return units ? Json(std::string{name_of(*units)}) : Json(nullptr);
    };
    for (const MovedUnits& moved : moves) {
        const Json range{{"batch", moved.batch.value}, {"from", moved.from}, {"to", moved.to}};
        rows.push_back({{"kind", "units"},
                        {"id", Json::array({range})},
                        {"figure", "state"},
                        {"from", state(moved.before)},
                        {"to", state(moved.after)}});
    }
    return rows;
}

/// The state at ?from or ?to: a position, or a recorded time.
asio::awaitable<Result<std::shared_ptr<const State>>> state_at(Ledger& ledger,
                                                               const Context& context,
                                                               const char* name)
{
    const std::string text = parameter(context, name);
    const std::string where = '?' + std::string{name};
    Position position;
    if (const auto time = parse_timestamp(text)) {
        const Result<Position> found = co_await ledger.position_at(time->at);
        if (!found) co_return found.error();
        position = *found;
    } else {
        const Result<std::int64_t> number = integer_of(name, text);
        if (!number || *number < 0 || *number > ledger.head()->position.number)
            co_return malformed(where, "Send from and to: positions, or RFC 3339 recorded times.");
        position = {*number};
    }
    co_return co_await ledger.at(position);
}

/// Nothing in it needs an escape: ids, states and figures.
std::string json_of(const std::vector<MovedUnits>& moves)
{
    const auto state = [](const std::optional<UnitState>& units) {
        return units ? '"' + std::string{name_of(*units)} + '"' : std::string{"null"};
    };
    std::string text;
    for (const MovedUnits& moved : moves) {
        text += text.empty() ? "{\"batch\":\"" : ",{\"batch\":\"";
        text += moved.batch.value;
        text += "\",\"from\":";
        text += std::to_string(moved.from);
        text += ",\"to\":";
        text += std::to_string(moved.to);
        text += ",\"before\":" + state(moved.before);
        text += ",\"after\":" + state(moved.after) + '}';
    }
    return text;
}

asio::awaitable<Response> diff(Ledger& ledger, Context& context)
{
    for (const auto& [name, value] : context.request.query)
        if (name != "from" && name != "to" && name != "format")
            co_return no(context, malformed_parameter(name, "There is no such parameter here."));
    const Result<Format> format = format_of(context.request);
    if (!format) co_return no(context, format.error());
    const Result<std::shared_ptr<const State>> from = co_await state_at(ledger, context, "from");
    if (!from) co_return no(context, from.error());
    const Result<std::shared_ptr<const State>> to = co_await state_at(ledger, context, "to");
    if (!to) co_return no(context, to.error());
    const std::int64_t first = (*from)->position.number, last = (*to)->position.number;
    if (first > last) co_return no(context, malformed("?from", "from comes before to."));
    Json body;
    std::vector<MovedUnits> moves;
    std::string text;
    const auto work = [&] {
        auto moved = std::async(std::launch::async, [&] { return moved_units(**from, **to); });
        body = differences(**from, **to);
        body["from"] = first;
        body["to"] = last;
        body["entries"] = last - first;
        moves = moved.get();
        if (*format == Format::json) text = with_list(body, "units", json_of(moves));
    };
    if (const Result<void> done = co_await ledger.aside(work); !done)
        co_return no(context, done.error());
    if (*format != Format::json)
        co_return table_reply(context, Moment{*to, true, {}}, *format,
                              {"diff-from-" + std::to_string(first), change_columns, true},
                              changes_of(body, moves));
    Response response = reply(200, "application/json", std::move(text));
    response.set("Cache-Control", "private, max-age=31536000, immutable");
    co_return with_etag(std::move(response),
                        "d" + std::to_string(first) + "-" + std::to_string(last), context.request);
}

/// Server-sent events: each entry with what it moved, from one position to another.
asio::awaitable<Response> replay(Ledger& ledger, Context& context)
{
    for (const auto& [name, value] : context.request.query)
        if (name != "from" && name != "to")
            co_return no(context, malformed_parameter(name, "Send from and to."));
    const auto head = ledger.head();
    std::shared_ptr<const State> from = std::make_shared<const State>(), to = head;
    if (context.request.parameter("from")) {
        const auto state = co_await state_at(ledger, context, "from");
        if (!state) co_return no(context, state.error());
        from = *state;
    }
    if (context.request.parameter("to")) {
        const auto state = co_await state_at(ledger, context, "to");
        if (!state) co_return no(context, state.error());
        to = *state;
    }
    EventFilter filter;
    filter.after = from->position;
    filter.upto = to->position;
    Response response = reply(200, "text/event-stream", "");
    response.set("Cache-Control", "no-store").set("X-Accel-Buffering", "no");
    response.stream = replay_feed(ledger, std::move(filter));
    co_return response;
}

/// The serials in scope: of a batch, of an approval's or a firm's units.
std::set<std::string> serials_in(const State& state, const Json& body)
{
    std::set<std::string> found;
    std::map<BatchId, Custody> custodies;
    for (const auto& item : state.serials) {
        const BatchId& batch = item.value.batch;
        if (!custodies.contains(batch)) custodies[batch] = state.custody_of(batch);
        const ApprovalId& approval = custodies[batch].at(item.value.number)->holding.approval;
        const bool counts =
            (!body.contains("batch") || body["batch"] == item.value.batch.value) &&
            (!body.contains("approval") || body["approval"] == approval.value) &&
            (!body.contains("firm") ||
             (!approval.empty() && body["firm"] == state.approvals.at(approval).terms->firm.value));
        if (counts) found.insert(item.key.value);
    }
    return found;
}

Result<std::set<std::string>> listed_in(const Json& body)
{
    std::set<std::string> listed;
    for (const auto& [name, value] : body.items())
        if (name != "serials" && name != "batch" && name != "approval" && name != "firm")
            return malformed('/' + name, "Send serials, and batch, approval or firm.");
    if (!body.contains("serials") || !body["serials"].is_array() ||
        body["serials"].size() > serials_at_once || body.size() < 2)
        return malformed("/serials", "Send a list of serials, and batch, approval or firm.");
    for (const Json& serial : body["serials"]) {
        if (!serial.is_string()) return malformed("/serials", "A serial is a string.");
        listed.insert(serial.get<std::string>());
    }
    return listed;
}

asio::awaitable<Response> reconcile(Ledger& ledger, Context& context)
{
    const Result<Moment> moment = co_await moment_of(ledger, context);
    if (!moment) co_return no(context, moment.error());
    if (auto yes = takes(context.request, "application/json"); !yes)
        co_return no(context, yes.error());
    const Result<Json> body = parse_profile(context.request.body, {.bytes_max = 8 << 20});
    if (!body) co_return no(context, body.error());
    const Result<std::set<std::string>> listed = listed_in(*body);
    if (!listed) co_return no(context, listed.error());
    const std::set<std::string> there = serials_in(*moment->state, *body);
    Json matched = Json::array(), missing = Json::array(), extra = Json::array();
    for (const std::string& serial : there)
        (listed->contains(serial) ? matched : missing).push_back(serial);
    for (const std::string& serial : *listed)
        if (!there.contains(serial))
            extra.push_back({{"serial", serial},
                             {"known", moment->state->serials.contains(SerialId{serial})}});
    co_return reply(200, "application/json",
                    Json{{"position", moment->state->position.number},
                         {"matched", std::move(matched)},
                         {"missing", std::move(missing)},
                         {"extra", std::move(extra)}}
                        .dump());
}

}  // namespace

std::vector<Route> audit_routes(Ledger& ledger)
{
    const auto with = [&ledger](auto handler) -> Handler {
        return [&ledger, handler](Context& context) { return handler(ledger, context); };
    };
    Route reconciling{"POST", "/v1/audit/reconcile", {regulator, auditor}, with(reconcile)};
    reconciling.body_max = 8 << 20;
    Route imagining{"POST", "/v1/audit/what-if", {regulator, auditor}, with(what_if)};
    imagining.takes_long = true;
    return {{"GET", "/v1/audit/explain", {regulator, auditor, admin, firm}, with(explain)},
            {"GET", "/v1/audit/diff", {regulator, auditor, admin}, with(diff)},
            {"GET", "/v1/audit/replay", {regulator, auditor, admin}, with(replay)},
            std::move(imagining),
            std::move(reconciling)};
}

}  // namespace chipledger
