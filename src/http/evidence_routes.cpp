#include "http/entry_filter.hpp"
#include "http/problem.hpp"
#include "http/published.hpp"
#include "http/read_routes.hpp"
#include "http/reading.hpp"
#include "http/stored_list.hpp"
#include "ledger/evidence_bundle.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;

/// The bundle as it is made.
class EvidenceStream : public Stream {
public:
    EvidenceStream(Log& log, StoredList entries, EvidenceAbout about)
        : log_{log},
          entries_{std::move(entries)},
          size_{parse_checkpoint(about.checkpoint.text).size},
          bundle_{std::move(about)}
    {
    }

    asio::awaitable<std::optional<std::string>> next() override
    {
        if (ended_) co_return std::nullopt;
        if (!listed_) co_await list_some();
        else
            ended_ = !bundle_.prove([this](std::uint64_t index) {
                return log_.inclusion(index, size_);
            });
        co_return bundle_.take();
    }

private:
    asio::awaitable<void> list_some()
    {
        const StoredList::Found found = co_await entries_.next();
        listed_ = !found;
        if (found)
            for (const StoredEntry& entry : *found) bundle_.add(entry);
    }

    Log& log_;
    StoredList entries_;
    std::uint64_t size_;
    EvidenceBundle bundle_;
    bool listed_ = false, ended_ = false;
};

/// What was asked for, as it goes into the bundle: not until when, which is a position there, and
/// not how much was feared.
Json asked_of(const Fields& query)
{
    Json asked = Json::object();
    for (const auto& [name, value] : query)
        if (name != "as_of" && name != "min_position" && name != "limit")
            asked[name].push_back(value);
    return asked;
}

Json seen_as(const Viewer& viewer)
{
    return {{"role", name_of(viewer.role)},
            {"firm", viewer.firm ? Json(viewer.firm->value) : Json(nullptr)},
            {"offices", viewer.offices}};
}

Refusal too_many(std::size_t most, Position cut)
{
    const std::string last = std::to_string(cut.number);
    return {.code = Code::too_large,
            .param = "?limit",
            .detail = "There are more than " + std::to_string(most) + " such entries. The first " +
                      std::to_string(most) + " end at entry " + last + ": ask with to=" + last +
                      ", then with from=" + std::to_string(cut.number + 1) +
                      ". A whole log is a matter for chipledger export FOLDER."};
}

/// The filter, narrowed to what the caller may see and to the moment.
Result<EventFilter> evidence_filter(Ledger& ledger, const Context& context, const Moment& moment)
{
    Result<EventFilter> filter = read_event_filter(context.request.query);
    if (!filter) return filter;
    const Viewer viewer = viewer_of(context);
    if (viewer.firm && filter->visible_firm && *filter->visible_firm != viewer.firm->value)
        return Refusal{.code = Code::unknown_firm, .param = "?firm", .detail = "Check the number."};
    std::optional<std::string> firm = filter->visible_firm;
    show_only(*filter, viewer, *ledger.head());
    if (!filter->visible_firm) filter->visible_firm = std::move(firm);
    const Position head = moment.state->position;
    filter->upto = filter->upto == Position{} ? head : std::min(filter->upto, head);
    if (moment.effective_at)
        filter->occurred_to = std::min(filter->occurred_to.value_or(*moment.effective_at),
                                       *moment.effective_at);
    filter->limit = evidence::entries_max;
    if (const auto limit = context.request.parameter("limit")) {
        const Result<std::int64_t> number = integer_of("limit", *limit);
        if (!number || *number < 1 || *number > std::int64_t{evidence::entries_max})
            return Refusal{Code::malformed, "?limit",
                           "Send an integer from 1 to " + std::to_string(evidence::entries_max) +
                               "."};
        filter->limit = static_cast<std::size_t>(*number);
    }
    return filter;
}

Response bundle_reply(const Moment& moment, std::unique_ptr<Stream> bundle)
{
    const std::string position = std::to_string(moment.state->position.number);
    Response response = reply(200, "application/zip", "");
    response.set("Cache-Control", cache_of(moment)).set("Ledger-Position", position);
    response.set("Content-Disposition",
                 "attachment; filename=\"evidence-at-" + position + ".zip\"");
    response.stream = std::move(bundle);
    return response;
}

asio::awaitable<Response> evidence_bundle(Ledger& ledger, SignedHeads& heads, Context& context)
{
    const auto no = [&context](const Refusal& refusal) {
        return problem_reply(refusal, context.request.request_id, true);
    };
    const std::vector<std::string_view> known{"type",          "subject",     "actor",
                                              "firm",          "from",        "to",
                                              "recorded_from", "recorded_to", "occurred_from",
                                              "occurred_to",   "limit"};
    const Result<Moment> moment = co_await moment_of(ledger, context, known);
    if (!moment) co_return no(moment.error());
    Result<EventFilter> filter = evidence_filter(ledger, context, *moment);
    if (!filter) co_return no(filter.error());
    const Result<Position> cut = co_await cut_of(ledger, *filter);
    if (!cut) co_return no(cut.error());
    if (*cut > Position{}) co_return no(too_many(filter->limit, *cut));
    const Position position = moment->state->position;
    const auto size = static_cast<std::uint64_t>(position.number);
    const std::shared_ptr<const Published> published = co_await published_beyond(ledger, size);
    if (!published) co_return no(not_signed_yet());
    Result<Note> head = co_await heads.covering(position);
    if (!head) co_return no(head.error());
    EvidenceAbout about{std::move(*head), position, asked_of(context.request.query),
                        seen_as(viewer_of(context))};
    StoredList entries{ledger, std::move(*filter)};
    co_return bundle_reply(*moment, std::make_unique<EvidenceStream>(
                                        ledger.log(), std::move(entries), std::move(about)));
}

}  // namespace

std::vector<Route> evidence_routes(Ledger& ledger, SignedHeads& heads)
{
    return {{"GET", "/v1/audit/evidence", entry_readers,
             [&ledger, &heads](Context& context) {
                 return evidence_bundle(ledger, heads, context);
             }}};
}

}  // namespace chipledger
