#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "ledger/history.hpp"
#include "ledger/ledger.hpp"

namespace chipledger {

/// A request that waits for the writer, and who is to be told.
struct Pending {
    Submission submission{};
    std::optional<Time> new_now{};  ///< Not a submission: the simulated clock moves here.
    boost::asio::any_io_executor executor{};
    std::function<void(Answer)> tell{};
    std::uint64_t key = 0;  ///< key_hash() of its principal and idempotency key; 0 without one.
};

/// Whoever waits, and what they are told.
struct Waiting {
    Pending pending;
    Answer answer;
};

/// What one transaction will hold, and who waits for it.
struct Group {
    State state{};
    std::vector<EventRow> rows{};
    std::vector<Event> events{};
    std::vector<CommandRow> commands{};
    std::vector<std::uint64_t> keys{};  ///< Of those who wait.
    std::vector<Waiting> waiting{};
    std::vector<Waiting> told{};  ///< Theirs is answered by what is in the log already.
    std::optional<Time> new_now{};

    bool empty() const { return rows.empty() && commands.empty() && waiting.empty(); }
    /// 500 entries or 1 MiB: more would only take longer.
    bool is_full() const
    {
        std::size_t bytes = 0;
        for (const EventRow& row : rows) bytes += row.bytes.size();
        return rows.size() >= entries_max || bytes >= bytes_max;
    }
    static constexpr std::size_t entries_max = 500;
    static constexpr std::size_t bytes_max = 1 << 20;
};

/// Tells a submission that is one correction beforehand, beside the writer; null for any other.
std::shared_ptr<PreparedCorrection> prepare(EventStore& store, const State& state,
                                            const Submission& submission);

/// Turns submissions into entries of a group, against its speculative state.
class Judge {
public:
    Judge(EventStore& store, std::function<Time()> now) : store_{store}, now_{std::move(now)}
    {
    }
    /// All of the submission becomes part of the group, or nothing.
    Result<Recorded> judge(Group& group, const Submission& submission);
    /// Ends every approval whose valid_to has passed at `upto`.
    void expire(Group& group, Time upto);
    /// Issues every firm's statement for the day before that of `upto`, once.
    void state_balances(Group& group, Time upto);

private:
    Result<State> admit_one(Group& group, const State& trial, std::vector<Event>& events,
                            const Submission& submission, std::size_t index,
                            bool& needs_confirmation);
    Result<State> admit_correction(Group& group, const State& trial, std::vector<Event>& events,
                                   const Submission& submission, Event& event);
    Time recorded_at(const State& state) const;

    EventStore& store_;
    std::function<Time()> now_;
};

}  // namespace chipledger
