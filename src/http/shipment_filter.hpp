#pragma once
#include <optional>

#include "domain/state.hpp"
#include "http/message.hpp"

namespace chipledger {

/// What a dock asks of the list of shipments: ?status=open|closed, ?office=<id>.
struct ShipmentFilter {
    std::optional<bool> open{};
    std::optional<OfficeId> office{};  ///< There, or nowhere yet: on its way to any office.

    bool takes(const Shipment& shipment) const;
};

/// Malformed for another status, and for an office that is no id.
Result<ShipmentFilter> shipment_filter_of(const Request& request);

}  // namespace chipledger
