#pragma once
#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "domain/event_parts.hpp"
#include "domain/persistent_map.hpp"
#include "domain/units.hpp"

namespace chipledger {

/// Where a unit is (DESIGN §5). Up to `lost` it is outside the country's books; from `cleared` to
/// `decommissioned` it is drawn; `returned` and `confiscated` are ends.
enum class UnitState : std::uint8_t {
    registered,
    in_transit,
    arrived,
    held,
    seized,
    lost,
    cleared,
    delivered,
    deployed,
    recalled,
    decommissioned,
    returned,
    confiscated,
};
BOOST_DESCRIBE_ENUM(UnitState, registered, in_transit, arrived, held, seized, lost, cleared,
                    delivered, deployed, recalled, decommissioned, returned, confiscated)

inline constexpr std::size_t unit_states = 13;
std::string_view name_of(UnitState state);

/// Units by state.
struct UnitCounts {
    std::array<std::int32_t, unit_states> by_state{};

    std::int32_t& operator[](UnitState state) { return by_state[static_cast<std::size_t>(state)]; }
    std::int64_t operator[](UnitState state) const
    {
        return by_state[static_cast<std::size_t>(state)];
    }
    /// Sum over `first` to `last`, both included.
    std::int64_t sum(UnitState first, UnitState last) const;
    std::int64_t total() const { return sum(UnitState::registered, UnitState::confiscated); }
    /// Units of an approval that count as Reserved: pending, frozen or not.
    std::int64_t reserved() const { return sum(UnitState::registered, UnitState::seized); }
    /// Units of an approval that count as Drawn: cleared or beyond.
    std::int64_t drawn() const { return sum(UnitState::cleared, UnitState::decommissioned); }
    UnitCounts& operator+=(const UnitCounts& other);
    friend UnitCounts operator-(const UnitCounts& a, const UnitCounts& b);
    friend bool operator==(const UnitCounts&, const UnitCounts&) = default;
};
BOOST_DESCRIBE_STRUCT(UnitCounts, (), (by_state))

/// What is true of a unit: its state, who it is set aside for, what it came with, where it is.
struct Holding {
    UnitState state{};
    UnitState before{};  ///< State before a recall.
    ApprovalId approval{};
    ShipmentId shipment{};
    SiteId site{};
    friend bool operator==(const Holding&, const Holding&) = default;
};
BOOST_DESCRIBE_STRUCT(Holding, (), (state, before, approval, shipment, site))

/// What an entry does to the holding of each unit that it moves.
struct Change {
    enum class Kind : std::uint8_t {
        to_state,  ///< And nothing else.
        reserve,   ///< Set aside for the approval `id`.
        release,   ///< Free again.
        dispatch,  ///< Into the shipment `id`.
        transfer,  ///< To the approval `id`.
        place,     ///< To the state, at the site `id`.
        recall,
        lift,      ///< Back to the state before the recall.
    };
    Kind kind{};
    UnitState state{};
    std::string id{};

    Holding operator()(Holding holding) const;
    friend bool operator==(const Change&, const Change&) = default;
};
BOOST_DESCRIBE_STRUCT(Change, (), (kind, state, id))

/// Units of one batch, and what happened to them; `others` moved in the same entry before.
struct Move {
    std::int32_t from = 0;
    std::int32_t to = 0;
    Change change{};
    Box<Move> others{};
    friend bool operator==(const Move& a, const Move& b);
};
BOOST_DESCRIBE_STRUCT(Move, (), (from, to, change, others))

/// Units that share a holding since the same entry; the map's key is the first of them.
struct Run {
    std::int64_t to = 0;
    Holding holding{};
    Position entry{};  ///< The last entry that moved them.
    friend bool operator==(const Run&, const Run&) = default;
};
BOOST_DESCRIBE_STRUCT(Run, (), (to, holding, entry))

/// Custody of a batch: every unit is in exactly one run, by construction.
class Custody {
public:
    using Runs = PersistentMap<std::int64_t, Run>;
    using Moved = std::function<void(const Holding& from, const Holding& to, std::int64_t count)>;
    using Visit = std::function<void(std::int64_t from, std::int64_t to, const Run&)>;

    Custody() = default;
    /// Units 1 to `size` in one run.
    Custody(std::int64_t size, const Holding& holding, Position entry);
    explicit Custody(Runs runs) : runs_{std::move(runs)} {}

    const Runs& runs() const { return runs_; }
    const Run* at(std::int64_t unit) const;
    /// Calls `visit` for each piece of a run within [from, to]; gaps (beyond the batch) are left
    /// out.
    void visit(std::int64_t from, std::int64_t to, const Visit& visit) const;
    /// Changes every unit of [from, to], tells `moved`, joins like neighbours again.
    void move(std::int64_t from, std::int64_t to, Position entry, const Change& change,
              const Moved& moved);

    friend bool operator==(const Custody&, const Custody&) = default;

private:
    void split(std::int64_t first);
    void join(std::int64_t first);
    Runs runs_{};
};

/// Does to a custody what an entry did, the entry's others first.
void paint(Custody& custody, const Move& move, Position entry, const Custody::Moved& moved = {});

}  // namespace chipledger
