#include "http/unit_history.hpp"

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <limits>
#include <map>
#include <set>

#include "codec/event_json.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;

constexpr std::size_t entries_at_once = 500;
constexpr std::chrono::hours late_after{24};
constexpr std::int64_t for_ever = std::numeric_limits<std::int64_t>::max();

bool in_units(const Units& units, const BatchId& batch, std::int64_t unit)
{
    return std::ranges::any_of(units, [&](const UnitRange& range) {
        return range.batch == batch && range.from <= unit && unit <= range.to;
    });
}

template <class Data>
bool names_unit(const Data& data, const BatchId& batch, std::int64_t unit)
{
    return std::visit(
        [&](const auto& event) {
            if constexpr (requires { event.units; }) return in_units(event.units, batch, unit);
            if constexpr (requires { event.serials; })
                return event.batch == batch && event.from <= unit &&
                       unit < event.from + std::ssize(event.serials);
            if constexpr (requires { event.batch; }) return event.batch == batch;
            return false;
        },
        data);
}

/// What was told of the unit, entry after entry.
class Life {
public:
    Life(const HistoryPage& wanted, const Viewer& viewer) : wanted_{wanted}, viewer_{viewer} {}

    void take(const Event& event)
    {
        const std::int64_t position = event.position.number;
        bool about = names_unit(event.data, wanted_.batch, wanted_.unit);
        if (const auto* voided = std::get_if<EventVoided>(&event.data))
            about = named_.contains(voided->target);
        if (const auto* corrected = std::get_if<EventCorrected>(&event.data))
            about = named_.contains(corrected->target) || replaces(*corrected);
        if (!about) return;
        named_.insert(position);
        follow(event);
        add(event);
    }

    /// Shipments that the unit was in, and from which entry to which.
    const std::map<std::string, std::vector<std::pair<std::int64_t, std::int64_t>>>& stays() const
    {
        return stays_;
    }
    void inspected(const Event& event, const ShipmentInspected& inspection)
    {
        const auto of = [&](const Inspected& part) {
            const auto* units = std::get_if<Units>(&part);
            return units && in_units(*units, wanted_.batch, wanted_.unit);
        };
        const bool counted = !std::holds_alternative<Units>(inspection.pass) ||
                             !std::holds_alternative<Units>(inspection.fail);
        const auto stay = stays_.find(inspection.shipment.value);
        const std::int64_t at = event.position.number;
        const bool there = std::ranges::any_of(stay->second, [&](const auto& time) {
            return time.first < at && at < time.second;
        });
        if (there && (counted || of(inspection.pass) || of(inspection.fail))) add(event);
    }

    Json page() const
    {
        std::int64_t after = 0;
        const std::string& cursor = wanted_.page.after;
        std::from_chars(cursor.data(), cursor.data() + cursor.size(), after);
        Json history = Json::array();
        auto at = told_.upper_bound(after);
        for (; at != told_.end() && history.size() < wanted_.page.limit; ++at)
            history.push_back(at->second);
        const bool more = at != told_.end();
        const Json last = history.empty() ? Json{} : history.back()["position"];
        return {{"history", std::move(history)},
                {"has_more", more},
                {"next", more ? Json(to_cursor(last.dump())) : Json(nullptr)}};
    }

private:
    bool replaces(const EventCorrected& corrected) const
    {
        return names_unit(corrected.replacement->data, wanted_.batch, wanted_.unit);
    }
    // From dispatch until it is cleared, returned, lost or confiscated; found, it is there again.
    void follow(const Event& event)
    {
        const std::int64_t at = event.position.number;
        std::visit(
            [&](const auto& data) {
                using Data = std::decay_t<decltype(data)>;
                constexpr bool begins = std::is_same_v<Data, ShipmentDispatched> ||
                                        std::is_same_v<Data, ShipmentFound>;
                constexpr bool ends = std::is_same_v<Data, ShipmentCleared> ||
                                      std::is_same_v<Data, ShipmentReturned> ||
                                      std::is_same_v<Data, ShipmentLost> ||
                                      std::is_same_v<Data, ShipmentConfiscated>;
                if constexpr (begins) stays_[data.shipment.value].emplace_back(at, for_ever);
                if constexpr (ends) {
                    auto& times = stays_[data.shipment.value];
                    if (!times.empty()) times.back().second = at;
                }
            },
            event.data);
    }
    void add(const Event& event)
    {
        if (viewer_.role == Role::firm && !may_see_entry(viewer_, event.subjects)) return;
        told_[event.position.number] = {
            {"position", event.position.number},
            {"type", std::string{type_name(event.data)}},
            {"occurred_at", to_string(event.occurred_at)},
            {"recorded_at", to_string(event.recorded_at)},
            {"late", event.recorded_at - event.occurred_at.at > late_after}};
    }

    const HistoryPage& wanted_;
    const Viewer& viewer_;
    std::set<std::int64_t> named_{};
    std::map<std::string, std::vector<std::pair<std::int64_t, std::int64_t>>> stays_{};
    std::map<std::int64_t, Json> told_{};
};

/// The next events that the filter finds; the filter goes on after them.
asio::awaitable<Result<std::vector<Event>>> read_some(Ledger& ledger, EventFilter& filter)
{
    filter.limit = entries_at_once;
    const Result<std::vector<StoredEntry>> found = co_await ledger.list(filter);
    if (!found) co_return found.error();
    std::vector<Event> events;
    for (const StoredEntry& stored : *found) {
        Result<Event> event = decode(stored.bytes);
        ensure(bool(event), "what is stored can be read");
        events.push_back(std::move(*event));
        filter.after = stored.position;
    }
    co_return events;
}

}  // namespace

asio::awaitable<Result<Json>> unit_history(Ledger& ledger, Viewer viewer, HistoryPage wanted)
{
    Life life{wanted, viewer};
    EventFilter filter;
    filter.subject = SubjectFilter{"batch", wanted.batch.value};
    filter.upto = wanted.upto;
    while (true) {
        const Result<std::vector<Event>> events = co_await read_some(ledger, filter);
        if (!events) co_return events.error();
        if (events->empty()) break;
        for (const Event& event : *events) life.take(event);
    }
    std::vector<std::string> shipments;
    for (const auto& [shipment, times] : life.stays()) shipments.push_back(shipment);
    for (const std::string& shipment : shipments) {
        EventFilter inspections;
        inspections.types = {"ShipmentInspected"};
        inspections.subject = SubjectFilter{"shipment", shipment};
        inspections.upto = wanted.upto;
        while (true) {
            const Result<std::vector<Event>> events = co_await read_some(ledger, inspections);
            if (!events) co_return events.error();
            if (events->empty()) break;
            for (const Event& event : *events)
                life.inspected(event, std::get<ShipmentInspected>(event.data));
        }
    }
    co_return life.page();
}

}  // namespace chipledger
