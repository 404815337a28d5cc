#include "ledger/projection_rebuild.hpp"

#include <limits>
#include <map>

#include "ledger/entry.hpp"
#include "ledger/projection_fold.hpp"

namespace chipledger
{

namespace
{

constexpr std::int64_t window_entries = 1'000;  // So near a movement that differs is named.
constexpr std::size_t buffer_rows = 5'000;
constexpr std::int64_t progress_every = 1'000;
constexpr int switch_tries = 20;
constexpr Position all_entries{std::numeric_limits<std::int64_t>::max()};

/// Digest of all movements, and of each window of entries.
class Movements {
public:
    void add(const ProjectedRow& row)
    {
        all_.add(row);
        windows_[(std::stoll(*row[0]) - 1) / window_entries].add(row);
    }
    const RowDigest& all() const { return all_; }

    /// Where `found` differs first, or "".
    std::string difference(const Movements& found) const
    {
        if (all_.hex() == found.all_.hex()) return {};
        std::map<std::int64_t, std::pair<std::string, std::string>> both;
        for (const auto& [window, digest] : windows_) both[window].first = digest.hex();
        for (const auto& [window, digest] : found.windows_) both[window].second = digest.hex();
        for (const auto& [window, pair] : both)
            if (pair.first != pair.second)
                return "movements of entries " + std::to_string(window * window_entries + 1) +
                       " to " + std::to_string((window + 1) * window_entries) +
                       " are not what the log says";
        return {};
    }

private:
    RowDigest all_{};
    std::map<std::int64_t, RowDigest> windows_{};
};

/// What is in tables, of one instant.
struct Found {
    ProjectionMark mark{};
    ProjectedRows rows{};
    Movements movements{};

    ProjectionDigest digest() const { return digest_of(mark.position, rows, movements.all()); }
};

class Rebuild {
public:
    Rebuild(const std::string& database, const RebuildProgress& progress)
        : store_{database}, guard_{database}, events_{database}, progress_{progress}
    {
    }

    Result<ProjectionReport> check()
    {
        const Result<Head> head = events_.head();
        if (!head) return head.error();
        size_ = head->size;
        if (auto found = find(); !found) return found.error();
        if (auto folded = fold_to(target(found_.mark)); !folded) return folded.error();
        compare();
        return std::move(report_);
    }

    Result<ProjectionReport> rebuild()
    {
        const Result<bool> alone = guard_.lock_rebuild();
        if (!alone) return alone.error();
        if (!*alone)
            return Refusal{.code = Code::bad_state, .detail = "Another one rebuilds. Wait for it."};
        const Result<Head> head = events_.head();
        if (!head) return head.error();
        size_ = head->size;
        const Result<ProjectionMark> mark = store_.mark();
        if (!mark) return mark.error();
        if (auto gone = store_.keep_only(mark->generation); !gone) return gone.error();
        beside_ = mark->generation + 1;
        if (auto built = build_to(target(*mark)); !built) return built.error();
        if (auto found = find(); !found) return found.error();
        if (auto built = build_to(target(found_.mark)); !built) return built.error();
        compare();
        if (auto good = read_back(); !good) return good.error();
        if (auto switched = switch_over(found_.mark); !switched) return switched.error();
        if (auto gone = store_.keep_only(beside_); !gone) return gone.error();
        return std::move(report_);
    }

private:
    /// The entry to build for: that of the live tables, unless they are empty or ahead of the log.
    Position target(const ProjectionMark& mark) const
    {
        const bool usable = mark.position > Position{} && mark.position <= size_;
        return std::max(usable ? mark.position : size_, fold_.state().position);
    }

    Result<void> find()
    {
        found_ = {};
        const auto feed = [&](ProjectedRow&& row) { found_.movements.add(row); };
        const auto things = ProjectionStore::into(found_.rows);
        const Result<ProjectionMark> mark = store_.read(things, {}, all_entries, feed);
        if (!mark) return mark.error();
        found_.mark = *mark;
        const Result<Head> head = events_.head();  // The tables may be of entries since then.
        if (!head) return head.error();
        size_ = head->size;
        return {};
    }

    Result<void> fold_to(Position upto)
    {
        const auto take = [&](Event&& event) -> Result<void> {
            if (auto taken = fold_.take(event); !taken) return taken;
            for (ProjectedRow& row : fold_.take_movements()) {
                movements_.add(row);
                if (beside_ > 0) buffer_.come.of(Projected::movement).push_back(std::move(row));
            }
            if (progress_ && event.position.number % progress_every == 0)
                progress_(event.position.number, upto.number);
            return buffer_.come.of(Projected::movement).size() < buffer_rows ? Result<void>{}
                                                                             : flush();
        };
        return entries_.range(fold_.state().position, upto, take);
    }

    Result<void> flush() { return store_.write_beside(beside_, std::exchange(buffer_, {})); }

    Result<void> build_to(Position upto)
    {
        if (auto folded = fold_to(upto); !folded) return folded;
        if (auto flushed = flush(); !flushed) return flushed;
        return store_.write_beside(beside_, fold_.take_change());
    }

    void compare()
    {
        const ProjectedRows wanted = projection_rows(fold_.state());
        report_.log = digest_of(fold_.state().position, wanted, movements_.all());
        report_.tables = found_.digest();
        if (found_.mark.position > size_)
            report_.drift = "the tables speak of entry " +
                            std::to_string(found_.mark.position.number) + ", the log has " +
                            std::to_string(size_.number);
        else if (found_.mark.position == Position{} && size_ > Position{})
            report_.drift = "the tables are empty";
        else if (report_.drift = difference(wanted, found_.rows); report_.drift.empty())
            report_.drift = movements_.difference(found_.movements);
    }

    // What was built is read as a reader would, before anyone does.
    Result<void> read_back()
    {
        Found built{{fold_.state().position, beside_}, {}, {}};
        const auto feed = [&](ProjectedRow&& row) { built.movements.add(row); };
        const auto things = ProjectionStore::into(built.rows);
        if (auto read = store_.read_generation(beside_, things, feed); !read) return read;
        if (built.digest() == report_.log) return {};
        return Refusal{.code = Code::internal,
                       .detail =
                           "The tables that were built are not what the log says; the live "
                           "ones stay."};
    }

    // The projector of a server that runs may go on meanwhile: what it has added is built too.
    Result<void> switch_over(ProjectionMark live)
    {
        for (int i = 0; i < switch_tries; ++i) {
            const State& state = fold_.state();
            const ProjectionMark next{state.position, beside_};
            const Result<bool> switched =
                store_.write(live, next, state.day_of(state.recorded_at), {});
            if (!switched) return switched.error();
            report_.rebuilt = next.position;
            if (*switched) return {};
            const Result<ProjectionMark> now = store_.mark();
            if (!now) return now.error();
            live = *now;
            if (const Result<Head> head = events_.head(); head) size_ = head->size;
            if (auto built = build_to(target(live)); !built) return built;
        }
        return Refusal{.code = Code::bad_state,
                       .detail = "The live tables move on too fast. Try again when it is quieter."};
    }

    ProjectionStore store_;
    ProjectionStore guard_;
    EventStore events_;
    const RebuildProgress& progress_;
    Entries entries_ = entries_of(events_);
    ProjectionFold fold_{State{}, [this](State state, const Event& event) -> Result<State> {
                             Result<State> next = advance(entries_, std::move(state), event);
                             if (next) next->settle();
                             return next;
                         }};
    Movements movements_{};
    ProjectedChange buffer_{};  ///< Movements that are not written yet.
    std::int64_t beside_ = 0;   ///< The generation that is built; 0: none.
    Position size_{};           ///< Of the log.
    Found found_{};
    ProjectionReport report_{};
};

}  // namespace

Result<ProjectionReport> check_projection(const std::string& database,
                                          const RebuildProgress& progress)
{
    return Rebuild{database, progress}.check();
}

Result<ProjectionReport> rebuild_projection(const std::string& database,
                                            const RebuildProgress& progress)
{
    return Rebuild{database, progress}.rebuild();
}

}  // namespace chipledger
