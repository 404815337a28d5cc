#include <charconv>

#include "codec/json_profile.hpp"
#include "codec/request_reader.hpp"
#include "domain/rulebook.hpp"
#include "http/conditional.hpp"
#include "http/media.hpp"
#include "http/problem.hpp"
#include "http/writing.hpp"
#include "proof/hash.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;

/// What the headers and the query say of a write.
Result<Submission> read_header(const Context& context)
{
    const Request& request = context.request;
    Submission submission = submission_by(context);
    submission.may_propose = true;
    if (auto yes = takes(request, "application/json"); !yes) return yes.error();
    for (const auto& [name, value] : request.query) {
        if (name != "dry_run") return malformed_parameter(name, "There is no such parameter here.");
        if (value != "true" && value != "false")
            return malformed_parameter(name, "Send true or false.");
        submission.dry_run = value == "true";
    }
    if (const auto key = request.header("idempotency-key")) {
        Result<std::string> good = read_key(*key, "Idempotency-Key");
        if (!good) return good.error();
        submission.key = std::move(*good);
    } else if (!submission.dry_run) {
        return Refusal{Code::idempotency_key_required, "Idempotency-Key",
                       "Make a key before you send, and send it again with every retry."};
    }
    submission.body_hash = sha256(request.body);
    return submission;
}

/// The version that a strong tag is of; none of any other tag, which then matches nothing.
std::optional<std::int64_t> version_in(std::string_view tag)
{
    std::int64_t version = 0;
    std::from_chars(tag.data() + 1, tag.data() + tag.size() - 1, version);
    if ('"' + std::to_string(version) + '"' != tag) return {};
    return version;
}

/// If-Match: "7", a list of tags, or * for whatever there is (RFC 9110 §13.1.1).
Result<void> read_if_match(const Context& context, Submission& submission)
{
    const auto header = context.request.header("if-match");
    if (!header) return {};
    if (*header == "*") {
        submission.if_match_any = true;
        return {};
    }
    const std::optional<std::vector<std::string_view>> tags = entity_tags(*header);
    if (!tags)
        return malformed("If-Match", "Send the ETag of the thing that the event is about, as in "
                                     "If-Match: \"7\", or *.");
    submission.if_match.emplace();
    for (const std::string_view tag : *tags)
        if (const auto version = version_in(tag)) submission.if_match->push_back(*version);
    return {};
}

/// The events of a body: itself, or its list.
Result<std::vector<Json>> events_in(Json body, bool& list)
{
    list = body.contains("events");
    if (!list) return std::vector<Json>{std::move(body)};
    for (const auto& [name, value] : body.items())
        if (name != "events")
            return malformed("/" + name, "Beside events there is no other member.");
    Json& events = body["events"];
    if (!events.is_array() || events.empty() || events.size() > events_max)
        return malformed("/events", "Send a list of 1 to 1000 events.");
    return std::vector<Json>(std::make_move_iterator(events.begin()),
                             std::make_move_iterator(events.end()));
}

// The role comes before the version (DESIGN §5), so it is judged here where one is asked for.
Result<void> needs_version(const Submission& submission)
{
    for (const Proposal& proposal : submission.proposals)
        if (std::holds_alternative<ApprovalAmended>(proposal.data)) {
            if (submission.if_match || submission.if_match_any) return {};
            if (auto yes = permitted(submission.actor, proposal.data); !yes) return yes;
            return Refusal{Code::if_match_required, "If-Match",
                           "Read the approval and send its ETag: nobody amends what they have "
                           "not read."};
        }
    return {};
}

/// Any body, by way of a tree of values.
asio::awaitable<Result<void>> read_body(Ledger& ledger, const Context& context,
                                        Submission& submission)
{
    const Profile profile{.bytes_max = body_limit, .caps_object = true};
    Result<Json> body = parse_profile(context.request.body, profile);
    if (!body) co_return body.error();
    const Result<std::vector<Json>> events = events_in(std::move(*body), submission.list);
    if (!events) co_return events.error();
    Result<std::vector<Proposal>> proposals =
        co_await read_proposals(ledger, context, *events, submission.list);
    if (!proposals) co_return proposals.error();
    submission.proposals = std::move(*proposals);
    co_return Result<void>{};
}

asio::awaitable<Result<Submission>> read_submission(Ledger& ledger, const Context& context)
{
    if (auto yes = may_record(context); !yes) co_return yes.error();
    Result<Submission> submission = read_header(context);
    if (!submission) co_return submission.error();
    if (auto yes = read_if_match(context, *submission); !yes) co_return yes.error();
    if (std::optional<ProposedEvents> plain = read_requests(context.request.body)) {
        submission->proposals = std::move(plain->proposals);
        submission->list = plain->list;
    } else if (auto read = co_await read_body(ledger, context, *submission); !read) {
        co_return read.error();
    }
    if (auto yes = needs_version(*submission); !yes) co_return yes.error();
    co_return submission;
}

Response recorded_reply(const Recorded& recorded, bool dry_run)
{
    if (!recorded.proposal.empty()) {
        Response proposed = reply(202, "application/json",
                                  Json{{"proposal", recorded.proposal}, {"status", "open"}}.dump());
        proposed.set("Location", "/v1/proposals/" + recorded.proposal);
        return proposed;
    }
    if (recorded.entries.empty())
        return reply(200, "application/json", R"({"status":"declined"})");
    const std::string position = std::to_string(recorded.first.number);
    std::string body = R"({"position":)" + position + R"(,"count":)" +
                       std::to_string(recorded.entries.size());
    if (dry_run) body += R"(,"dry_run":true)";
    if (recorded.needs_confirmation) body += R"(,"needs_confirmation":true)";
    body += R"(,"events":[)";
    for (const std::string& entry : recorded.entries) {
        if (body.back() == '}') body += ',';
        body += entry;
    }
    Response response = reply(dry_run ? 200 : 201, "application/json", body + "]}");
    response.set("ETag", '"' + std::to_string(recorded.version) + '"');
    if (!dry_run) response.set("Location", "/v1/events/" + position);
    return response;
}

asio::awaitable<Response> record(Ledger& ledger, Context& context)
{
    Result<Submission> submission = co_await read_submission(ledger, context);
    if (!submission) co_return problem_reply(submission.error(), context.request.request_id);
    const bool dry_run = submission->dry_run;
    Answer answer = co_await ledger.submit(std::move(*submission));
    if (!answer.outcome) {
        Refusal refusal = co_await redacted(ledger, context, answer.outcome.error());
        answer.outcome = std::move(refusal);
    }
    co_return answer_reply(context, answer, dry_run);
}

}  // namespace

Response answer_reply(const Context& context, const Answer& answer, bool dry_run)
{
    Response response = answer.outcome
                            ? recorded_reply(*answer.outcome, dry_run)
                            : problem_reply(answer.outcome.error(), context.request.request_id);
    if (answer.replayed) response.set("Idempotent-Replayed", "true");
    return response;
}

std::vector<Route> event_write_routes(Ledger& ledger)
{
    const std::vector<Role> everyone{Role::regulator, Role::customs, Role::logistics,
                                     Role::firm,      Role::auditor, Role::admin};
    return {{"POST", "/v1/events", everyone,
             [&ledger](Context& context) { return record(ledger, context); }}};
}

}  // namespace chipledger
