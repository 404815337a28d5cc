#include "http/writing.hpp"

#include "domain/rulebook.hpp"
#include "http/log_lines.hpp"
#include "http/reading.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;

constexpr std::size_t key_max = 255;

/// The recorded entry, where the caller may see it.
asio::awaitable<Result<std::optional<Event>>> visible_entry(Ledger& ledger, Viewer viewer,
                                                            Position position)
{
    const std::optional<Event> none;
    EventFilter filter;
    filter.upto = std::min(position, ledger.head()->position);
    filter.after = Position{position.number - 1};
    filter.limit = 1;
    show_only(filter, viewer, *ledger.head());
    if (position < Position{1} || filter.upto < position) co_return none;
    const Result<std::vector<StoredEntry>> found = co_await ledger.list(std::move(filter));
    if (!found) co_return found.error();
    if (found->empty()) co_return none;
    Result<Event> event = decode(found->front().bytes);
    ensure(bool(event), "what is stored can be read");
    co_return std::optional{std::move(*event)};
}

/// The target of a correction, whose type its replacement must have.
std::optional<Position> target_of_correction(const Json& event)
{
    if (!event.is_object() || event.value("type", Json{}) != "EventCorrected") return {};
    const Json data = event.value("data", Json::object());
    if (!data.is_object() || !data.contains("target") || !data["target"].is_number_integer())
        return {};
    return Position{data["target"].get<std::int64_t>()};
}

}  // namespace

Submission submission_by(const Context& context)
{
    Submission submission;
    submission.actor = {context.caller.principal, context.caller.role, context.caller.firm};
    submission.offices = context.caller.offices;
    submission.traceparent = trace_of(context.request);
    return submission;
}

Result<void> may_record(const Context& context)
{
    const Role role = context.caller.role;
    if (role != Role::auditor && role != Role::admin) return {};
    return Refusal{.code = Code::forbidden_role,
                   .detail = "The role " + std::string{name_of(role)} + " records nothing."};
}

Result<std::string> read_key(std::string_view text, const std::string& param)
{
    const bool good = !text.empty() && text.size() <= key_max &&
                      std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
    if (good) return std::string{text};
    return Refusal{Code::malformed, param,
                   "An idempotency key is 1 to 255 visible ASCII characters, made once for each "
                   "thing to record."};
}

asio::awaitable<Result<std::vector<Proposal>>> read_proposals(Ledger& ledger,
                                                              const Context& context,
                                                              std::span<const Json> events,
                                                              bool list)
{
    std::map<std::int64_t, std::string> types;
    for (const Json& event : events) {
        const std::optional<Position> target = target_of_correction(event);
        if (!target || types.contains(target->number)) continue;
        const Result<std::optional<Event>> entry =
            co_await visible_entry(ledger, viewer_of(context), *target);
        if (!entry) co_return entry.error();
        if (*entry) types[target->number] = std::string{type_name((*entry)->data)};
    }
    const TypeOfTarget type_of = [&types](std::int64_t position) -> std::optional<std::string> {
        const auto found = types.find(position);
        if (found == types.end()) return {};
        return found->second;
    };
    std::vector<Proposal> proposals;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const std::string pointer = list ? "/events/" + std::to_string(i) : std::string{};
        Result<Proposal> proposal = read_proposal(events[i], pointer, type_of);
        if (!proposal) co_return proposal.error();
        proposals.push_back(std::move(*proposal));
    }
    co_return proposals;
}

asio::awaitable<Refusal> redacted(Ledger& ledger, const Context& context, Refusal refusal)
{
    if (context.caller.role == Role::regulator) co_return refusal;
    std::vector<Position> visible;
    for (const Position position : refusal.entries) {
        const Result<std::optional<Event>> entry =
            co_await visible_entry(ledger, viewer_of(context), position);
        if (entry && *entry) visible.push_back(position);
    }
    if (visible.size() < refusal.entries.size() && context.caller.role == Role::firm)
        refusal.detail = "Other entries stand in the way. Ask the regulator.";
    refusal.entries = std::move(visible);
    co_return refusal;
}

}  // namespace chipledger
