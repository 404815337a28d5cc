// Applications: submitted → under review → granted, refused or withdrawn.
#include <algorithm>

#include "domain/rules.hpp"

namespace chipledger {

namespace {

using Status = ApplicationStatus;

Result<void> in_status(const State& state, const Event& event, const ApplicationId& id,
                       std::initializer_list<Status> allowed)
{
    const Application* application = state.applications.find(id);
    if (!application ||
        (event.actor.role == Role::firm && event.actor.firm != application->firm))
        return Refusal{Code::unknown_application, "/data/application",
                       "There is no such application. Check its number."};
    if (std::ranges::find(allowed, application->status) != allowed.end()) return {};
    return Refusal{Code::bad_state, "/data/application",
                   std::string{"The application is "} +
                       boost::describe::enum_to_string(application->status, "") + "."};
}

}  // namespace

Result<void> admit(const State& state, const Event&, const ApplicationSubmitted& submitted)
{
    if (state.applications.contains(submitted.application))
        return Refusal{Code::duplicate_application, "/data/application",
                       "This application exists. Take another number."};
    if (!state.firms.contains(submitted.firm))
        return Refusal{Code::unknown_firm, "/data/firm",
                       "There is no such firm. Register it first."};
    return {};
}

void apply(State& state, const Event& event, const ApplicationSubmitted& submitted)
{
    Application& application = state.applications.edit(submitted.application);
    application = {submitted.firm,    submitted.sku,     submitted.qty, submitted.end_use,
                   Status::submitted, event.occurred_at, {}};
}

Result<void> admit(const State& state, const Event& event, const ApplicationReviewStarted& started)
{
    return in_status(state, event, started.application, {Status::submitted});
}

void apply(State& state, const Event&, const ApplicationReviewStarted& started)
{
    state.applications.edit(started.application).status = Status::under_review;
}

Result<void> admit(const State& state, const Event& event, const ApplicationWithdrawn& withdrawn)
{
    return in_status(state, event, withdrawn.application,
                     {Status::submitted, Status::under_review});
}

void apply(State& state, const Event&, const ApplicationWithdrawn& withdrawn)
{
    state.applications.edit(withdrawn.application).status = Status::withdrawn;
}

Result<void> admit(const State& state, const Event& event, const ApplicationRefused& refused)
{
    return in_status(state, event, refused.application, {Status::under_review});
}

void apply(State& state, const Event&, const ApplicationRefused& refused)
{
    state.applications.edit(refused.application).status = Status::refused;
}

}  // namespace chipledger
