#include "http/audit_handlers.hpp"
#include "http/table_reply.hpp"
#include "views/explain.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

const std::vector<std::string> term_columns{"position", "type", "amount", "why"};

/// The number that is asked for, and its terms.
struct Explained {
    std::int64_t value = 0;
    std::vector<Term> terms{};
};

/// What adds up to a number is that number; the views have it from elsewhere, and tests compare.
Explained sum_of(std::vector<Term> terms)
{
    Explained explained{0, std::move(terms)};
    for (const Term& term : explained.terms) explained.value += term.amount;
    return explained;
}

Result<UnitState> state_asked_for(const Context& context, const char* others)
{
    UnitState units{};
    const std::string name = parameter(context, "state");
    if (boost::describe::enum_from_string(name.c_str(), units)) return units;
    return malformed("?state", std::string{"Send a state of units, as in state=cleared"} + others);
}

Result<Explained> explain_approval(const Context& context, const State& state)
{
    const ApprovalId id{parameter(context, "approval")};
    const Approval* approval = state.approvals.find(id);
    if (!approval || !may_see_approval(viewer_of(context), state, id))
        return Refusal{Code::unknown_approval, "?approval", "Check the number."};
    if (context.request.parameter("state")) {
        const Result<UnitState> units = state_asked_for(context, ".");
        if (!units) return units.error();
        return Explained{approval->units[*units], explain_units(state, id, *units)};
    }
    const auto bucket = bucket_named(parameter(context, "bucket"));
    if (!bucket)
        return malformed("?bucket", "Send granted, available, reserved, drawn, forfeited or "
                                    "carried_out; or a state of units.");
    return Explained{Balance(approval->balance).*bucket, explain_bucket(state, id, bucket)};
}

Result<Explained> explain_firm(const Context& context, const State& state)
{
    const FirmId id{parameter(context, "firm")};
    if (!state.firms.contains(id) || !may_see_firm(viewer_of(context), id))
        return Refusal{Code::unknown_firm, "?firm", "Check the number."};
    if (const std::string period = parameter(context, "exposure"); !period.empty())
        return Explained{exposure(state, id, Period{period}),
                         explain_exposure(state, id, Period{period})};
    if (const std::string period = parameter(context, "cap"); !period.empty())
        return sum_of(explain_cap(state, id, Period{period}));
    if (const std::string period = parameter(context, "headroom"); !period.empty())
        return sum_of(explain_headroom(state, id, Period{period}));
    const Result<UnitState> units =
        state_asked_for(context, ", or exposure, cap or headroom with a period.");
    if (!units) return units.error();
    return Explained{units_of(state, id)[*units], explain_units(state, id, *units)};
}

// Of goods the sums are of all owners, so they are told to those who may see them all.
Result<Explained> explain_batch(const Context& context, const State& state)
{
    const BatchId id{parameter(context, "batch")};
    if (!state.batches.contains(id) || !viewer_of(context).sees_all())
        return Refusal{Code::unknown_batch, "?batch", "Check the number."};
    if (parameter(context, "state") == "unallocated")
        return Explained{state.unallocated.at(id), explain_unallocated(state, id)};
    const Result<UnitState> units = state_asked_for(context, ", or unallocated.");
    if (!units) return units.error();
    return sum_of(explain_units(state, id, *units));
}

Result<Explained> explain_shipment(const Context& context, const State& state)
{
    const ShipmentId id{parameter(context, "shipment")};
    const Shipment* shipment = state.shipments.find(id);
    if (!shipment || !viewer_of(context).sees_all())
        return Refusal{Code::unknown_shipment, "?shipment", "Check the number."};
    const Result<UnitState> units = state_asked_for(context, ".");
    if (!units) return units.error();
    return Explained{shipment->units[*units], explain_units(state, id, *units)};
}

using Explain = Result<Explained> (*)(const Context&, const State&);
constexpr std::pair<const char*, Explain> things[]{{"approval", explain_approval},
                                                   {"firm", explain_firm},
                                                   {"batch", explain_batch},
                                                   {"shipment", explain_shipment}};

/// What explains the one thing that is named; null where none is, or several are.
Explain asked_for(const Context& context)
{
    Explain found = nullptr;
    for (const auto& [name, explains] : things)
        if (context.request.parameter(name)) {
            if (found) return nullptr;
            found = explains;
        }
    return found;
}

/// Nothing in a term needs an escape: types, buckets, states, ids and figures.
std::string json_of(const std::vector<Term>& terms, const std::vector<std::string_view>& types)
{
    std::string text;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        text += text.empty() ? "{\"position\":" : ",{\"position\":";
        text += std::to_string(terms[i].entry.number);
        text += ",\"type\":\"";
        text += types[i];
        text += "\",\"amount\":";
        text += std::to_string(terms[i].amount);
        text += ",\"why\":\"";
        text += terms[i].why;
        text += "\"}";
    }
    return text;
}

Json rows_of(const std::vector<Term>& terms, const std::vector<std::string_view>& types)
{
    Json rows = Json::array();
    for (std::size_t i = 0; i < terms.size(); ++i)
        rows.push_back({{"position", terms[i].entry.number},
                        {"type", types[i]},
                        {"amount", terms[i].amount},
                        {"why", terms[i].why}});
    return rows;
}

}  // namespace

boost::asio::awaitable<Response> explain(Ledger& ledger, Context& context)
{
    const std::vector<std::string_view> known{std::string_view{"approval"}, "bucket", "firm",
                                              "state", "exposure", "cap", "headroom", "batch",
                                              "shipment", "format"};
    const Result<Format> format = format_of(context.request);
    if (!format) co_return no(context, format.error());
    const Result<Moment> moment = co_await moment_of(ledger, context, known);
    if (!moment) co_return no(context, moment.error());
    const Explain explains = asked_for(context);
    if (!explains)
        co_return no(context, malformed("?approval", "Send approval and bucket; firm and state, "
                                                     "exposure, cap or headroom; batch and state; "
                                                     "or shipment and state."));
    Result<Explained> explained = Explained{};
    std::vector<std::string_view> types;
    const auto work = [&] {
        explained = explains(context, *moment->state);
        if (!explained) return;
        std::vector<Position> entries;
        for (const Term& term : explained->terms) entries.push_back(term.entry);
        types = types_of(*moment->state, entries);
    };
    if (const Result<void> done = co_await ledger.aside(work); !done)
        co_return no(context, done.error());
    if (!explained) co_return no(context, explained.error());
    if (*format != Format::json)
        co_return table_reply(context, *moment, *format, {"explain", term_columns, true},
                              rows_of(explained->terms, types));
    const Json body{{"value", explained->value}};
    co_return view_reply(context, *moment, body, {}, "terms", json_of(explained->terms, types));
}

}  // namespace chipledger
