#pragma once
#include <map>
#include <set>
#include <vector>

#include "codec/event_json.hpp"
#include "domain/state.hpp"
#include "ledger/retelling.hpp"

namespace chipledger {

/// What might have been: entries removed, replaced or added.
struct Hypothesis {
    std::set<Position> removed{};
    std::map<Position, EventData> replaced{};
    std::multimap<Position, Proposal> added{};  ///< After this entry, in their order.
    std::function<bool()> given_up{};  ///< Asked now and then: whether nobody waits any more.
};

struct Hypothetical {
    State state{};
    std::vector<Refused> refused{};
};

}  // namespace chipledger
