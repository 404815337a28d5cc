#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "ledger/ledger.hpp"

namespace chipledger {

/// What a play of the demo did.
struct DemoReport {
    std::int64_t entries = 0;
    std::map<Code, std::int64_t> refused{};  ///< What the rulebook turned down, as in life.
};

/// About 120 days of a fictional supply, played by the roles through the same rulebook and writer
/// as everything else, under the simulated clock. The same seed gives the same story.
class DemoStory {
public:
    DemoStory(Ledger& ledger, std::uint64_t seed);
    /// Plays all of it into a ledger that holds nothing but its first entry.
    Result<DemoReport> play();

private:
    using Act = std::function<void()>;
    struct Cue {
        Time at;
        std::int64_t order;
        Act act;
        bool operator<(const Cue& other) const
        {
            return std::tie(other.at, other.order) < std::tie(at, order);  // Earliest first.
        }
    };
    struct Lot {  ///< A consignment of one batch to one approval.
        BatchId batch;
        ApprovalId approval;
        FirmId firm;
        ShipmentId shipment;
        std::int64_t units = 0;
    };

    void at(std::int64_t day, int hour, Act act);
    void later(std::int64_t hours, Act act);
    std::int64_t pick(std::int64_t from, std::int64_t to);
    bool chance(int percent) { return pick(1, 100) <= percent; }

    Position record(Role role, EventData data,
                                            std::vector<Wanted> wanted = {},
                                            const FirmId& firm = {});
    void opening();
    void firms();
    void applications();
    void batches();
    void turning_points();
    void apply_for(std::int64_t day, FirmId firm, std::int64_t asked, std::int64_t granted,
                   std::string period, std::vector<Condition> conditions);
    void register_batch(std::int64_t day, std::int64_t number);
    void allot(BatchId batch, std::int64_t qty);
    void ship(Lot lot);
    void receive(Lot lot);
    void clear(Lot lot, std::int64_t rest, int part);
    void deliver(Lot lot, std::int64_t units);

    Ledger& ledger_;
    std::mt19937_64 random_;
    Time now_{};
    std::priority_queue<Cue> cues_{};
    std::int64_t order_ = 0, keys_ = 0, shipments_ = 0, declarations_ = 0, approvals_ = 0,
                 applications_ = 0;
    std::vector<std::pair<ApprovalId, FirmId>> granted_{};
    std::optional<Lot> last_cleared_{};
    DemoReport report_{};
};

/// The first instant of the demo (its ledger's simulated clock starts there).
Time demo_start();

}  // namespace chipledger
