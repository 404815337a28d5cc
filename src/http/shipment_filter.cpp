#include "http/shipment_filter.hpp"

namespace chipledger {

bool ShipmentFilter::takes(const Shipment& shipment) const
{
    if (open && *open != shipment.open()) return false;
    const std::optional<OfficeId>& there = *shipment.office;
    return !office || !there || *there == *office;
}

Result<ShipmentFilter> shipment_filter_of(const Request& request)
{
    ShipmentFilter filter;
    if (const auto status = request.parameter("status")) {
        if (*status != "open" && *status != "closed")
            return Refusal{Code::malformed, "?status", "Send open or closed."};
        filter.open = *status == "open";
    }
    if (const auto office = request.parameter("office")) {
        if (!is_id(*office))
            return Refusal{Code::malformed, "?office", "Send the id of an office, as SHA-01."};
        filter.office = OfficeId{std::string{*office}};
    }
    return filter;
}

}  // namespace chipledger
