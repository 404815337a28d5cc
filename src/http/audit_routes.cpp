#include "codec/json_profile.hpp"
#include "domain/rulebook.hpp"
#include "http/conditional.hpp"
#include "http/feed.hpp"
#include "http/media.hpp"
#include "http/problem.hpp"
#include "http/read_routes.hpp"
#include "http/reading.hpp"
#include "http/table_reply.hpp"
#include "views/audit.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;
using enum Role;

const std::vector<std::string> term_columns{"position", "type", "amount", "why"};
const std::vector<std::string> change_columns{"kind", "id", "figure", "from", "to"};
constexpr std::size_t changes_max = 1'000;
constexpr std::size_t serials_at_once = 100'000;

Response no(const Context& context, const Refusal& refusal)
{
    return problem_reply(refusal, context.request.request_id, true);
}

Refusal malformed(std::string param, std::string detail)
{
    return {Code::malformed, std::move(param), std::move(detail)};
}

std::string parameter(const Context& context, const char* name)
{
    return std::string{context.request.parameter(name).value_or("")};
}

/// The number that is asked for, and its terms.
struct Explained {
    std::int64_t value = 0;
    std::vector<Term> terms{};
};

Result<Explained> explain_approval(const Context& context, const State& state)
{
    const ApprovalId id{parameter(context, "approval")};
    const Approval* approval = state.approvals.find(id);
    if (!approval || !may_see_approval(viewer_of(context), state, id))
        return Refusal{Code::unknown_approval, "?approval", "Check the number."};
    const auto bucket = bucket_named(parameter(context, "bucket"));
    if (!bucket)
        return malformed("?bucket", "Send granted, available, reserved, drawn, forfeited or "
                                    "carried_out.");
    return Explained{approval->balance.*bucket, explain_bucket(state, id, bucket)};
}

Result<Explained> explain_firm(const Context& context, const State& state)
{
    const FirmId id{parameter(context, "firm")};
    if (!state.firms.contains(id) || !may_see_firm(viewer_of(context), id))
        return Refusal{Code::unknown_firm, "?firm", "Check the number."};
    if (const std::string period = parameter(context, "exposure"); !period.empty())
        return Explained{exposure(state, id, Period{period}),
                         explain_exposure(state, id, Period{period})};
    UnitState units{};
    const std::string name = parameter(context, "state");
    if (!boost::describe::enum_from_string(name.c_str(), units))
        return malformed("?state", "Send a state of units, as in state=cleared, or exposure=PERIOD.");
    return Explained{units_of(state, id)[units], explain_units(state, id, units)};
}

asio::awaitable<Response> explain(Ledger& ledger, Context& context)
{
    const std::vector<std::string_view> known{std::string_view{"approval"}, "bucket", "firm",
                                              "state", "exposure", "format"};
    const Result<Format> format = format_of(context.request);
    if (!format) co_return no(context, format.error());
    const Result<Moment> moment = co_await moment_of(ledger, context, known);
    if (!moment) co_return no(context, moment.error());
    const bool of_approval = context.request.parameter("approval").has_value();
    if (of_approval == context.request.parameter("firm").has_value())
        co_return no(context, malformed("?approval", "Send approval and bucket, firm and state, or "
                                                     "firm and exposure."));
    const Result<Explained> explained = of_approval ? explain_approval(context, *moment->state)
                                                    : explain_firm(context, *moment->state);
    if (!explained) co_return no(context, explained.error());
    std::vector<Position> positions;
    for (const Term& term : explained->terms) positions.push_back(term.entry);
    const Result<std::map<Position, std::string>> types =
        co_await ledger.types(std::move(positions));
    if (!types) co_return no(context, types.error());
    Json terms = Json::array();
    for (const Term& term : explained->terms)
        terms.push_back({{"position", term.entry.number},
                         {"type", types->at(term.entry)},
                         {"amount", term.amount},
                         {"why", term.why}});
    if (*format != Format::json)
        co_return table_reply(context, *moment, *format, {"explain", term_columns, true},
                              std::move(terms));
    co_return view_reply(context, *moment,
                         {{"value", explained->value}, {"terms", std::move(terms)}});
}

/// A difference as rows: a figure each, and a range of units each.
Json changes_of(const Json& difference)
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
    for (const Json& moved : difference["units"]) {
        const Json range{{"batch", moved["batch"]}, {"from", moved["from"]}, {"to", moved["to"]}};
        rows.push_back({{"kind", "units"},
                        {"id", Json::array({range})},
                        {"figure", "state"},
                        {"from", moved["before"]},
                        {"to", moved["after"]}});
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

asio::awaitable<Response> diff(Ledger& ledger, Context& context)
{
    for (const auto& [name, value] : context.request.query)
        if (name != "from" && name != "to" && name != "format")
            co_return no(context, malformed('?' + name, "There is no such parameter here."));
    const Result<Format> format = format_of(context.request);
    if (!format) co_return no(context, format.error());
    const Result<std::shared_ptr<const State>> from = co_await state_at(ledger, context, "from");
    if (!from) co_return no(context, from.error());
    const Result<std::shared_ptr<const State>> to = co_await state_at(ledger, context, "to");
    if (!to) co_return no(context, to.error());
    const std::int64_t first = (*from)->position.number, last = (*to)->position.number;
    if (first > last) co_return no(context, malformed("?from", "from comes before to."));
    Json body = differences(**from, **to);
    body["from"] = first;
    body["to"] = last;
    body["units"] = moved_units(**from, **to);
    body["entries"] = last - first;
    if (*format != Format::json)
        co_return table_reply(context, Moment{*to, true, {}}, *format,
                              {"diff-from-" + std::to_string(first), change_columns, true},
                              changes_of(body));
    Response response = reply(200, "application/json", body.dump());
    response.set("Cache-Control", "private, max-age=31536000, immutable");
    co_return with_etag(std::move(response),
                        "d" + std::to_string(first) + "-" + std::to_string(last), context.request);
}

/// Server-sent events: each entry with what it moved, from one position to another.
asio::awaitable<Response> replay(Ledger& ledger, Context& context)
{
    for (const auto& [name, value] : context.request.query)
        if (name != "from" && name != "to")
            co_return no(context, malformed('?' + name, "Send from and to."));
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

/// A position in a hypothesis: 1 (or 0, to add after) to the head.
Result<Position> position_in(const Json& value, const std::string& param, Position least,
                             Position head)
{
    if (!value.is_number_integer() || value.get<std::int64_t>() < least.number ||
        value.get<std::int64_t>() > head.number)
        return malformed(param, "Send the position of an entry, " + std::to_string(least.number) +
                                    " to " + std::to_string(head.number) + ".");
    return Position{value.get<std::int64_t>()};
}

/// Reads the body of a what-if; the types of replaced entries come from the log.
class Reading {
public:
    Reading(Ledger& ledger, Position head) : ledger_{ledger}, head_{head} {}

    asio::awaitable<Result<Hypothesis>> read(Json body)
    {
        if (!body.is_object()) co_return malformed("", "Send remove, replace and add.");
        std::size_t changes = 0;
        for (const auto& [name, value] : body.items()) {
            if ((name != "remove" && name != "replace" && name != "add") || !value.is_array())
                co_return malformed('/' + name, "Send lists: remove, replace and add.");
            changes += value.size();
        }
        if (changes > changes_max) co_return malformed("", "Change at most 1000 entries at once.");
        const Json none = Json::array();
        if (auto good = remove(body.value("remove", none)); !good) co_return good.error();
        if (auto good = add(body.value("add", none)); !good) co_return good.error();
        const Json replace = body.value("replace", none);
        std::vector<Position> positions;
        for (std::size_t i = 0; i < replace.size(); ++i) {
            const std::string param = "/replace/" + std::to_string(i);
            if (!replace[i].is_object() || !replace[i].contains("data") || replace[i].size() != 2)
                co_return malformed(param, "Send position and data.");
            const auto position =
                position_in(replace[i].value("position", Json{}), param + "/position", {2}, head_);
            if (!position) co_return position.error();
            positions.push_back(*position);
        }
        const Result<std::map<Position, std::string>> types = co_await ledger_.types(positions);
        if (!types) co_return types.error();
        for (std::size_t i = 0; i < replace.size(); ++i)
            if (auto good = replace_one(positions[i], types->at(positions[i]), replace[i]["data"],
                                        "/replace/" + std::to_string(i));
                !good)
                co_return good.error();
        co_return hypothesis_;
    }

private:
    Result<void> remove(const Json& list)
    {
        for (std::size_t i = 0; i < list.size(); ++i) {
            const auto position =
                position_in(list[i], "/remove/" + std::to_string(i), {2}, head_);
            if (!position) return position.error();
            hypothesis_.removed.insert(*position);
        }
        return {};
    }

    Result<void> add(const Json& list)
    {
        for (std::size_t i = 0; i < list.size(); ++i) {
            const std::string param = "/add/" + std::to_string(i);
            Json event = list[i];
            if (!event.is_object()) return malformed(param, "Send after, type, occurred_at, data.");
            const auto after = position_in(event.value("after", Json{}), param + "/after", {1}, head_);
            if (!after) return after.error();
            event.erase("after");
            Result<Proposal> proposal = read_proposal(event, param);
            if (!proposal) return proposal.error();
            if (auto good = usual(type_name(proposal->data), param + "/type"); !good) return good;
            hypothesis_.added.emplace(*after, std::move(*proposal));
        }
        return {};
    }

    Result<void> replace_one(Position position, const std::string& type, const Json& data,
                             const std::string& param)
    {
        if (auto good = usual(type, param + "/position"); !good) return good;
        Result<Proposal> proposal = read_proposal({{"type", type}, {"data", data}}, param);
        if (!proposal) return proposal.error();
        if (!proposal->wanted.empty())
            return malformed(param + "/data/units", "Name the units: from and to, not a count.");
        hypothesis_.replaced[position] = std::move(proposal->data);
        return {};
    }

    static Result<void> usual(std::string_view type, const std::string& param)
    {
        if (type != "EventCorrected" && type != "EventVoided" && type != "LedgerOpened") return {};
        return malformed(param, "Corrections can be removed; change their targets themselves.");
    }

    Ledger& ledger_;
    Position head_;
    Hypothesis hypothesis_{};
};

Json refused_json(const std::vector<Refused>& refused)
{
    Json list = Json::array();
    for (const Refused& one : refused)
        list.push_back({{"position", one.entry.number},
                        {"type", one.type},
                        {"code", std::string{kind_of(one.refusal.code).slug}},
                        {"detail", one.refusal.detail}});
    return list;
}

asio::awaitable<Response> what_if(Ledger& ledger, Context& context)
{
    const Request& request = context.request;
    if (auto yes = takes(request, "application/json"); !yes) co_return no(context, yes.error());
    const Result<Moment> moment = co_await moment_of(ledger, context);
    if (!moment) co_return no(context, moment.error());
    if (moment->effective_at)
        co_return no(context, malformed("?effective_at", "A what-if has as_of alone."));
    Result<Json> body = parse_profile(request.body, {.bytes_max = body_limit, .caps_object = true});
    if (!body) co_return no(context, body.error());
    const Position position = moment->state->position;
    Reading reading{ledger, position};
    Result<Hypothesis> hypothesis = co_await reading.read(std::move(*body));
    if (!hypothesis) co_return no(context, hypothesis.error());
    const Result<Hypothetical> hypothetical =
        co_await ledger.imagine(position, std::move(*hypothesis));
    if (!hypothetical) co_return no(context, hypothetical.error());
    const Json answer{{"position", position.number},
                      {"refused", refused_json(hypothetical->refused)},
                      {"differences", differences(*moment->state, hypothetical->state)}};
    co_return reply(200, "application/json", answer.dump());
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
    return {{"GET", "/v1/audit/explain", {regulator, auditor, firm}, with(explain)},
            {"GET", "/v1/audit/diff", {regulator, auditor}, with(diff)},
            {"GET", "/v1/audit/replay", {regulator, auditor}, with(replay)},
            {"POST", "/v1/audit/what-if", {regulator, auditor}, with(what_if)},
            std::move(reconciling)};
}

}  // namespace chipledger
