#include "codec/request_reader.hpp"

#include "codec/json_profile.hpp"
#include "fuzz/fuzz.hpp"

namespace chipledger::fuzz {

namespace {

using Json = nlohmann::json;

constexpr std::size_t body_max = 1 << 20;

bool same(const Proposal& one, const Proposal& other)
{
    const auto same_count = [](const Wanted& a, const Wanted& b) {
        return a.batch == b.batch && a.count == b.count;
    };
    return one.data == other.data && one.occurred_at == other.occurred_at &&
           one.reason == other.reason && one.documents == other.documents &&
           std::ranges::equal(one.wanted, other.wanted, same_count);
}

/// By way of a tree of values, as POST /v1/events does where the direct reader is silent.
Result<ProposedEvents> read_slowly(std::string_view body)
{
    const Result<Json> parsed = parse_profile(body, {.bytes_max = body_max, .caps_object = true});
    if (!parsed) return parsed.error();
    ProposedEvents found;
    found.list = parsed->contains("events");
    const Json one = Json::array({*parsed});
    const Json& events = found.list ? (*parsed)["events"] : one;
    const bool good = events.is_array() && !events.empty() && events.size() <= events_max &&
                      (!found.list || parsed->size() == 1);
    if (!good) return Refusal{Code::malformed, "/events"};
    for (const Json& event : events) {
        Result<Proposal> proposal = read_proposal(event, "");
        if (!proposal) return proposal.error();
        found.proposals.push_back(std::move(*proposal));
    }
    return found;
}

}  // namespace

void request(std::string_view bytes)
{
    const std::optional<ProposedEvents> direct = read_requests(bytes);
    const Result<ProposedEvents> slow = read_slowly(bytes);
    if (direct) {
        require(slow.has_value(), "the direct reader takes only what the slow one takes",
                slow ? "" : slow.error().detail);
        require(direct->list == slow->list, "both see a list, or both do not");
        require(std::ranges::equal(direct->proposals, slow->proposals, same),
                "the direct reader says what the slow one says");
    }
    if (!slow) return;
    for (const Proposal& proposal : slow->proposals) {
        const Json text = to_json(proposal);
        const Result<Proposal> again = read_proposal(text, "");
        require(again && same(*again, proposal), "a proposal can be sent again", text.dump());
    }
}

}  // namespace chipledger::fuzz
