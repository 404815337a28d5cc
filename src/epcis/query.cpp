#include "epcis/query.hpp"

#include <algorithm>
#include <charconv>

#include "epcis/terms.hpp"

namespace chipledger::epcis {

namespace {

using Json = nlohmann::json;

constexpr std::size_t values_max = 100;
constexpr std::string_view of_transaction = "EQ_bizTransaction_";

/// Parameters that compare a member; words of a vocabulary may be written in several ways.
struct Compared {
    std::string_view parameter;
    std::string_view pointer;
    bool word = false;
};
constexpr Compared compared[]{
    {"eventType", "/type"},
    {"EQ_action", "/action"},
    {"EQ_bizStep", "/bizStep", true},
    {"EQ_disposition", "/disposition", true},
    {"EQ_readPoint", "/readPoint/id"},
    {"EQ_bizLocation", "/bizLocation/id"},
    {"EQ_eventID", "/eventID"},
    {"EQ_errorReason", "/errorDeclaration/reason", true},
    {"EQ_correctiveEventID", "/errorDeclaration/correctiveEventIDs"},
};

/// Our events name their goods in one place each, so these ask the same.
constexpr std::string_view of_goods[]{"MATCH_anyEPC", "MATCH_epc", "MATCH_anyEPCClass",
                                      "MATCH_epcClass"};

Result<std::vector<std::string>> values_of(std::string_view name, std::string_view text)
{
    std::vector<std::string> values;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find('|', at), text.size());
        values.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    if (values.size() > values_max || std::ranges::find(values, "") != values.end())
        return malformed_parameter(name, "Send 1 to 100 values, separated by |.");
    return values;
}

Result<void> read_time(std::string_view name, std::string_view text, std::optional<Time>& out)
{
    const auto time = parse_timestamp(text);
    if (!time)
        return malformed_parameter(name, "Send an RFC 3339 time, as in 2026-02-20T09:00:00%2B08:00.");
    out = time->at;
    return {};
}

Result<void> read_page_size(std::string_view text, Query& query)
{
    std::size_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size() || number < 1)
        return malformed_parameter("perPage", "Send a number of events, at least 1.");
    query.per_page = std::min(number, per_page_max);
    return {};
}

/// A value that is no goods of ours meets no event: nothing is wrong with asking.
Result<void> read_goods(std::string_view name, std::string_view text, Query& query)
{
    const auto values = values_of(name, text);
    if (!values) return values.error();
    std::vector<Goods> any;
    for (const std::string& value : *values)
        if (const auto goods = goods_in(value)) any.push_back(*goods);
    query.goods.push_back(std::move(any));
    return {};
}

Result<void> read_condition(std::string_view name, std::string_view text, Query& query)
{
    const bool links = name.starts_with(of_transaction);
    const auto* found = std::ranges::find(compared, name, &Compared::parameter);
    if (!links && found == std::end(compared))
        return malformed_parameter(name, "There is no such parameter here; docs/epcis.md lists them.");
    const auto values = values_of(name, text);
    if (!values) return values.error();
    if (links) {
        const std::string type =
            word_of(name.substr(of_transaction.size()), context_of_answers());
        query.transactions.push_back({type, *values});
        return {};
    }
    Condition condition{std::string{found->pointer}, {}};
    for (const std::string& value : *values)
        condition.values.push_back(found->word ? word_of(value, context_of_answers()) : value);
    query.conditions.push_back(std::move(condition));
    return {};
}

Result<void> read_parameter(const std::string& name, const std::string& value, Query& query)
{
    if (name == "perPage") return read_page_size(value, query);
    if (name == "nextPageToken") {
        query.next_page = value;
        return {};
    }
    if (name == "GE_eventTime") return read_time(name, value, query.happened_from);
    if (name == "LT_eventTime") return read_time(name, value, query.happened_before);
    if (name == "GE_recordTime") return read_time(name, value, query.recorded_from);
    if (name == "LT_recordTime") return read_time(name, value, query.recorded_before);
    if (name == "EXISTS_errorDeclaration") {
        if (value != "true" && value != "false" && !value.empty())
            return malformed_parameter(name, "Send true or false.");
        query.declared = value != "false";
        return {};
    }
    if (std::ranges::find(of_goods, name) != std::end(of_goods))
        return read_goods(name, value, query);
    return read_condition(name, value, query);
}

bool is_any(const Json& value, const std::vector<std::string>& wanted)
{
    if (value.is_array())
        return std::ranges::any_of(value, [&](const Json& item) { return is_any(item, wanted); });
    return value.is_string() &&
           std::ranges::find(wanted, value.get_ref<const std::string&>()) != wanted.end();
}

bool holds(const Condition& condition, const Json& event)
{
    const Json::json_pointer pointer{condition.pointer};
    return event.contains(pointer) && is_any(event[pointer], condition.values);
}

bool holds_link(const Condition& condition, const Json& event)
{
    return std::ranges::any_of(
        event.value("bizTransactionList", Json::array()), [&](const Json& link) {
            return link["type"] == condition.pointer &&
                   is_any(link["bizTransaction"], condition.values);
        });
}

bool meets(const Json& uri, const std::vector<Goods>& any)
{
    const auto goods = goods_in(uri.get_ref<const std::string&>());
    return goods &&
           std::ranges::any_of(any, [&](const Goods& one) { return one.overlaps(*goods); });
}

bool has_goods(const std::vector<Goods>& any, const Json& event)
{
    return std::ranges::any_of(event.value("epcList", Json::array()),
                               [&](const Json& epc) { return meets(epc, any); }) ||
           std::ranges::any_of(event.value("quantityList", Json::array()),
                               [&](const Json& item) { return meets(item["epcClass"], any); });
}

bool within(const Json& event, const char* member, const std::optional<Time>& from,
            const std::optional<Time>& before)
{
    const Time at = parse_timestamp(event[member].get<std::string>()).value().at;
    return (!from || at >= *from) && (!before || at < *before);
}

}  // namespace

std::vector<std::string> Query::entry_types() const
{
    std::vector<std::string> types{"EventCorrected", "EventVoided"};
    if (declared) return types;
    for (const Term& term : terms()) {
        const Json event{{"type", std::string{term.event}},
                         {"action", std::string{term.action}},
                         {"bizStep", std::string{term.biz_step}},
                         {"disposition", std::string{term.disposition}}};
        const bool can = std::ranges::all_of(conditions, [&](const Condition& condition) {
            return !event.contains(Json::json_pointer{condition.pointer}) ||
                   holds(condition, event);
        });
        if (can) types.emplace_back(term.entry);
    }
    return types;
}

std::optional<std::string> Query::batch() const
{
    std::optional<std::string> batch;
    if (goods.empty()) return batch;
    for (const Goods& one : goods.front()) {
        if (batch && *batch != one.batch.value) return {};
        batch = one.batch.value;
    }
    return batch;
}

bool Query::matches(const Json& event) const
{
    const auto of = [&](const auto& test) {
        return [&](const auto& wanted) { return test(wanted, event); };
    };
    return std::ranges::all_of(conditions, of(holds)) &&
           std::ranges::all_of(transactions, of(holds_link)) &&
           std::ranges::all_of(goods, of(has_goods)) &&
           within(event, "eventTime", happened_from, happened_before) &&
           within(event, "recordTime", recorded_from, recorded_before) &&
           (!declared || event.contains("errorDeclaration"));
}

Result<Query> read_query(const std::vector<std::pair<std::string, std::string>>& parameters)
{
    Query query;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const auto& [name, value] = parameters[i];
        for (std::size_t before = 0; before < i; ++before)
            if (parameters[before].first == name)
                return malformed_parameter(name, "Send it once, several values separated by |.");
        if (auto yes = read_parameter(name, value, query); !yes) return yes.error();
    }
    return query;
}

}  // namespace chipledger::epcis
