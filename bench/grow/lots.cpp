// Where the units are: a lot's way from the reservation to the rack.
#include <algorithm>
#include <array>

#include "grow/seasons.hpp"

namespace chipledger::grow
{

namespace
{

const Actor regulator{"regulator", Role::regulator, {}};
const Actor logistics{"logistics", Role::logistics, {}};
const Actor customs{"customs", Role::customs, {}};

constexpr std::array ports{"CNSHA", "CNTXG", "CNSZX", "CNNGB"};
constexpr std::array offices{"SHA-01", "TXG-02", "SZX-01", "NGB-01"};
constexpr std::array carriers{"Meridian Air Cargo", "Halcyon Lines", "Blue Crane Freight"};

Units only(const UnitRange& range)
{
    return {range};
}

}  // namespace

/// Takes the last `units` of a lot away as one of its own.
Seasons::Lot Seasons::split(Lot& lot, std::int64_t units)
{
    Lot part = lot;
    part.units.from = lot.units.to - units + 1;
    lot.units.to = part.units.from - 1;
    part.grant->open += 1;
    return part;
}

void Seasons::register_batch()
{
    const std::int64_t n = ++batches_;
    const BatchId batch{numbered("B-", n, 6)};
    const std::int64_t qty = pick(58, 76) * 100;
    say(logistics, BatchRegistered{batch, Sku{"H200-141G"}, qty, Text{"TW"},
                                   Text{"Nanfang Components"}, Text{numbered("EL-", n, 6)}});
    if (options_.serials > 0) {
        std::vector<SerialId> serials;
        for (std::int64_t i = 1; i <= options_.serials; ++i)
            serials.emplace_back(batch.value + numbered("-SN", i, 5));
        say(logistics, SerialsRecorded{batch, 1, std::move(serials)});
    }
    later(hours{pick(30, 60)}, [this, batch, n, qty] {
        say(logistics, BatchTestCertified{batch, Text{"Jinghe Test Laboratory"},
                                          CertificateId{numbered("TC-", n, 6)}});
        allot(batch, qty);
    });
}

// Most of a batch goes out at once; some stays on the shelf.
void Seasons::allot(BatchId batch, std::int64_t qty)
{
    std::int64_t from = 1;
    for (std::int64_t rest = qty * pick(75, 100) / 100; rest > 200;) {
        const std::int64_t units =
            std::min(rest, chance(400) ? pick(8, 18) * 100 : pick(2, 8) * 50);
        rest -= units;
        const Lot lot{{batch, from, from + units - 1}, {}, {}};
        from += units;
        later(hours{pick(4, 60)}, [this, lot] { reserve(lot); });
    }
}

void Seasons::reserve(Lot lot)
{
    lot.grant = grant_for(count(lot.units));
    if (!lot.grant) return;
    lot.grant->available -= count(lot.units);
    lot.grant->open += 1;
    say(regulator, AllocationReserved{lot.grant->id, only(lot.units)});
    if (chance(10))  // Taken back.
        return later(hours{pick(20, 90)}, [this, lot] {
            say(regulator, AllocationReleased{lot.grant->id, only(lot.units)});
            lot.grant->available += count(lot.units);
            lot.grant->open -= 1;
        });
    later(hours{pick(12, 90)}, [this, lot] { ship(lot); });
}

void Seasons::ship(Lot lot)
{
    const auto n = static_cast<std::size_t>(++shipments_);
    lot.shipment = ShipmentId{numbered("S-", shipments_, 7)};
    say(logistics,
        ShipmentDispatched{lot.shipment, lot.grant->id, only(lot.units),
                           Text{carriers[n % carriers.size()]}, PortId{ports[n % ports.size()]}});
    later(days{pick(5, 16)}, [this, lot] { receive(lot, false); });
}

void Seasons::receive(Lot lot, bool found)
{
    if (!found && chance(30)) lose(split(lot, pick(1, 6)));
    const auto office = static_cast<std::size_t>(pick(0, std::ssize(offices) - 1));
    const bool late = chance(15);
    const Timestamp when{late ? now_ - hours{pick(30, 96)} : lately().at, hours{8}};
    scribe_.say(customs, ShipmentArrived{lot.shipment, only(lot.units), OfficeId{offices[office]}},
                when);
    const std::int64_t all = count(lot.units);
    const std::int64_t failed = chance(250) ? pick(0, std::min<std::int64_t>(8, all)) : 0;
    const bool wrong = mistaken();
    say(customs, ShipmentInspected{lot.shipment, Amount{all - failed}, Amount{failed}, {}},
        [this, wrong, shipment = lot.shipment, all](Position at) {
            if (wrong)
                correct(
                    customs, at,
                    ShipmentInspected{shipment, Amount{all - 1}, Amount{1}, Text{"seal broken"}});
        });
    if (all > 100 && chance(180)) hold(split(lot, pick(1, 4) * 20));
    if (count(lot.units) > 60 && chance(3)) seize(split(lot, 40));
    if (count(lot.units) > 60 && chance(10)) send_back(split(lot, pick(5, 50)));
    later(hours{pick(10, 60)}, [this, lot] { clear(lot, 0); });
}

void Seasons::lose(Lot lot)
{
    say(customs, ShipmentLost{lot.shipment, only(lot.units), Text{"crate missing at transfer"}});
    lot.grant->available += count(lot.units);
    lot.grant->open -= 1;
    if (!chance(300)) return;
    later(days{pick(2, 10)}, [this, lot] {
        if (!lot.grant->usable || lot.grant->ended || lot.grant->available < count(lot.units))
            return;
        lot.grant->available -= count(lot.units);
        lot.grant->open += 1;
        say(customs, ShipmentFound{lot.shipment, only(lot.units), Text{"at the wrong dock"}});
        later(hours{pick(10, 40)}, [this, lot] { receive(lot, true); });
    });
}

void Seasons::hold(Lot lot)
{
    say(customs,
        ShipmentHeld{lot.shipment, only(lot.units), Text{"papers do not match the crates"}});
    later(days{pick(2, 12)}, [this, lot] {
        say(customs, ShipmentHoldLifted{lot.shipment, only(lot.units), Text{"papers completed"}});
        later(hours{pick(10, 60)}, [this, lot] { clear(lot, 9); });
    });
}

void Seasons::seize(Lot lot)
{
    const CaseId file{numbered("C-", ++cases_, 6)};
    say(customs,
        ShipmentSeized{lot.shipment, file, only(lot.units), Text{"serial plates were changed"}});
    later(days{14}, [this, lot, file]() mutable {
        const Lot proved = split(lot, 16);
        say(customs, ShipmentConfiscated{lot.shipment, file, only(lot.units)});
        lot.grant->open -= 1;
        say(customs, ShipmentSeizureLifted{lot.shipment, file, only(proved.units),
                                           Text{"plates proved genuine"}});
        later(hours{pick(10, 60)}, [this, proved] { clear(proved, 9); });
    });
}

void Seasons::send_back(Lot lot)
{
    say(customs, ShipmentReturned{lot.shipment, only(lot.units), Text{"damaged on the way"}});
    lot.grant->available += count(lot.units);
    lot.grant->open -= 1;
}

void Seasons::clear(Lot lot, int part)
{
    const std::int64_t all = count(lot.units);
    const DeclarationId declaration{numbered("D-", ++declarations_, 7)};
    if (part < 2 && all >= 200) {
        const Lot rest = split(lot, all * pick(30, 65) / 100);
        later(hours{pick(10, 60)}, [this, rest, part] { clear(rest, part + 1); });
    }
    say(customs, ShipmentCleared{lot.shipment, declaration, only(lot.units)});
    later(hours{pick(20, 90)}, [this, lot] { deliver(lot); });
}

void Seasons::deliver(Lot lot)
{
    const Actor& firm = firms_[lot.grant->firm].actor;
    const SiteId site{firm.firm->value.substr(2) + "-DC-" + std::to_string(pick(1, 3))};
    say(firm, AllocationDelivered{lot.grant->id, site, only(lot.units)});
    lot.grant->open -= 1;
    while (true) {
        const std::int64_t rest = count(lot.units) - pick(3, 7) * 100;
        if (rest <= 0) break;
        const Lot part = split(lot, rest);
        part.grant->open -= 1;  // Entitlement has no part in what a firm does with it.
        later(hours{pick(30, 200)}, [this, lot, site] { deploy(lot, site); });
        lot = part;
    }
    later(hours{pick(30, 200)}, [this, lot, site] { deploy(lot, site); });
}

void Seasons::deploy(Lot lot, SiteId site)
{
    const Actor firm = firms_[lot.grant->firm].actor;
    const Timestamp when{chance(15) ? now_ - hours{pick(30, 240)} : lately().at, hours{8}};
    const bool wrong = mistaken();
    const AllocationDeployed deployed{lot.grant->id, site, only(lot.units), {}};
    scribe_.say(firm, deployed, when, [this, wrong, deployed](Position at) {
        AllocationDeployed right = deployed;
        right.site.value += "-B";
        if (wrong)
            correct(regulator, at, chance(500) ? std::optional<EventData>{right} : std::nullopt);
    });
    if (!wrong && chance(5))
        later(days{pick(20, 90)}, [this, firm, lot] {
            UnitRange units = lot.units;
            units.to = units.from + std::min<std::int64_t>(count(units), 10) - 1;
            say(firm, AllocationDecommissioned{lot.grant->id, only(units), Text{"shredded"}});
        });
}

}  // namespace chipledger::grow
