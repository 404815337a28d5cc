#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "codec/event_json.hpp"
#include "domain/state.hpp"

namespace chipledger {

/// What might have been: entries removed, replaced or added.
struct Hypothesis {
    std::set<Position> removed{};
    std::map<Position, EventData> replaced{};
    std::multimap<Position, Proposal> added{};  ///< After this entry, in their order.

    bool empty() const { return removed.empty() && replaced.empty() && added.empty(); }
    /// The first entry that is not as it was.
    Position first() const;
};

/// What would have been refused then: an entry, or one that was added after `entry`.
struct Refused {
    Position entry{};
    std::string type{};
    Refusal refusal{};
};

struct Hypothetical {
    State state{};
    std::vector<Refused> refused{};
};

}  // namespace chipledger
