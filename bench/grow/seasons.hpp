#pragma once
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "grow/scribe.hpp"

namespace chipledger::grow
{

struct GrowOptions {
    std::int64_t entries = 100'000;
    std::uint64_t seed = 1;
    std::int64_t corrections = 1000;  ///< Corrections and voids in a million entries.
    std::int64_t serials = 20;        ///< Serials recorded for each batch.
};

/// The first instant of the ledger that grows.
Time seasons_start();

/// Half years of a fictional supply: policies, a firm for each thousand entries, applications and
/// approvals, batches, lots on their way from the reservation to the rack. It keeps a small model
/// of its own of what is granted, free and where, so that nothing it says is ever refused. The
/// same seed tells the same story.
class Seasons
{
public:
    Seasons(Ledger& ledger, GrowOptions options);
    /// Plays until the ledger holds the entries that were asked for, or `goes_on`, which hears how
    /// far it is, says no.
    void play(const std::function<bool(std::int64_t)>& goes_on);
    const Scribe& scribe() const { return scribe_; }

private:
    using Act = std::function<void()>;
    using hours = std::chrono::hours;
    using days = std::chrono::days;
    struct Cue {
        Time at;
        std::int64_t order;
        Act act;
        bool operator<(const Cue& other) const
        {
            return std::tie(other.at, other.order) < std::tie(at, order);  // Earliest first.
        }
    };
    struct Grant {  ///< An approval, as this model knows it.
        ApprovalId id{};
        std::size_t firm = 0;
        std::int64_t granted = 0, available = 0;
        Day valid_to{};
        int open = 0;  ///< Parts of lots that are not delivered yet.
        bool usable = true, ended = false;
    };
    using GrantPtr = std::shared_ptr<Grant>;
    struct Lot {  ///< Units of one batch that travel together.
        UnitRange units{};
        GrantPtr grant{};
        ShipmentId shipment{};
    };
    struct FirmModel {
        Actor actor{};
        std::vector<GrantPtr> grants{};
    };

    // What the others are made of.
    std::int64_t pick(std::int64_t from, std::int64_t to);
    bool chance(int per_mille) { return pick(1, 1000) <= per_mille; }
    void later(std::chrono::minutes after, Act act);
    void say(const Actor& who, EventData data, Scribe::Then then = {});
    Timestamp lately();
    bool mistaken();
    void correct(const Actor& who, Position target, std::optional<EventData> replacement);

    // Who may have how many (seasons.cpp).
    void open_season();
    void register_firm();
    void apply_for(std::size_t firm);
    void decide(ApplicationId application, std::size_t firm, std::int64_t asked);
    void grown(const GrantPtr& grant);
    void amend(const GrantPtr& grant);
    void end_early(const GrantPtr& grant);
    void expire(const GrantPtr& grant);
    void long_approval();
    void long_movements(std::int64_t position);
    GrantPtr grant_for(std::int64_t units);

    // Where the units are (lots.cpp).
    void register_batch();
    void allot(BatchId batch, std::int64_t qty);
    void reserve(Lot lot);
    void ship(Lot lot);
    void receive(Lot lot, bool found);
    void hold(Lot lot);
    void seize(Lot lot);
    void send_back(Lot lot);
    void lose(Lot lot);
    void clear(Lot lot, int part);
    void deliver(Lot lot);
    void deploy(Lot lot, SiteId site);
    static Lot split(Lot& lot, std::int64_t units);

    GrowOptions options_;
    Scribe scribe_;
    Ledger& ledger_;
    std::mt19937_64 random_;
    Time now_{};
    hours tick_hours_{6};
    std::chrono::minutes tick_{};
    std::priority_queue<Cue> cues_{};
    std::int64_t order_ = 0, season_ = 0, firms_total_ = 0, batches_season_ = 0;
    std::int64_t applications_ = 0, approvals_ = 0, batches_ = 0, shipments_ = 0, declarations_ = 0,
                 cases_ = 0, mistakes_ = 0, mistakes_due_ = 0;
    std::int64_t long_said_ = 0, long_unit_ = 0;
    std::vector<std::int64_t> long_reserved_{};
    std::vector<FirmModel> firms_{};
    std::string period_{};
};

/// The prefix and the number, filled up with zeros: "B-000041".
std::string numbered(const char* prefix, std::int64_t n, int width);

}  // namespace chipledger::grow
