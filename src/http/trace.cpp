#include "http/trace.hpp"

#include <spdlog/spdlog.h>

#include "http/problem.hpp"

namespace chipledger {

namespace {

constexpr std::size_t waiting_max = 100'000;
constexpr std::size_t batch_max = 1'000;
constexpr std::chrono::milliseconds gather{20};
constexpr std::chrono::milliseconds retry_pause{500};

std::string target_of(const Request& request)
{
    std::string target = request.path;
    for (const auto& [name, value] : request.query)
        target += (target.size() == request.path.size() ? '?' : '&') + name + '=' + value;
    return target;
}

}  // namespace

Trace::Trace(TraceStore store) : store_{std::move(store)}, thread_{[this] { run(); }} {}

Trace::~Trace()
{
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

bool Trace::note(const Context& context)
{
    const auto now =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    {
        const std::scoped_lock lock{mutex_};
        if (waiting_.size() >= waiting_max) return false;
        waiting_.push_back({now, context.caller.principal,
                            std::string{name_of(context.caller.role)}, target_of(context.request),
                            context.request.request_id});
    }
    wake_.notify_one();
    return true;
}

void Trace::flush()
{
    std::unique_lock lock{mutex_};
    written_.wait(lock, [&] { return stopping_ || (waiting_.empty() && !writing_); });
}

void Trace::run()
{
    std::unique_lock lock{mutex_};
    while (true) {
        wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        wake_.wait_for(lock, gather, [&] { return stopping_ || waiting_.size() >= batch_max; });
        const std::size_t n = std::min(waiting_.size(), batch_max);
        const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(n);
        const std::vector<TraceRow> batch{waiting_.begin(), end};
        writing_ = true;
        lock.unlock();
        const Result<void> written = store_.add(batch);
        lock.lock();
        writing_ = false;
        if (written) {
            waiting_.erase(waiting_.begin(), waiting_.begin() + std::ssize(batch));
            if (waiting_.empty()) written_.notify_all();
            continue;
        }
        if (stopping_) {
            spdlog::error("{} reads of auditors leave no trace: the store is away",
                          waiting_.size());
            return;
        }
        wake_.wait_for(lock, retry_pause, [&] { return stopping_; });
    }
}

std::vector<Route> traced(std::vector<Route> routes, Trace& trace)
{
    for (Route& route : routes) {
        if (std::ranges::find(route.roles, Role::auditor) == route.roles.end()) continue;
        Handler handler = std::move(route.handler);
        route.handler = [&trace, handler = std::move(handler)](
                            Context& context) -> boost::asio::awaitable<Response> {
            if (context.caller.role == Role::auditor && !trace.note(context))
                co_return problem_reply({Code::overloaded}, context.request.request_id);
            Response response = co_await handler(context);
            co_return response;
        };
    }
    return routes;
}

}  // namespace chipledger
