#include "ledger/proposals.hpp"

#include "domain/rulebook.hpp"
#include "proof/base64.hpp"
#include "proof/hash.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::size_t id_length = 24;

}  // namespace

std::string proposal_id(const Submission& submission)
{
    return to_hex(sha256(submission.actor.principal + '\n' + submission.key)).substr(0, id_length);
}

std::string proposal_text(const Submission& submission, Time now)
{
    const Actor& actor = submission.actor;
    Json events = Json::array();
    for (const Proposal& proposal : submission.proposals) events.push_back(to_json(proposal));
    Json text{{"id", proposal_id(submission)},
              {"principal", actor.principal},
              {"role", std::string{name_of(actor.role)}},
              {"firm", actor.firm ? Json(actor.firm->value) : Json(nullptr)},
              {"offices", submission.offices},
              {"proposed_at", to_string(now)},
              {"list", submission.list},
              {"events", std::move(events)}};
    if (submission.if_match) text["if_match"] = *submission.if_match;
    return text.dump();
}

Submission submission_of(const std::string& proposal_text)
{
    const Json text = Json::parse(proposal_text);
    Submission submission;
    submission.actor.principal = text["principal"].get<std::string>();
    submission.actor.role = role_named(text["role"].get<std::string>()).value();
    if (!text["firm"].is_null()) submission.actor.firm = FirmId{text["firm"].get<std::string>()};
    submission.offices = text["offices"].get<std::vector<std::string>>();
    submission.list = text["list"].get<bool>();
    if (text.contains("if_match")) {
        const Json& versions = text["if_match"];  // One number, once.
        submission.if_match = versions.is_array() ? versions.get<std::vector<std::int64_t>>()
                                                  : std::vector{versions.get<std::int64_t>()};
    }
    for (const Json& event : text["events"]) {
        Result<Proposal> proposal = read_proposal(event, {});
        ensure(bool(proposal), "what was proposed can be read");
        submission.proposals.push_back(std::move(*proposal));
    }
    return submission;
}

CommandRow decision_of(const Submission& deciding, const Result<Recorded>& outcome)
{
    const bool confirmed = deciding.decision == Decision::confirm;
    const Json answer{{"decision", confirmed ? "confirmed" : "declined"},
                      {"decided_by", deciding.actor.principal},
                      {"reason", deciding.decision_reason}};
    return {decisions,          deciding.decides, deciding.body_hash,
            confirmed ? 201 : 200, outcome->first, std::ssize(outcome->entries),
            answer.dump()};
}

std::optional<Refusal> may_not_decide(const Actor& actor, const Submission& proposed)
{
    if (actor.principal == proposed.actor.principal)
        return Refusal{.code = Code::forbidden_role,
                       .detail = "Nobody decides their own proposal. Ask a second principal."};
    for (const Proposal& proposal : proposed.proposals)
        if (auto yes = permitted(actor, proposal.data); !yes) return yes.error();
    return {};
}

}  // namespace chipledger
