#pragma once
#include <functional>
#include <random>

#include "given.hpp"
#include "naive_model.hpp"

namespace chipledger::naive {

/// Two firms, a batch and two approvals: where random histories begin.
scenario::History small_world();

/// The same event with a smaller figure; none where there is nothing to make smaller.
std::optional<EventData> smaller(EventData data, std::mt19937_64& dice);

/// Proposes events that mostly make sense after what the model has seen, in a small world.
class Proposer {
public:
    Proposer(const Model& model, std::uint64_t seed, Day today) : m{model}, dice{seed}, now{today}
    {
    }
    Event propose();

private:
    using Test = std::function<bool(const Unit&)>;

    std::int64_t roll(std::int64_t from, std::int64_t to);
    bool chance(int percent);
    template <class T>
    T one_of(std::initializer_list<T> values);
    template <class Map, class Like>
    typename Map::key_type known(const Map& map, const char* prefix, const Like& like);
    template <class TaggedId>
    TaggedId numbered(const char* prefix, std::int64_t last);

    ApprovalId approval();
    ApprovalId approval_with(UnitState first, UnitState last);
    ShipmentId shipment_with(UnitState first, UnitState last);
    ApplicationId application(ApplicationStatus like);
    Units some(const Test& test);
    Units of_approval(const ApprovalId& id, UnitState first, UnitState last);
    Units of_shipment(const ShipmentId& id, UnitState first, UnitState last);
    std::vector<Condition> conditions();
    Actor who(const EventData& data);

    Event any();
    EventData data();
    EventData master_data();
    EventData application_data();
    EventData approval_data();
    EventData batch_data();
    EventData allocation_data();
    EventData shipment_data();
    EventData customs_data();
    EventData firm_data();
    EventData regulator_data();

    const Model& m;
    std::mt19937_64 dice;
    Day now;
};

}  // namespace chipledger::naive
