#include "codec/request_reader.hpp"

#include "codec/direct_reader.hpp"

namespace chipledger {

namespace {

// What the type says of the data may come behind them.
bool take_proposal(Cursor& at, Proposal& out)
{
    std::string_view type, data;
    const bool read = at.object([&](std::string_view name) {
        if (name == "type") return at.string(type);
        if (name == "data") return at.whole_object(data);
        if (name == "occurred_at") return take(at, out.occurred_at);
        if (name == "reason") return at.literal("null") || take(at, out.reason);
        return name == "documents" && take(at, out.documents);
    });
    Cursor inside{data};
    return read && take_data(inside, type, out.data) && inside.done();
}

}  // namespace

std::optional<ProposedEvents> read_requests(std::string_view body)
{
    ProposedEvents found;
    Cursor at{body};
    found.list = at.object([&](std::string_view name) {
        return name == "events" && at.list(events_max, [&] {
            return take_proposal(at, found.proposals.emplace_back());
        });
    });
    if (!found.list) {
        found.proposals.assign(1, {});
        at = Cursor{body};
        if (!take_proposal(at, found.proposals.front())) return {};
    }
    if (!at.done() || found.proposals.empty()) return {};
    return found;
}

}  // namespace chipledger
