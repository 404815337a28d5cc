#include "codec/json_profile.hpp"
#include "domain/rulebook.hpp"
#include "http/audit_handlers.hpp"
#include "http/media.hpp"
#include "views/difference.hpp"
#include "views/explain.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::size_t changes_max = 1'000;

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

/// Reads the body of a what-if.
class HypothesisReader {
public:
    explicit HypothesisReader(const State& state) : state_{state}, head_{state.position} {}

    Result<Hypothesis> read(const Json& body)
    {
        if (!body.is_object()) return malformed("", "Send remove, replace and add.");
        std::size_t changes = 0;
        for (const auto& [name, value] : body.items()) {
            if ((name != "remove" && name != "replace" && name != "add") || !value.is_array())
                return malformed('/' + name, "Send lists: remove, replace and add.");
            changes += value.size();
        }
        if (changes > changes_max) return malformed("", "Change at most 1000 entries at once.");
        const Json none = Json::array();
        if (auto good = remove(body.value("remove", none)); !good) return good.error();
        if (auto good = add(body.value("add", none)); !good) return good.error();
        const Json replace = body.value("replace", none);
        std::vector<Position> positions;
        for (std::size_t i = 0; i < replace.size(); ++i) {
            const std::string param = "/replace/" + std::to_string(i);
            if (!replace[i].is_object() || !replace[i].contains("data") || replace[i].size() != 2)
                return malformed(param, "Send position and data.");
            const auto position =
                position_in(replace[i].value("position", Json{}), param + "/position", {2}, head_);
            if (!position) return position.error();
            positions.push_back(*position);
        }
        for (std::size_t i = 0; i < replace.size(); ++i)
            if (auto good = replace_one(positions[i],
                                        std::string{types_of(state_, {positions[i]}).front()},
                                        replace[i]["data"],
                                        "/replace/" + std::to_string(i));
                !good)
                return good.error();
        return hypothesis_;
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

    const State& state_;
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

}  // namespace

boost::asio::awaitable<Response> what_if(Ledger& ledger, Context& context)
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
    Result<Hypothesis> hypothesis = HypothesisReader{*moment->state}.read(*body);
    if (!hypothesis) co_return no(context, hypothesis.error());
    const Result<Hypothetical> hypothetical =
        co_await ledger.imagine(position, std::move(*hypothesis));
    if (!hypothetical) co_return no(context, hypothetical.error());
    std::string answer;
    const auto work = [&] {
        answer = Json{{"position", position.number},
                      {"refused", refused_json(hypothetical->refused)},
                      {"differences", differences(*moment->state, hypothetical->state)}}
                     .dump();
    };
    if (const Result<void> done = co_await ledger.aside(work); !done)
        co_return no(context, done.error());
    co_return reply(200, "application/json", std::move(answer));
}

}  // namespace chipledger
