#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "domain/units.hpp"

// URIs of what the ledger knows by its own numbers. They are URIs of our namespace and claim no
// GS1 company prefix; a single unit is an EPC, several in a row are a class of their own:
//   …/batch/B01           the class of all units of a batch
//   …/batch/B01/unit/7    one unit
//   …/batch/B01/units/1-398   the class of just these units
//   …/shipment/S-1, …/approval/AP-1, …/office/SHA-01, …
namespace chipledger::epcis {

/// Units that a URI speaks of.
struct Goods {
    BatchId batch{};
    std::int64_t from = 1;
    std::int64_t to = units_max;
    bool whole = true;  ///< All of the batch, however many.

    bool is_unit() const { return !whole && from == to; }
    bool overlaps(const Goods& other) const
    {
        return batch == other.batch && from <= other.to && other.from <= to;
    }
};

std::string uri_of(std::string_view kind, std::string_view id);
std::string uri_of(const UnitRange& range);
/// The id in a URI of this kind of thing, or nothing.
std::optional<std::string> id_in(std::string_view uri, std::string_view kind);
/// The units that an EPC or a class of ours stands for, or nothing.
std::optional<Goods> goods_in(std::string_view uri);

}  // namespace chipledger::epcis
