#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/state.hpp"
#include "ledger/hypothesis.hpp"
#include "ledger/log.hpp"
#include "ledger/projection_health.hpp"
#include "ledger/submission.hpp"
#include "ledger/writer_figures.hpp"
#include "store/event_store.hpp"

namespace chipledger {

struct LedgerOptions {
    std::string database{};                   ///< libpq conninfo of the runtime role.
    std::optional<ClockMode> clock{};         ///< None: what the ledger says; system for a new one.
    Time simulated_start{};                   ///< For a new ledger with a simulated clock.
    std::optional<UtcOffset> utc_offset{};    ///< None: what the ledger says; +08:00 for a new one.
    std::string origin = "chipledger";        ///< Of a new ledger.
    /// A statement a day for each firm; none: under the system's clock.
    std::optional<bool> statements{};
    std::size_t queue_max = 4096;             ///< Submissions that may wait; beyond it: overloaded.
    std::size_t reader_connections = 2;
    std::size_t aside_max = 16;               ///< What takes long: so much may run and wait.
    std::chrono::milliseconds what_if_max{30'000};  ///< A what-if that takes longer is given up.
    ProjectionChecks projection_checks{};
    std::string snapshot{};                   ///< File for quick starts; "": none.
    bool follow = false;                      ///< Record nothing: follow who does.
};

/// What /readyz and /metrics tell.
struct LedgerHealth {
    bool writing = false;     ///< False: fenced, or the store is away.
    std::string reason{};     ///< Why not; of one that follows, why it cannot.
    bool following = false;   ///< It records nothing by itself.
    std::int64_t behind = 0;  ///< Entries of its database that it has not read yet.
    std::size_t queued = 0;
    ProjectionHealth projection{};
    WriterFigures writer{};
};

/// The one ledger of a process: writer (or one that follows it), durable state, history. Thread-safe. Completions run on
/// the executor of the awaiting coroutine.
class Ledger {
public:
    /// Migrates nothing; takes the writer's epoch over, folds the log (on from the snapshot, where
    /// there is one that fits), checks the head,
    /// records LedgerOpened in an empty one, starts the writer. With `follow` it takes nothing over,
    /// and every write is refused fenced.
    static Result<std::unique_ptr<Ledger>> open(LedgerOptions options);
    virtual ~Ledger() = default;

    /// The durable state: everything a reader may see. Never null; immutable.
    virtual std::shared_ptr<const State> head() const = 0;
    /// The state as of the first `position` entries (0 to head), as it was known then.
    virtual boost::asio::awaitable<Result<std::shared_ptr<const State>>> at(Position position) = 0;
    /// The last position recorded at or before `recorded`.
    virtual boost::asio::awaitable<Result<Position>> position_at(Time recorded) = 0;
    /// Judges, records and answers; answers only what is durable.
    virtual boost::asio::awaitable<Answer> submit(Submission submission) = 0;
    /// Waits until the head has reached `position`, at most `limit`; the head's position.
    virtual boost::asio::awaitable<Position> wait_for(Position position,
                                                      std::chrono::milliseconds limit) = 0;
    /// Stored entries from the database.
    virtual boost::asio::awaitable<Result<std::vector<StoredEntry>>> list(EventFilter filter) = 0;
    /// The proposal of this number, or with none all that are open.
    virtual boost::asio::awaitable<Result<std::vector<ProposalRow>>> proposals(std::string id) = 0;
    /// What would be at entry `position`, had things been otherwise. Told aside; ends early when
    /// the caller is cancelled. Refused overloaded where it takes too long or too much waits.
    virtual boost::asio::awaitable<Result<Hypothetical>> imagine(Position position,
                                                                 Hypothesis hypothesis) = 0;
    /// The state of what had occurred by then, as known at entry `position`.
    virtual boost::asio::awaitable<Result<std::shared_ptr<const State>>> effective(
        Position position, Time occurred) = 0;
    /// Runs what takes long beside all else, as far as cores are free. Refused overloaded where too
    /// much of that waits already.
    virtual boost::asio::awaitable<Result<void>> aside(std::function<void()> work) = 0;
    /// Ledger time: the wall clock, or the simulated one.
    virtual Time now() const = 0;
    /// Moves a simulated clock forward; entries fall due on the way and are durable on return.
    /// Refused bad-state when it would go back, or when the clock is the system's.
    virtual boost::asio::awaitable<Result<Time>> set_now(Time now) = 0;
    virtual LedgerHealth health() const = 0;
    /// Whether the store answers a reader.
    virtual boost::asio::awaitable<Result<void>> store_answers() = 0;
    /// The tree over what is durable, and its signed heads.
    virtual Log& log() = 0;
    /// Answers what is queued, then stops writing. Idempotent.
    virtual void stop() = 0;
};

}  // namespace chipledger
