#include "codec/json_profile.hpp"
#include "http/media.hpp"
#include "http/problem.hpp"
#include "http/reading.hpp"
#include "http/writing.hpp"
#include "proof/hash.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;
using enum Role;

constexpr std::size_t reason_max = 2'000;

Refusal unknown()
{
    return {.code = Code::unknown_proposal, .detail = "Check the number."};
}

/// Regulator and auditor see all; others those of their own role, a firm its own.
bool may_see(const Caller& caller, const Json& proposal)
{
    if (caller.role == regulator || caller.role == auditor) return true;
    if (proposal["role"] != std::string{name_of(caller.role)}) return false;
    return caller.role != firm || proposal["firm"] == caller.firm->value;
}

Json proposal_view(const ProposalRow& row)
{
    const Json text = Json::parse(row.text);
    Json view{{"proposal", text["id"]},
              {"status", "open"},
              {"actor",
               {{"principal", text["principal"]}, {"role", text["role"]}, {"firm", text["firm"]}}},
              {"proposed_at", text["proposed_at"]},
              {"events", text["events"]}};
    if (row.decision.empty()) return view;
    const Json decision = Json::parse(row.decision);
    view["status"] = decision["decision"];
    view["decided_by"] = decision["decided_by"];
    if (decision["reason"] != "") view["reason"] = decision["reason"];
    if (row.first > Position{}) {
        view["position"] = row.first.number;
        view["count"] = row.count;
    }
    return view;
}

asio::awaitable<Response> list(Ledger& ledger, Context& context)
{
    const Result<std::vector<ProposalRow>> rows = co_await ledger.proposals({});
    if (!rows) co_return no(context, rows.error());
    Json data = Json::array();
    for (const ProposalRow& row : *rows)
        if (row.decision.empty() && may_see(context.caller, Json::parse(row.text)))
            data.push_back(proposal_view(row));
    co_return reply(200, "application/json", Json{{"data", std::move(data)}}.dump());
}

asio::awaitable<Result<ProposalRow>> visible(Ledger& ledger, Context& context)
{
    const Result<std::vector<ProposalRow>> rows =
        co_await ledger.proposals(context.params.at("proposal"));
    if (!rows) co_return rows.error();
    if (rows->empty() || !may_see(context.caller, Json::parse(rows->front().text)))
        co_return unknown();
    co_return rows->front();
}

asio::awaitable<Response> one(Ledger& ledger, Context& context)
{
    const Result<ProposalRow> row = co_await visible(ledger, context);
    if (!row) co_return no(context, row.error());
    co_return reply(200, "application/json", proposal_view(*row).dump());
}

/// {} or {"reason":…}.
Result<std::string> reason_in(const Request& request)
{
    if (request.body.empty()) return std::string{};
    if (auto yes = takes(request, "application/json"); !yes) return yes.error();
    const Result<Json> body = parse_profile(request.body);
    if (!body) return body.error();
    for (const auto& [name, value] : body->items())
        if (name != "reason" || !value.is_string() || value.get<std::string>().size() > reason_max)
            return Refusal{Code::malformed, "/" + name, "Send {} or {\"reason\":\"…\"}."};
    return body->value("reason", std::string{});
}

asio::awaitable<Response> decide(Ledger& ledger, Context& context, Decision decision)
{
    if (auto yes = may_record(context); !yes) co_return no(context, yes.error());
    const Result<ProposalRow> row = co_await visible(ledger, context);
    if (!row) co_return no(context, row.error());
    Submission submission = submission_by(context);
    submission.decides = context.params.at("proposal");
    submission.decision = decision;
    submission.body_hash = sha256(context.request.path + '\n' + context.request.body);
    const auto key = context.request.header("idempotency-key");
    if (!key)
        co_return no(context, {Code::idempotency_key_required, "Idempotency-Key",
                               "Make a key before you send, and send it again with every retry."});
    const Result<std::string> good = read_key(*key, "Idempotency-Key");
    if (!good) co_return no(context, good.error());
    submission.key = *good;
    const Result<std::string> reason = reason_in(context.request);
    if (!reason) co_return no(context, reason.error());
    submission.decision_reason = *reason;
    const Answer answer = co_await ledger.submit(std::move(submission));
    co_return answer_reply(context, answer, false);
}

}  // namespace

std::vector<Route> proposal_routes(Ledger& ledger)
{
    const std::vector<Role> readers{regulator, customs, logistics, firm, auditor};
    const std::vector<Role> deciders{regulator, customs, logistics, firm};
    return {{"GET", "/v1/proposals", readers,
             [&ledger](Context& context) { return list(ledger, context); }},
            {"GET", "/v1/proposals/{proposal}", readers,
             [&ledger](Context& context) { return one(ledger, context); }},
            {"POST", "/v1/proposals/{proposal}/confirm", deciders,
             [&ledger](Context& context) { return decide(ledger, context, Decision::confirm); }},
            {"POST", "/v1/proposals/{proposal}/decline", deciders,
             [&ledger](Context& context) { return decide(ledger, context, Decision::decline); }}};
}

}  // namespace chipledger
