#include "epcis/read_what.hpp"

#include "epcis/things.hpp"

namespace chipledger::epcis {

namespace {

using Json = nlohmann::json;

constexpr std::size_t items_max = 10'000;  // A list of EPCs becomes far fewer ranges.
constexpr std::size_t classes_max = 2 * ranges_max;  // An inspection names two lists of ranges.

/// One class of quantityList.
struct Lot {
    Goods goods{};
    std::optional<std::int64_t> quantity{};
};

struct Named {
    Units units{};
    std::vector<Lot> batches{};  ///< Whole classes of a batch.
};

Result<Goods> goods_at(const Json& uri, const std::string& pointer)
{
    if (!uri.is_string()) return malformed(pointer, "Send a URI.");
    const auto goods = goods_in(uri.get_ref<const std::string&>());
    if (goods) return *goods;
    return malformed(pointer, "\"" + uri.get<std::string>().substr(0, 200) +
                                  "\" is not of this ledger. Its units are " +
                                  uri_of("batch", "{batch}") +
                                  "/unit/{n}, their classes …/units/{from}-{to} and " +
                                  uri_of("batch", "{batch}") + '.');
}

Result<void> read_epcs(const Json& list, const std::string& pointer, Named& named)
{
    if (list.is_null()) return {};
    if (!list.is_array() || list.size() > items_max)
        return malformed(pointer, "Send a list of at most 10000 EPCs; name more by their class.");
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string at = pointer + '/' + std::to_string(i);
        const Result<Goods> goods = goods_at(list[i], at);
        if (!goods) return goods.error();
        if (!goods->is_unit()) return malformed(at, "A class stands in quantityList.");
        named.units.push_back({goods->batch, goods->from, goods->to});
    }
    return {};
}

Result<Lot> read_lot(const Json& item, const std::string& pointer)
{
    if (!item.is_object() || !item.contains("epcClass"))
        return malformed(pointer, "Send epcClass, and quantity.");
    for (const auto& [name, value] : item.items())
        if (name != "epcClass" && name != "quantity")
            return malformed(pointer + '/' + name, "Units are counted, nothing else.");
    const Result<Goods> goods = goods_at(item["epcClass"], pointer + "/epcClass");
    if (!goods) return goods.error();
    if (goods->is_unit()) return malformed(pointer + "/epcClass", "A unit stands in epcList.");
    Lot lot{*goods};
    if (!item.contains("quantity")) return lot;
    const Json& quantity = item["quantity"];
    const double number = quantity.is_number() ? quantity.get<double>() : 0;
    lot.quantity = number >= 1 && number <= units_max ? static_cast<std::int64_t>(number) : 0;
    if (static_cast<double>(*lot.quantity) != number || number < 1)
        return malformed(pointer + "/quantity", "Send a whole number of units.");
    if (!goods->whole && *lot.quantity != goods->to - goods->from + 1)
        return malformed(pointer + "/quantity", "The class has " +
                                                    std::to_string(goods->to - goods->from + 1) +
                                                    " units.");
    return lot;
}

Result<void> read_quantities(const Json& list, const std::string& pointer, Named& named)
{
    if (list.is_null()) return {};
    if (!list.is_array() || list.size() > classes_max)
        return malformed(pointer, "Send a list of at most 2000 classes.");
    for (std::size_t i = 0; i < list.size(); ++i) {
        const Result<Lot> lot = read_lot(list[i], pointer + '/' + std::to_string(i));
        if (!lot) return lot.error();
        if (lot->goods.whole)
            named.batches.push_back(*lot);
        else
            named.units.push_back({lot->goods.batch, lot->goods.from, lot->goods.to});
    }
    return {};
}

Json range_json(const UnitRange& range)
{
    return {{"batch", range.batch.value}, {"from", range.from.value}, {"to", range.to.value}};
}

Result<void> as_units(const Named& named, Json& data, const std::string& pointer)
{
    Json units = Json::array();
    for (const UnitRange& range : named.units) units.push_back(range_json(range));
    for (const Lot& lot : named.batches) {
        if (!lot.quantity) return malformed(pointer + "/quantityList", "Say how many units.");
        units.push_back({{"batch", lot.goods.batch.value}, {"count", *lot.quantity}});
    }
    if (units.empty())
        return malformed(pointer, "The event names no goods; an entry of this kind moves units.");
    data["units"] = std::move(units);
    return {};
}

/// A batch as a whole, with a quantity or without one.
Result<void> as_batch(const Named& named, bool counted, Json& data, const std::string& pointer)
{
    if (!named.units.empty() || named.batches.size() != 1 ||
        named.batches.front().quantity.has_value() != counted)
        return malformed(pointer + "/quantityList",
                         std::string{"Name one batch by its class, "} +
                             (counted ? "with its quantity." : "without a quantity."));
    data["batch"] = named.batches.front().goods.batch.value;
    if (counted) data["qty"] = *named.batches.front().quantity;
    return {};
}

Result<void> as_serials(const Named& named, Json& data, const std::string& pointer)
{
    const Json serials = data.value("serials", Json{});
    if (named.units.size() != 1 || !named.batches.empty() || !serials.is_array() ||
        count(named.units) != static_cast<std::int64_t>(serials.size()))
        return malformed(pointer, "Name units in a row, and as many " + std::string{prefix} +
                                      "serials.");
    data["batch"] = named.units.front().batch.value;
    data["from"] = named.units.front().from.value;
    return {};
}

/// The lists only repeat what pass and fail say, so they must agree.
Result<void> as_inspected(const Named& named, const Json& data, const std::string& pointer)
{
    Units said;
    for (const char* name : {"pass", "fail"}) {
        const Json list = data.value(name, Json{});
        if (!list.is_array()) continue;
        for (const Json& item : list) {
            const bool whole = item.is_object() && item.contains("batch") &&
                               item["batch"].is_string() && item.contains("from") &&
                               item["from"].is_number_integer() && item.contains("to") &&
                               item["to"].is_number_integer();
            if (!whole) return malformed(pointer + "/" + name, "Send ranges of units.");
            said.push_back({BatchId{item["batch"].get<std::string>()},
                            item["from"].get<std::int64_t>(), item["to"].get<std::int64_t>()});
        }
    }
    if (named.batches.empty() && normalised(said) == named.units) return {};
    return malformed(pointer, "epcList and quantityList must name the units of pass and fail.");
}

}  // namespace

Result<void> read_what(const Json& epcs, const Json& quantities, What what, Json& data,
                       const std::string& pointer)
{
    Named named;
    if (auto yes = read_epcs(epcs, pointer + "/epcList", named); !yes) return yes;
    if (auto yes = read_quantities(quantities, pointer + "/quantityList", named); !yes) return yes;
    if (first_conflict(named.units) >= 0) return malformed(pointer, "A unit is named twice.");
    named.units = normalised(std::move(named.units));
    switch (what) {
    case What::units: return as_units(named, data, pointer);
    case What::lot: return as_batch(named, true, data, pointer);
    case What::batch: return as_batch(named, false, data, pointer);
    case What::serials: return as_serials(named, data, pointer);
    case What::inspected: return as_inspected(named, data, pointer);
    }
    return {};
}

}  // namespace chipledger::epcis
