#include <charconv>

#include "http/epcis.hpp"
#include "http/media.hpp"
#include "http/writing.hpp"
#include "proof/base64.hpp"
#include "proof/hash.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;
using enum Role;

constexpr std::size_t digits = 32;

Response epcis_no(const Context& context, const Refusal& refusal)
{
    const bool id_in_path = context.request.method != "POST";
    return epcis_problem_reply(refusal, context.request.request_id, id_in_path);
}

/// A capture job. Its answers are those to idempotency keys of the ledger: one for a job that is
/// all or nothing, one for each entry of a job that proceeds. Its id says which, so that nothing
/// but the ledger's own table of answers has to be kept.
struct Job {
    std::string name{};       ///< Hexadecimal, made of the key or of the document.
    std::size_t entries = 0;  ///< Of a job that proceeds; 0: all or nothing.

    std::string id() const
    {
        return entries == 0 ? "r" + name : "p" + name + '-' + std::to_string(entries);
    }
    std::string key(std::size_t entry) const
    {
        return "epcis/" + (entries == 0 ? id() : "p" + name + '/' + std::to_string(entry));
    }
    std::size_t answers() const { return std::max<std::size_t>(entries, 1); }
};

std::optional<Job> job_of(const std::string& id)
{
    Job job;
    const bool proceeds = id.starts_with('p');
    if (!proceeds && !id.starts_with('r')) return {};
    job.name = id.substr(1, digits);
    if (job.name.size() != digits ||
        job.name.find_first_not_of("0123456789abcdef") != std::string::npos)
        return {};
    const std::string rest = id.substr(1 + digits);
    if (!proceeds) return rest.empty() ? std::optional{job} : std::nullopt;
    const char* const end = rest.data() + rest.size();
    if (!rest.starts_with('-')) return {};
    const auto [at, failed] = std::from_chars(rest.data() + 1, end, job.entries);
    const bool good =
        failed == std::errc{} && at == end && job.entries >= 1 && job.entries <= events_max;
    return good && job.id() == id ? std::optional{job} : std::nullopt;
}

Result<bool> proceeds(const Request& request)
{
    const auto wanted = request.header("gs1-capture-error-behaviour");
    if (!wanted || *wanted == "rollback") return false;
    if (*wanted == "proceed") return true;
    return Refusal{Code::malformed, "GS1-Capture-Error-Behaviour", "Send rollback or proceed."};
}

/// Without a key the document is its own: sent again, it is captured once.
Result<std::string> name_of_job(const Request& request)
{
    const auto key = request.header("idempotency-key");
    if (!key) return to_hex(sha256("document\n" + request.body)).substr(0, digits);
    const Result<std::string> good = read_key(*key, "Idempotency-Key");
    if (!good) return good.error();
    return to_hex(sha256("key\n" + *good)).substr(0, digits);
}

/// What is to be captured, and where in the document each entry comes from.
struct Capture {
    Job job{};
    std::vector<Proposal> proposals{};
};

asio::awaitable<Result<std::vector<epcis::Proposed>>> proposed_in(Ledger& ledger,
                                                                  const Context& context)
{
    const Result<std::vector<epcis::Said>> said = epcis::read_document(context.request.body);
    if (!said) co_return said.error();
    std::map<std::string, epcis::Declared> targets;
    for (const epcis::Said& one : *said) {
        if (!one.declared || targets.contains(one.id)) continue;
        Result<std::optional<epcis::Declared>> target =
            co_await epcis_event(ledger, viewer_of(context), one.id);
        if (!target) co_return target.error();
        if (*target) targets.emplace(one.id, std::move(**target));
    }
    co_return epcis::proposals_of(*said, targets);
}

Result<void> may_capture(const Context& context)
{
    if (auto yes = may_record(context); !yes) return yes;
    const Request& request = context.request;
    if (!has_type(request, "application/ld+json"))
        if (auto yes = takes(request, "application/json"); !yes) return yes;
    if (!request.query.empty())
        return malformed_parameter(request.query.front().first, "There is no such parameter here.");
    return speaks_epcis(request);
}

asio::awaitable<Result<Capture>> read_capture(Ledger& ledger, const Context& context)
{
    if (auto yes = may_capture(context); !yes) co_return yes.error();
    const Result<bool> greedy = proceeds(context.request);
    if (!greedy) co_return greedy.error();
    const Result<std::string> name = name_of_job(context.request);
    if (!name) co_return name.error();
    const Result<std::vector<epcis::Proposed>> proposed = co_await proposed_in(ledger, context);
    if (!proposed) co_return proposed.error();
    Capture capture{{*name, *greedy ? proposed->size() : 0}, {}};
    for (const epcis::Proposed& one : *proposed) {
        const std::vector<Json> events(1, one.event);
        Result<std::vector<Proposal>> proposal =
            co_await read_proposals(ledger, context, events, false);
        if (!proposal) {
            Refusal refusal = proposal.error();
            refusal.param = one.pointer;  // The member's own pointer is one of our form of it.
            co_return refusal;
        }
        capture.proposals.push_back(std::move(proposal->front()));
    }
    co_return capture;
}

/// What ends the request, and not the job alone.
bool is_answer_to_request(const Refusal& refusal)
{
    return kind_of(refusal.code).status >= 500 || refusal.code == Code::idempotency_key_reused ||
           refusal.code == Code::idempotency_key_in_use;
}

asio::awaitable<Response> capture(Ledger& ledger, Context& context)
{
    Result<Capture> read = co_await read_capture(ledger, context);
    if (!read) co_return epcis_no(context, read.error());
    Capture& wanted = *read;
    bool replayed = true;
    for (std::size_t i = 0; i < wanted.job.answers(); ++i) {
        Submission submission = submission_by(context);
        submission.may_propose = true;
        submission.key = wanted.job.key(i);
        submission.body_hash = sha256(context.request.body);
        submission.list = wanted.job.entries == 0;
        if (submission.list)
            submission.proposals = std::move(wanted.proposals);
        else
            submission.proposals.push_back(std::move(wanted.proposals[i]));
        const Answer answer = co_await ledger.submit(std::move(submission));
        replayed = replayed && answer.replayed;
        if (!answer.outcome && is_answer_to_request(answer.outcome.error()))
            co_return epcis_no(context, answer.outcome.error());
    }
    Response response = epcis_reply(202, "");
    response.set("Location", std::string{epcis_base} + "/capture/" + wanted.job.id());
    if (replayed) response.set("Idempotent-Replayed", "true");
    co_return response;
}

/// The state of a job, as its answers are gathered.
struct Progress {
    bool running = false;
    std::string created{};
    std::string finished{};
    Json errors = Json::array();
};

/// A proposal under dual control is an entry that still waits; declined, it is an error.
asio::awaitable<Result<void>> add_proposal(Ledger& ledger, std::string id, Progress& progress)
{
    const Result<std::vector<ProposalRow>> rows = co_await ledger.proposals(id);
    if (!rows) co_return rows.error();
    ensure(!rows->empty(), "an answer names its proposal");
    const std::string& decision = rows->front().decision;
    if (decision.empty()) {
        progress.running = true;
    } else if (Json::parse(decision)["decision"] != "confirmed") {
        const Refusal declined{.code = Code::confirmation_needed,
                               .detail = "A second principal has declined it."};
        progress.errors.push_back(to_epcis_problem(declined, {}));
    }
    co_return Result<void>{};
}

asio::awaitable<Result<void>> add_answer(Ledger& ledger, const Context& context, Answer answer,
                                         Progress& progress)
{
    if (!answer.outcome) {
        const Refusal refusal = co_await redacted(ledger, context, answer.outcome.error());
        Json error = to_epcis_problem(refusal, {});
        error.erase("request_id");
        progress.errors.push_back(std::move(error));
        co_return Result<void>{};
    }
    const Recorded& recorded = *answer.outcome;
    if (!recorded.proposal.empty())
        co_return co_await add_proposal(ledger, recorded.proposal, progress);
    progress.finished = Json::parse(recorded.entries.back())["recorded_at"].get<std::string>();
    if (progress.created.empty()) progress.created = progress.finished;
    co_return Result<void>{};
}

Json job_view(const Job& job, const Progress& progress)
{
    Json view{{"captureID", job.id()},
              {"running", progress.running},
              {"success", progress.errors.empty()},
              {"captureErrorBehaviour", job.entries == 0 ? "rollback" : "proceed"},
              {"errors", progress.errors}};
    if (!progress.created.empty()) view["createdAt"] = progress.created;
    if (!progress.finished.empty() && !progress.running) view["finishedAt"] = progress.finished;
    return view;
}

asio::awaitable<Response> job(Ledger& ledger, Answers& answers, Context& context)
{
    if (auto yes = speaks_epcis(context.request); !yes) co_return epcis_no(context, yes.error());
    const Refusal unknown{.code = Code::unknown_entry,
                          .detail = "You have no capture job of this id."};
    const std::optional<Job> wanted = job_of(context.params.at("capture"));
    if (!wanted) co_return epcis_no(context, unknown);
    Progress progress;
    for (std::size_t i = 0; i < wanted->answers(); ++i) {
        Result<std::optional<Answer>> answer =
            co_await answers.find(context.caller.principal, wanted->key(i));
        if (!answer) co_return epcis_no(context, answer.error());
        if (!*answer && i == 0) co_return epcis_no(context, unknown);
        if (!*answer) {  // Cut off in between: the same request goes on where it ended.
            progress.running = true;
            break;
        }
        const Result<void> added =
            co_await add_answer(ledger, context, std::move(**answer), progress);
        if (!added) co_return epcis_no(context, added.error());
    }
    co_return epcis_reply(200, job_view(*wanted, progress).dump());
}

}  // namespace

std::vector<Route> epcis_capture_routes(Ledger& ledger, Answers& answers)
{
    const std::vector<Role> everyone{regulator, customs, logistics, firm, auditor, admin};
    const std::vector<Role> recorders{regulator, customs, logistics, firm};
    const std::string base{epcis_base};
    return {{"POST", base + "/capture", everyone,
             [&ledger](Context& context) { return capture(ledger, context); }},
            {"GET", base + "/capture/{capture}", recorders,
             [&ledger, &answers](Context& context) { return job(ledger, answers, context); }}};
}

}  // namespace chipledger
