#include "ledger/verifier.hpp"

#include <deque>
#include <future>
#include <map>
#include <set>

#include "codec/event_json.hpp"
#include "domain/rulebook.hpp"
#include "ledger/entry.hpp"
#include "proof/base64.hpp"
#include "proof/fault.hpp"

namespace chipledger {

namespace {

constexpr std::int64_t first_count = 10'000;  // Counts take in the whole state: ever rarer.
constexpr std::uint64_t progress_every = 1'000;
constexpr std::size_t chunk_entries = 1'000;
constexpr std::size_t chunks_ahead = 3;

/// An entry, hashed and read: what needs nothing of the entries before it.
struct Checked {
    Position position{};
    Hash leaf{};
    std::optional<Event> event{};
    std::string why{};  ///< It could not be read.
};

Checked check(const StoredEntry& stored)
{
    Checked checked{stored.position, leaf_hash(log_entry(stored.salt, stored.bytes)), {}, {}};
    Result<Event> event = decode(stored.bytes);
    if (!event) checked.why = "it cannot be read: " + event.error().detail;
    else if (encode(*event) != stored.bytes) checked.why = "its bytes are not canonical";
    else checked.event = std::move(*event);
    return checked;
}

/// Checks ahead on another core while this one replays; gives everything back in order.
class Ahead {
public:
    explicit Ahead(std::function<void(Checked&&)> take) : take_{std::move(take)} {}

    void add(StoredEntry&& stored)
    {
        chunk_.push_back(std::move(stored));
        if (chunk_.size() == chunk_entries) send();
    }
    void finish()
    {
        send();
        while (!sent_.empty()) receive();
    }

private:
    void send()
    {
        sent_.push_back(std::async(std::launch::async, [chunk = std::exchange(chunk_, {})] {
            std::vector<Checked> checked;
            for (const StoredEntry& stored : chunk) checked.push_back(check(stored));
            return checked;
        }));
        if (sent_.size() == chunks_ahead) receive();
    }
    void receive()
    {
        std::vector<Checked> checked = sent_.front().get();
        sent_.pop_front();
        for (Checked& one : checked) take_(std::move(one));
    }

    std::function<void(Checked&&)> take_;
    std::vector<StoredEntry> chunk_{};
    std::deque<std::future<std::vector<Checked>>> sent_{};
};

/// Replays what it is fed, and remembers the first thing that is wrong.
class Replay {
public:
    explicit Replay(const StoredEntries& entries) : entries_{decoded(entries)}
    {
        state_.be_alone();
    }

    /// Why the rulebook would never have recorded this, or "".
    std::string take(const Event& event)
    {
        if (auto why = misplaced(event); !why.empty()) return why;
        if (auto why = inadmissible(event); !why.empty()) return why;
        if (state_.position.number < next_count_) return {};
        next_count_ *= 2;
        return invariants();
    }

    std::string account()
    {
        state_.settle();
        std::string account = account_of(state_);
        state_.be_alone();
        return account;
    }

    std::string invariants() const
    {
        const std::vector<std::string> broken = broken_invariants(state_);
        return broken.empty() ? "" : "an invariant is broken: " + broken.front();
    }

private:
    // I7: gapless positions and versions, recorded_at never falls.
    std::string misplaced(const Event& event) const
    {
        if (event.position.number != state_.position.number + 1)
            return "it says that it is entry " + std::to_string(event.position.number);
        if (event.recorded_at < state_.recorded_at) return "it was recorded before the one before";
        for (const Subject& subject : event.subjects)
            if (subject.version != state_.version_of(subject.kind, subject.id) + 1)
                return "its version of " + subject.kind + ' ' + subject.id + " leaves a gap";
        return {};
    }

    std::string inadmissible(const Event& event)
    {
        if (std::holds_alternative<LedgerOpened>(event.data) != (event.position == Position{1}))
            return "a log begins with LedgerOpened, and has one";
        if (auto yes = permitted(event.actor, event.data); !yes)
            return "its actor may not record it";
        if (is_correction(event.data)) return correction(event);
        if (const auto* statement = std::get_if<StatementIssued>(&event.data))
            if (!state_.firms.contains(statement->firm) || !is_true(*statement, state_))
                return "it states other balances than the log had";
        if (event.position > Position{1}) {
            if (event.subjects != subjects_of(state_, event.data))
                return "its subjects are not what it touches";
            if (auto yes = admit(state_, event); !yes)
                return "the rulebook refuses it: " + std::string{kind_of(yes.error().code).slug} +
                       ' ' + yes.error().detail;
        }
        apply(state_, event);
        return {};
    }

    std::string correction(const Event& event)
    {
        state_.settle();
        Result<State> next = judge_correction(entries_, state_, {}, event);
        if (!next)
            return "the rulebook refuses it: " + std::string{kind_of(next.error().code).slug} +
                   ' ' + next.error().detail;
        state_ = std::move(*next);
        note(state_, event);
        state_.settle();
        state_.be_alone();
        return {};
    }

    Entries entries_;
    State state_{};
    std::int64_t next_count_ = first_count;
};

/// The heads by their size, each verified.
class Heads {
public:
    Heads(const LogEvidence& evidence, const TrustPolicy& policy, VerifyReport& report)
    {
        for (const Note& note : evidence.heads) {
            if (signers_of(note, policy.logs).empty()) {
                ++report.foreign_heads;
                continue;
            }
            const Checkpoint head = open_checkpoint(note, policy.logs);
            roots_[head.size].insert(head.root);
        }
        if (roots_.empty()) throw ProofFault{"there is no signed head"};
        report.signed_entries = largest();
        report.heads = roots_.size();
        demand_quorum(evidence, policy);
    }

    /// What is wrong with the entries up to `size`, whose root this is, or "".
    std::optional<Fault> at(std::uint64_t size, const CompactRange& range)
    {
        const auto head = roots_.find(size);
        if (head == roots_.end()) return {};
        const std::uint64_t good = std::exchange(last_good_, size);
        if (head->second.size() > 1)
            return Fault{{}, "two signed heads of " + std::to_string(size) +
                                 " entries differ: the log has signed two histories"};
        if (head->second.contains(range.root())) return {};
        return Fault{{static_cast<std::int64_t>(good) + 1},
                     "something in entries " + std::to_string(good + 1) + " to " +
                         std::to_string(size) + " is not what was signed"};
    }
    std::uint64_t largest() const { return roots_.empty() ? 0 : roots_.rbegin()->first; }

private:
    // The same head may be there with fewer cosignatures too, as its signer wrote it down.
    void demand_quorum(const LogEvidence& evidence, const TrustPolicy& policy) const
    {
        std::string why;
        for (const Note& note : evidence.heads) {
            if (parse_checkpoint(note.text).size != largest()) continue;
            try {
                policy.open(note);
                return;
            } catch (const ProofFault& fault) {
                why = fault.what();
            }
        }
        throw ProofFault{why};
    }

    std::map<std::uint64_t, std::set<Hash>> roots_{};
    std::uint64_t last_good_ = 0;
};

class Verifier {
public:
    Verifier(const LogEvidence& evidence, const TrustPolicy& policy, const Progress& progress)
        : evidence_{evidence},
          progress_{progress},
          heads_{evidence, policy, report_},
          replay_{evidence.entries}
    {
    }

    Result<VerifyReport> run()
    {
        const Position upto{static_cast<std::int64_t>(evidence_.size)};
        Ahead ahead{[this](Checked&& checked) {
            if (!report_.fault) take(checked);
        }};
        auto read = evidence_.entries({}, upto, [&](StoredEntry&& stored) {
            if (!report_.fault) ahead.add(std::move(stored));
        });
        if (!read) return read.error();
        ahead.finish();
        if (!report_.fault) finish();
        return report_;
    }

private:
    void fault(std::string why)
    {
        report_.fault = Fault{{static_cast<std::int64_t>(report_.entries) + 1}, std::move(why)};
    }

    void take(const Checked& checked)
    {
        const std::uint64_t index = report_.entries;
        if (checked.position.number != static_cast<std::int64_t>(index) + 1)
            return fault("it is missing");
        for (const KnownLeaf& place : evidence_.known_leaves)
            if (const std::optional<Hash> known = place(index); known && *known != checked.leaf)
                return fault("its bytes or its salt are not what was logged");
        range_.append(checked.leaf);
        if (auto broken = heads_.at(index + 1, range_)) {
            report_.fault = std::move(broken);
            return;
        }
        if (!checked.event) return fault(checked.why);
        if (std::string why = replay_.take(*checked.event); !why.empty())
            return fault(std::move(why));
        ++report_.entries;
        if (report_.entries == report_.signed_entries)
            report_.root = to_base64(view(range_.root()));
        if (evidence_.snapshot) compare(*evidence_.snapshot);
        if (progress_ && report_.entries % progress_every == 0)
            progress_(report_.entries, evidence_.size);
    }

    // A start would believe it: its own checksum is no proof.
    void compare(const Snapshot& snapshot)
    {
        if (static_cast<std::int64_t>(report_.entries) != snapshot.state.position.number) return;
        CompactRange range;
        for (const Hash& leaf : snapshot.leaves) range.append(leaf);
        if (range.root() == range_.root() && replay_.account() == account_of(snapshot.state))
            report_.snapshot = report_.entries;
        else
            report_.fault = Fault{{}, "the snapshot of " + std::to_string(report_.entries) +
                                          " entries is not what they fold to. Stop the server and "
                                          "delete the snapshot: it is made anew"};
    }

    void finish()
    {
        if (report_.entries < heads_.largest())
            return fault("it is missing: " + std::to_string(heads_.largest()) +
                         " entries were signed");
        if (std::string why = replay_.invariants(); !why.empty())
            report_.fault = Fault{{static_cast<std::int64_t>(report_.entries)}, std::move(why)};
        if (progress_) progress_(report_.entries, evidence_.size);
    }

    const LogEvidence& evidence_;
    const Progress& progress_;
    VerifyReport report_{};
    Heads heads_;
    Replay replay_;
    CompactRange range_{};
};

}  // namespace

Result<VerifyReport> verify_log(const LogEvidence& evidence, const TrustPolicy& policy,
                                const Progress& progress)
{
    try {
        return Verifier{evidence, policy, progress}.run();
    } catch (const ProofFault& fault) {
        VerifyReport report;
        report.fault = Fault{{}, fault.what()};
        return report;
    }
}

}  // namespace chipledger
