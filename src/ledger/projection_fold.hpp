#pragma once
#include <functional>

#include "ledger/projection_rows.hpp"

namespace chipledger
{

/// Folds entries of the log one by one and gathers what that changes in the tables.
class ProjectionFold {
public:
    /// The state after an entry.
    using Step = std::function<Result<State>(State, const Event&)>;

    ProjectionFold(State from, Step step)
        : before_{from}, state_{std::move(from)}, step_{std::move(step)}
    {
    }

    Result<void> take(const Event& event);
    const State& state() const { return state_; }

    /// Movements since they were last taken, in the order of their key.
    std::vector<ProjectedRow> take_movements() { return std::exchange(movements_, {}); }
    /// What has changed since this was last asked, movements too.
    ProjectedChange take_change();

    /// The first row that `other` has otherwise, of what the last take_change() looked at; "" for none.
    std::string differs_from(const State& other);
    /// Goes on from `same`, an equal state that shares its memory with others.
    void settle(const State& same) { before_ = state_ = same; }

private:
    struct Touched {
        std::set<SubjectKey> things{};
        bool all = false;  ///< More than the subjects of entries may have changed.
    };
    ProjectedRows rows(const State& state, const Touched& touched);

    State before_;
    State state_;
    Step step_;
    std::vector<ProjectedRow> movements_{};
    Touched touched_{};  ///< Since the last take_change().
    Touched told_{};     ///< By it.
    KeptCounts counts_{};
};

/// The first difference between two sets of rows, movements left out; "" when there is none.
std::string difference(const ProjectedRows& wanted, const ProjectedRows& found);

}  // namespace chipledger
