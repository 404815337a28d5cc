#pragma once
#include <map>
#include <set>
#include <vector>

#include "codec/event_json.hpp"
#include "domain/rulebook.hpp"
#include "ledger/entries.hpp"

namespace chipledger {

/// How entries are read: by the corrections and voids in force, and what is read otherwise here.
struct Readings {
    Things<Position, Reading> in_force{};
    /// Nothing in a place: the entry counts as it was recorded.
    std::map<Position, std::optional<Reading>> otherwise{};

    /// The reading of an entry; none where it counts as it was recorded.
    const Reading* find(Position entry) const
    {
        const auto other = otherwise.find(entry);
        if (other == otherwise.end()) return in_force.find(entry);
        return other->second ? &*other->second : nullptr;
    }
    /// What is left of an entry: itself, its replacement, or nothing; of a correction nothing.
    std::optional<Event> read(const Event& recorded) const;
};

/// What would have been refused: an entry, or one that was added after `entry`.
struct Refused {
    Position entry{};
    std::string type{};
    Refusal refusal{};
};

/// What a retelling does with an entry that the rulebook refuses on the other past.
enum class Doubt {
    none,   ///< Asks nothing: it was judged once.
    first,  ///< Stops.
    all,    ///< Leaves it out, and goes on.
};

/// How the past is to be told: how entries are read now, and entries more.
struct Tale {
    std::map<Position, std::optional<Reading>> otherwise{};  ///< As in Readings.
    std::multimap<Position, Proposal> added{};  ///< After this entry, in their order.
    Doubt doubt = Doubt::first;
    /// What the ledger does by itself it does again, up to this time: approvals fall due.
    std::optional<Time> falls_due{};
    /// Asked now and then; true: the telling ends, refused overloaded.
    std::function<bool()> given_up{};
};

/// What one thing has been since it first was other than it had been.
template <class Value>
struct Retold {
    struct Version {
        std::int64_t position = 0;
        std::optional<Value> value{};
        bool same = false;  ///< As it was told before.
    };
    std::vector<Version> versions{};
    bool differs() const { return !versions.empty() && !versions.back().same; }
};

template <class Kind>
struct RetoldOf;
template <class Key, class Value>
struct RetoldOf<Things<Key, Value>> {
    using type = std::map<Key, Retold<Value>>;
};
template <class Tie>
struct RetoldKinds;
template <class... Kinds>
struct RetoldKinds<std::tuple<Kinds&...>> {
    using type = std::tuple<typename RetoldOf<Kinds>::type...>;
};

/// Tells the past anew from where it changes, through the two doors of the rulebook, and only as
/// far as the change reaches: an entry is judged again when something that it touches or rests on
/// is not as it was. What comes out is what a refold of everything would give.
class Retelling {
public:
    /// `past` stands at its end, and has nothing that is not settled.
    Retelling(State past, Tale tale);

    /// With Doubt::first refused where the rulebook first says no, as refused() tells.
    Result<void> run(const Entries& entries);
    const std::vector<Refused>& refused() const { return refused_; }
    /// The log has gone on to `past` meanwhile, without a correction: run() takes that in too.
    void go_on(State past);
    /// The last entry of the past that it tells.
    Position end() const { return head_.position; }
    /// Entries that were judged again.
    std::int64_t told() const { return told_; }

    /// The state at the end, as it is known from entry `known` on.
    State finish(Position known) const;

private:
    using Kinds = decltype(kinds(std::declval<State&>()));
    static constexpr std::size_t kind_count = std::tuple_size_v<Kinds>;
    using Keys = std::set<FirmPeriod>;
    using Lighter = std::map<std::int64_t, Keys>;

    void stand(std::int64_t position);
    Result<const Event*> fetch(const Entries& entries, std::int64_t position);
    Result<void> tell(const Event& recorded);
    Result<void> judge(const Event& event, Position shown);
    void tell_added(std::int64_t position);
    bool tell_exposures(std::int64_t position, const Keys& keys);
    void fall_due(std::int64_t position, Time upto);
    void await_due(std::int64_t position, const Approval* approval);
    void compare(std::int64_t position, const State& was);

    template <class Key, class Value>
    void compare(std::int64_t position, const Things<Key, Value>& was, Things<Key, Value>& is,
                 std::map<Key, Retold<Value>>& told);
    void compare_moves(std::int64_t position, const Things<BatchId, Move>& was);
    // Where a change reaches: the entries after it that must be judged again.
    void reach(std::int64_t after, const Period& key, const Policy* was, const Policy* is);
    void reach(std::int64_t after, const FirmId& key, const Firm* was, const Firm* is);
    void reach(std::int64_t after, const ApplicationId&, const Application*, const Application*);
    void reach(std::int64_t after, const ApprovalId& key, const Approval* was, const Approval* is);
    void reach(std::int64_t after, const FirmPeriod& key, const Exposure*, const Exposure*);
    void reach(std::int64_t after, const Use& key, const Position*, const Position*);
    void reach(std::int64_t after, const BatchId& key, const Batch*, const Batch*);
    void reach(std::int64_t after, const BatchId& key, const std::int64_t*, const std::int64_t*);
    void reach(std::int64_t after, const BatchId& key, const Move*, const Move*);
    void reach(std::int64_t after, const ShipmentId& key, const Shipment*, const Shipment*);
    void reach(std::int64_t after, const SerialId&, const UnitRef*, const UnitRef*);
    void reach(std::int64_t after, const std::string& scope, const Position*, const Position*);
    template <class Key, class Value>
    void reach(std::int64_t, const Key&, const Value*, const Value*)
    {
    }
    void reach_subject(std::int64_t after, const char* kind, const std::string& id);
    void reach_everything(std::int64_t after);
    template <class Kind>
    void reach_history(std::int64_t after, const Kind& kind, const typename Kind::key_type& key);
    void reach_exposures(std::int64_t after, const FirmPeriod& key);

    State head_;
    Tale tale_;
    Readings before_;
    Readings after_;
    State past_;   ///< As it was, standing where the telling is.
    State state_;  ///< The same with what differs over it.
    typename RetoldKinds<Kinds>::type retold_{};
    PersistentMap<BatchId, Custody> moved_{};  ///< Of the batches that move otherwise.
    std::set<std::int64_t> ahead_{};   ///< Entries to judge again.
    Lighter lighter_{};                ///< Entries where the cap alone may say no now.
    std::set<std::int64_t> due_{};     ///< Entries before which an approval falls due.
    std::map<std::int64_t, Event> fetched_{};
    std::vector<Refused> refused_{};
    std::int64_t told_ = 0;
};

}  // namespace chipledger
