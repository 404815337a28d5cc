#include <algorithm>

#include "http/explain_links.hpp"
#include "http/problem.hpp"
#include "http/read_routes.hpp"
#include "http/reading.hpp"
#include "http/shipment_filter.hpp"
#include "http/table_reply.hpp"
#include "http/unit_history.hpp"
#include "views/views.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;
using enum Role;

const std::vector<Role> office_and_firm{regulator, auditor, admin, firm};
const std::vector<Role> approvals_readers{regulator, customs, auditor, admin, firm};
const std::vector<Role> goods_readers{regulator, customs, logistics, auditor, firm, admin};

constexpr std::size_t rows_at_once = 250;

/// A thing's own version is its ETag; a firm sees only a part of goods, which the position tells.
std::string etag_of(const Moment& moment, const char* kind, const std::string& id)
{
    return std::to_string(moment.state->version_of(kind, id));
}

/// One kind of thing: where it is, who may see it, what it looks like, and its name when unknown.
template <class Map, class Sees, class View>
struct Kind {
    const char* name;
    Map State::*things;
    Code unknown;
    Sees sees;
    View view;
};

template <class IdType, class Kind>
Handler one(Ledger& ledger, Kind kind)
{
    return [&ledger, kind](Context& context) -> asio::awaitable<Response> {
        const Result<Moment> moment = co_await moment_of(ledger, context);
        if (!moment) co_return no(context, moment.error());
        const State& state = *moment->state;
        const IdType id{context.params.at(kind.name)};
        const Viewer viewer = viewer_of(context);
        const auto* thing = ((state).*(kind.things)).find(id);
        if (!thing || !kind.sees(viewer, state, id))
            co_return no(context, {.code = kind.unknown,
                                   .detail = "Check the number, and as of when it was."});
        const bool partial = viewer.role == Role::firm;
        Json view = with_explanations(context, *moment, kind.name, id.value,
                                      kind.view(viewer, state, id));
        co_return view_reply(context, *moment, std::move(view),
                             partial && (kind.unknown == Code::unknown_batch)
                                 ? std::string{}
                                 : etag_of(*moment, kind.name, id.value));
    };
}

/// The things of a page, in the state that the page speaks for.
template <class IdType, class Kind>
class ThingRows : public RowSource {
public:
    ThingRows(Moment moment, Viewer viewer, Kind kind, std::vector<IdType> ids)
        : moment_{std::move(moment)}, viewer_{std::move(viewer)}, kind_{kind}, ids_{std::move(ids)}
    {
    }
    asio::awaitable<std::optional<std::vector<Json>>> next() override
    {
        if (at_ == ids_.size()) co_return std::nullopt;
        std::vector<Json> rows;
        for (; at_ < ids_.size() && rows.size() < rows_at_once; ++at_)
            rows.push_back(kind_.view(viewer_, *moment_.state, ids_[at_]));
        co_return rows;
    }
    void rewind() override { at_ = 0; }

private:
    Moment moment_;
    Viewer viewer_;
    Kind kind_;
    std::vector<IdType> ids_;
    std::size_t at_ = 0;
};

/// The filter of lists that have none.
struct Everything {
    template <class Thing>
    bool takes(const Thing&) const { return true; }
};
Result<Everything> everything(const Request&) { return Everything{}; }

/// The ids of a page, and whether there are more.
template <class IdType, class Kind, class Filter>
std::pair<std::vector<IdType>, bool> ids_of(const Kind& kind, const Filter& filter,
                                            const Viewer& viewer, const State& state,
                                            const Page& page)
{
    const auto& things = (state).*(kind.things);
    std::vector<IdType> ids;
    for (auto at = things.lower_bound(IdType{page.after}); at != things.end(); ++at) {
        if (at->key.value == page.after || !filter.takes(at->value) ||
            !kind.sees(viewer, state, at->key))
            continue;
        if (ids.size() == page.limit) return {std::move(ids), true};
        ids.push_back(at->key);
    }
    return {std::move(ids), false};
}

/// `filter_of` reads what of the query narrows the list: the parameters `narrowing`.
template <class IdType, class Kind, class FilterOf>
Handler list(Ledger& ledger, Kind kind, std::string name, FilterOf filter_of,
             std::vector<std::string_view> narrowing = {})
{
    narrowing.insert(narrowing.end(), {"limit", "cursor", "format"});
    return [&ledger, kind, name, filter_of,
            known = std::move(narrowing)](Context& context) -> asio::awaitable<Response> {
        const Result<Format> format = format_of(context.request);
        if (!format) co_return no(context, format.error());
        const Result<Moment> moment = co_await moment_of(ledger, context, known);
        if (!moment) co_return no(context, moment.error());
        const Result<Page> page = page_of(context.request, *format);
        if (!page) co_return no(context, page.error());
        const auto filter = filter_of(context.request);
        if (!filter) co_return no(context, filter.error());
        const State& state = *moment->state;
        const Viewer viewer = viewer_of(context);
        auto [ids, more] = ids_of<IdType>(kind, *filter, viewer, state, *page);
        const std::string last = ids.empty() ? std::string{} : ids.back().value;
        if (*format == Format::json) {
            Json data = Json::array();
            for (const IdType& id : ids) data.push_back(kind.view(viewer, state, id));
            co_return list_reply(context, *moment, std::move(data), more, last);
        }
        TableAbout about{name, {kind.name}};
        Response response = table_reply(
            context, *moment, *format, std::move(about),
            std::make_unique<ThingRows<IdType, Kind>>(*moment, viewer, kind, std::move(ids)));
        if (more) response.set("Link", next_link(context.request, to_cursor(last)));
        co_return response;
    };
}

/// What a firm has: a row for each approval, then one for each state of its units.
Json statement_rows(const Json& inventory)
{
    Json rows = Json::array();
    const auto add = [&](Json row) {
        for (const char* name : {"firm", "position", "recorded_at"})
            if (inventory.contains(name)) row[name] = inventory[name];
        rows.push_back(std::move(row));
    };
    for (const Json& approval : inventory["approvals"]) add(approval);
    for (const auto& [state, units] : inventory["units"].items())
        add({{"state", state}, {"units", units}});
    return rows;
}

/// /v1/firms/{firm}/inventory, as a file too: the firm's statement.
Handler inventory(Ledger& ledger)
{
    return [&ledger](Context& context) -> asio::awaitable<Response> {
        const Result<Format> format = format_of(context.request);
        if (!format) co_return no(context, format.error());
        const std::vector<std::string_view> known(1, "format");
        const Result<Moment> moment = co_await moment_of(ledger, context, known);
        if (!moment) co_return no(context, moment.error());
        const FirmId id{context.params.at("firm")};
        const State& state = *moment->state;
        if (!state.firms.contains(id) || !may_see_firm(viewer_of(context), id))
            co_return no(context, {.code = Code::unknown_firm, .detail = "Check the number."});
        Json view = inventory_view(state, id);
        if (*format == Format::json) {
            Json body = with_explanations(context, *moment, "firm", id.value, std::move(view));
            co_return view_reply(context, *moment, std::move(body));
        }
        view["position"] = state.position.number;
        view["recorded_at"] = to_string(state.recorded_at);
        TableAbout about{"statement-" + id.value,
                         {"firm", "position", "recorded_at", "approval", "status", "period", "sku"}};
        co_return table_reply(context, *moment, *format, std::move(about), statement_rows(view));
    };
}

/// The points of a firm's timeline, a row each in a file.
Handler timeline(Ledger& ledger)
{
    return [&ledger](Context& context) -> asio::awaitable<Response> {
        const Result<Format> format = format_of(context.request);
        if (!format) co_return no(context, format.error());
        const std::vector<std::string_view> known(1, "format");
        const Result<Moment> moment = co_await moment_of(ledger, context, known);
        if (!moment) co_return no(context, moment.error());
        const FirmId id{context.params.at("firm")};
        if (!moment->state->firms.contains(id) || !may_see_firm(viewer_of(context), id))
            co_return no(context, {.code = Code::unknown_firm, .detail = "Check the number."});
        Json view = timeline_view(*moment->state, id);
        if (*format == Format::json) co_return view_reply(context, *moment, std::move(view));
        TableAbout about{"timeline-" + id.value, {"position", "recorded_at", "occurred_at"}};
        co_return table_reply(context, *moment, *format, std::move(about),
                              std::move(view["points"]));
    };
}

asio::awaitable<Response> unit_reply(Ledger& ledger, Context& context, const Moment& moment,
                                     BatchId batch, std::int64_t unit)
{
    const State& state = *moment.state;
    const Viewer viewer = viewer_of(context);
    const Custody custody = state.batches.contains(batch) ? state.custody_of(batch) : Custody{};
    const Run* run = custody.at(unit);
    if (!run || !may_see_holding(viewer, state, run->holding))
        co_return no(context, {.code = Code::unknown_unit, .detail = "Check batch and number."});
    const Result<Page> page = page_of(context.request);
    if (!page) co_return no(context, page.error());
    Json body = unit_view(state, batch, unit);
    HistoryPage wanted{batch, unit, state.position, *page};
    const Result<Json> history = co_await unit_history(ledger, viewer, std::move(wanted));
    if (!history) co_return no(context, history.error());
    body.update(*history);
    co_return view_reply(context, moment, std::move(body));
}

Handler unit(Ledger& ledger)
{
    return [&ledger](Context& context) -> asio::awaitable<Response> {
        const std::vector<std::string_view> known{"limit", "cursor"};
        const Result<Moment> moment = co_await moment_of(ledger, context, known);
        if (!moment) co_return no(context, moment.error());
        const Result<std::int64_t> number = integer_of("n", context.params.at("n"));
        co_return co_await unit_reply(ledger, context, *moment, BatchId{context.params.at("batch")},
                                      number ? *number : 0);
    };
}

Handler serial(Ledger& ledger)
{
    return [&ledger](Context& context) -> asio::awaitable<Response> {
        const std::vector<std::string_view> known{"limit", "cursor"};
        const Result<Moment> moment = co_await moment_of(ledger, context, known);
        if (!moment) co_return no(context, moment.error());
        const UnitRef* found =
            moment->state->serials.find(SerialId{context.params.at("serial")});
        const UnitRef ref = found ? *found : UnitRef{};
        co_return co_await unit_reply(ledger, context, *moment, ref.batch, ref.number);
    };
}

Handler summary(Ledger& ledger)
{
    return [&ledger](Context& context) -> asio::awaitable<Response> {
        const Result<Moment> moment = co_await moment_of(ledger, context);
        if (!moment) co_return no(context, moment.error());
        Json view = with_explanations(context, *moment, "summary", {},
                                      summary_view(viewer_of(context), *moment->state));
        co_return view_reply(context, *moment, std::move(view));
    };
}

template <class IdType, class Kind>
void add(std::vector<Route>& routes, Ledger& ledger, const std::string& path,
         const std::vector<Role>& roles, Kind kind)
{
    const std::string name = path.substr(path.rfind('/') + 1);
    routes.push_back({"GET", path, roles, list<IdType>(ledger, kind, name, everything)});
    routes.push_back({"GET", path + "/{" + kind.name + "}", roles, one<IdType>(ledger, kind)});
}

}  // namespace

std::vector<Route> thing_routes(Ledger& ledger)
{
    std::vector<Route> routes;
    add<FirmId>(routes, ledger, "/v1/firms", office_and_firm,
                Kind{"firm", &State::firms, Code::unknown_firm,
                     [](const Viewer& viewer, const State&, const FirmId& id) {
                         return may_see_firm(viewer, id);
                     },
                     [](const Viewer&, const State& state, const FirmId& id) {
                         return firm_view(state, id);
                     }});
    routes.push_back({"GET", "/v1/firms/{firm}/inventory", office_and_firm,
                      inventory(ledger)});
    routes.push_back({"GET", "/v1/firms/{firm}/timeline", office_and_firm,
                      timeline(ledger)});
    add<ApplicationId>(routes, ledger, "/v1/applications", office_and_firm,
                       Kind{"application", &State::applications, Code::unknown_application,
                            [](const Viewer& viewer, const State& state, const ApplicationId& id) {
                                return may_see_firm(viewer, state.applications.at(id).firm);
                            },
                            [](const Viewer&, const State& state, const ApplicationId& id) {
                                return application_view(state, id);
                            }});
    add<ApprovalId>(routes, ledger, "/v1/approvals", approvals_readers,
                    Kind{"approval", &State::approvals, Code::unknown_approval,
                         [](const Viewer& viewer, const State& state, const ApprovalId& id) {
                             return may_see_approval(viewer, state, id);
                         },
                         [](const Viewer&, const State& state, const ApprovalId& id) {
                             return approval_view(state, id);
                         }});
    add<BatchId>(routes, ledger, "/v1/batches", goods_readers,
                 Kind{"batch", &State::batches, Code::unknown_batch, may_see_batch, batch_view});
    const Kind shipment{"shipment", &State::shipments, Code::unknown_shipment,
                        [](const Viewer& viewer, const State& state, const ShipmentId& id) {
                            return may_see_shipment(viewer, state, state.shipments.at(id));
                        },
                        shipment_view};
    routes.push_back(
        {"GET", "/v1/shipments", goods_readers,
         list<ShipmentId>(ledger, shipment, "shipments", shipment_filter_of, {"status", "office"})});
    routes.push_back({"GET", "/v1/shipments/{shipment}", goods_readers,
                      one<ShipmentId>(ledger, shipment)});
    routes.push_back({"GET", "/v1/units/{batch}/{n}", goods_readers, unit(ledger)});
    routes.push_back({"GET", "/v1/serials/{serial}", goods_readers, serial(ledger)});
    routes.push_back({"GET", "/v1/summary", office_and_firm, summary(ledger)});
    return routes;
}

}  // namespace chipledger
