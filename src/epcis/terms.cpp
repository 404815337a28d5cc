#include "epcis/terms.hpp"

#include <algorithm>

namespace chipledger::epcis {

namespace {

constexpr std::string_view object = "ObjectEvent", transaction = "TransactionEvent",
                           add = "ADD", observe = "OBSERVE", remove = "DELETE";

constexpr Term table[]{
    {"BatchRegistered", object, add, "commissioning", "active", What::lot},
    {"SerialsRecorded", object, observe, "encoding", "encoded", What::serials},
    {"BatchTestCertified", object, observe, "inspecting", "conformant", What::batch},
    {"AllocationReserved", transaction, add, "reserving", "reserved"},
    {"AllocationReleased", transaction, remove, "reserving", "available"},
    {"AllocationTransferred", transaction, add, "chipledger:transferring", "available"},
    {"ShipmentDispatched", object, observe, "shipping", "in_transit"},
    {"ShipmentArrived", object, observe, "arriving", "in_progress"},
    {"ShipmentLost", object, observe, "transporting", "chipledger:lost"},
    {"ShipmentFound", object, observe, "transporting", "in_transit"},
    {"ShipmentInspected", object, observe, "inspecting", "in_progress", What::inspected},
    {"ShipmentHeld", object, observe, "holding", "non_sellable_other"},
    {"ShipmentHoldLifted", object, observe, "holding", "in_progress"},
    {"ShipmentCleared", object, observe, "chipledger:clearing", "available"},
    {"ShipmentSeized", object, observe, "chipledger:seizing", "chipledger:seized"},
    {"ShipmentSeizureLifted", object, observe, "chipledger:seizing", "in_progress"},
    {"ShipmentConfiscated", object, observe, "chipledger:confiscating", "chipledger:confiscated"},
    {"ShipmentReturned", object, observe, "shipping", "returned"},
    {"AllocationDelivered", object, observe, "receiving", "available"},
    {"AllocationDeployed", object, observe, "installing", "active"},
    {"AllocationUndeployed", object, observe, "removing", "inactive"},
    {"AllocationRecalled", object, observe, "holding", "recalled"},
    {"AllocationRecallLifted", object, observe, "holding", "available"},
    {"AllocationDecommissioned", object, remove, "decommissioning", "inactive"},
};

constexpr Place places_table[]{
    {"shipment", Where::transaction, "chipledger:shipment", "shipment"},
    {"approval", Where::transaction, "chipledger:approval", "approval"},
    {"from_approval", Where::transaction, "chipledger:from_approval", "approval"},
    {"to_approval", Where::transaction, "chipledger:to_approval", "approval"},
    {"declaration", Where::transaction, "chipledger:declaration", "declaration"},
    {"case", Where::transaction, "chipledger:case", "case"},
    {"certificate", Where::transaction, "cert", "certificate"},
    {"office", Where::read_point, {}, "office"},
    {"site", Where::biz_location, {}, "site"},
    {"port", Where::destination, "location", "port"},
    {"sku", Where::ilmd},
    {"origin", Where::ilmd},
    {"supplier", Where::ilmd},
    {"export_licence", Where::ilmd},
};

std::string_view after(std::string_view text, std::string_view beginning)
{
    return text.starts_with(beginning) ? text.substr(beginning.size()) : std::string_view{};
}

}  // namespace

std::span<const Term> terms() { return table; }

const Term* term_of(std::string_view entry)
{
    const auto* found = std::ranges::find(table, entry, &Term::entry);
    return found == std::end(table) ? nullptr : found;
}

std::span<const Place> places() { return places_table; }

const Place* place_of(std::string_view member)
{
    const auto* found = std::ranges::find(places_table, member, &Place::member);
    return found == std::end(places_table) ? nullptr : found;
}

std::string own_name(std::string_view member, const nlohmann::json& context)
{
    if (const auto name = after(member, extension); !name.empty()) return std::string{name};
    const std::string_view bound = member.substr(0, member.find(':'));
    if (bound.size() == member.size()) return {};
    const nlohmann::json parts =
        context.is_array() ? context : nlohmann::json::array({context});
    for (const nlohmann::json& part : parts) {
        if (!part.is_object() || !part.contains(bound) || !part[std::string{bound}].is_string())
            continue;
        if (part[std::string{bound}].get_ref<const std::string&>() == extension)
            return std::string{member.substr(bound.size() + 1)};
    }
    return {};
}

std::string word_of(std::string_view text, const nlohmann::json& context)
{
    for (const std::string_view gs1 : {"https://ref.gs1.org/cbv/", "cbv:"})
        if (const auto rest = after(text, gs1); !rest.empty())
            for (const std::string_view kind : {"BizStep-", "Disp-", "BTT-", "SDT-", "ER-"})
                if (const auto word = after(rest, kind); !word.empty()) return std::string{word};
    const std::string name = own_name(text, context);
    return name.empty() ? std::string{text} : std::string{prefix} + name;
}

bool is_uri(std::string_view text)
{
    const std::size_t colon = text.find(':');
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto of_scheme = [&](char c) {
        return letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    };
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
    return letter(text.front()) && std::ranges::all_of(text.substr(0, colon), of_scheme) &&
           std::ranges::all_of(text, [](char c) {
               return c > ' ' && c < '\x7f' &&
                      std::string_view{"\"<>\\^`{|}"}.find(c) == std::string_view::npos;
           });
}

nlohmann::json context_of_answers()
{
    return {std::string{gs1_context},
            {{std::string{prefix.substr(0, prefix.size() - 1)}, std::string{extension}}}};
}

}  // namespace chipledger::epcis
