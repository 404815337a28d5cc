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
    touched_.all = touched_.all || reaches_further(event.data);
    for (const Subject& subject : event.subjects) touched_.things.insert({subject.kind, subject.id});
    return {};
}

ProjectedRows ProjectionFold::rows(const State& state, const Touched& touched)
{
    return touched.all ? projection_rows(state) : projection_rows(state, touched.things, counts_);
}

ProjectedChange ProjectionFold::take_change()
{
    told_ = std::exchange(touched_, {});
    const ProjectedRows before = rows(before_, told_);  // First: counts go on from there.
    ProjectedRows after = rows(state_, told_);
    after.of(Projected::movement) = take_movements();
    before_ = state_;
    return change_between(before, std::move(after));
}

std::string ProjectionFold::differs_from(const State& other)
{
    return difference(rows(state_, told_), rows(other, told_));
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
