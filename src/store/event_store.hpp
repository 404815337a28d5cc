#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/refusal.hpp"
#include "store/rows.hpp"

namespace chipledger {

class AppendLink;
class Session;

/// The log in PostgreSQL over a connection of its own, and another one to append: append() may
/// run beside one other call. Otherwise not thread-safe; every call blocks.
/// A call after a lost connection connects again by itself. Whatever goes wrong with the database
/// is store_unavailable (nothing was written), outcome_unknown (settle it) or, where trying again
/// cannot help (a broken constraint, a missing table or grant), internal.
class EventStore {
public:
    /// `conninfo` is libpq's, of the runtime role. Connects on first use. A take-over waits at most
    /// `takeover_wait` (over 0) for a writer that still lives.
    explicit EventStore(std::string conninfo,
                        std::chrono::milliseconds takeover_wait = std::chrono::seconds{3});
    ~EventStore();
    EventStore(EventStore&&) noexcept;
    EventStore& operator=(EventStore&&) noexcept;

    /// Becomes the writer: raises the epoch, which fences every other. Waits a bounded while for
    /// the advisory lock of a writer that still lives, then takes over all the same.
    Result<Head> take_over();

    /// The head as it is, without any claim to write.
    Result<Head> head();

    /// Whether it is a standby that answers: what it has may be behind what another has shown.
    Result<bool> is_standby();

    /// Appends all or nothing after `head`; the positions of `events` must follow head.size without
    /// gaps. Success means durable, on the synchronous
    /// standby too where there is one. Refusals: fenced (another epoch or size; nothing written),
    /// store_unavailable (nothing written), outcome_unknown (settle() tells), internal (a key
    /// or position that exists; nothing written).
    Result<Head> append(const Head& head, std::span<const EventRow> events,
                        std::span<const CommandRow> commands);

    /// Settles an outcome_unknown on a fresh connection: waits for a COMMIT that still runs and
    /// looks whether entry `last` bears `last_id`. The new head when it happened, none when it did
    /// not (and never will). Refused fenced when the epoch moved on, outcome_unknown when the
    /// entry is there but the synchronous standby does not confirm it, store_unavailable.
    Result<std::optional<Head>> settle(const Head& before, Position last,
                                       const std::string& last_id);

    /// The same for a group without events: looks for the command of `principal` and `key`.
    Result<std::optional<Head>> settle_command(const Head& before, const std::string& principal,
                                               const std::string& key);

    /// Feeds the entries in (after, upto], ascending, in bounded chunks. Entries may be fed before
    /// a failure is answered.
    Result<void> read(Position after, Position upto,
                      const std::function<void(StoredEntry&&)>& entry);

    /// Feeds these entries, ascending.
    Result<void> read(const std::vector<Position>& positions,
                      const std::function<void(StoredEntry&&)>& entry);

    /// At most filter.limit entries, ascending or descending by position.
    Result<std::vector<StoredEntry>> list(const EventFilter& filter);

    Result<std::optional<CommandRow>> command(const std::string& principal,
                                              const std::string& key);

    /// The proposal with this id, or all that are open, oldest first.
    Result<std::vector<ProposalRow>> proposals(const std::string& id = {});

    /// Feeds every (principal, key) once, in no promised order, as long as `each` says true.
    Result<void> keys(const std::function<bool(const std::string& principal,
                                               const std::string& key)>& each);

    /// The last position recorded at or before `recorded`; 0 when there is none.
    Result<Position> position_at(Time recorded);

    /// Ledger time of a simulated clock; none where it was never set.
    Result<std::optional<Time>> simulated_now();

    /// Sets it; refused fenced unless `mine` is the epoch.
    Result<void> set_simulated_now(const Head& mine, Time now);

private:
    void await_writer_lock();
    /// The positions that what a filter says of recorded_at leaves: beyond the first, up to the second.
    Result<std::pair<Position, Position>> range_of(const EventFilter& filter);
    template <class Look>
    Result<std::optional<Head>> settle_with(const Head& before, const Look& look);

    std::chrono::milliseconds takeover_wait_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<AppendLink> appending_;
};

}  // namespace chipledger
