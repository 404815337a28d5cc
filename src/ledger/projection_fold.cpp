#include "ledger/projection_fold.hpp"

namespace chipledger
{

Result<void> ProjectionFold::take(const Event& event)
{
    const HeldBalances before = balances_of(state_, event);
    Result<State> next = step_(std::move(state_), event);
    if (!next) return next.error();
    state_ = std::move(*next);
    add_movements(movements_, event, before, state_);
    all_ = all_ || reaches_further(event.data);
    for (const Subject& subject : event.subjects) things_.insert({subject.kind, subject.id});
    return {};
}

ProjectedRows ProjectionFold::rows(const State& state) const
{
    return all_ ? projection_rows(state) : projection_rows(state, things_);
}

ProjectedChange ProjectionFold::take_change()
{
    ProjectedRows after = rows(state_);
    after.of(Projected::movement) = take_movements();
    ProjectedChange change = change_between(rows(before_), std::move(after));
    before_ = state_;
    things_.clear();
    all_ = false;
    return change;
}

std::string ProjectionFold::differs_from(const State& other) const
{
    return difference(rows(state_), rows(other));
}

std::string difference(const ProjectedRows& wanted, const ProjectedRows& found)
{
    for (std::size_t i = 0; i < projected_count; ++i) {
        const auto table = static_cast<Projected>(i);
        if (table == Projected::movement) continue;
        if (auto why = difference(table, wanted.of(table), found.of(table)); !why.empty())
            return why;
    }
    return {};
}

}  // namespace chipledger
