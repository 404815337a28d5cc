#pragma once
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <type_traits>
#include <utility>

namespace chipledger {

/// Runs blocking `work()` on a thread of `pool`, to its end whoever goes meanwhile, and gives what
/// it returns or throws. What `work` refers to must live as long as the caller waits. The pool is
/// joined before the caller's io_context goes: its threads touch that once more when all is said.
template <class Work>
boost::asio::awaitable<std::invoke_result_t<Work&>> on_thread(boost::asio::thread_pool& pool,
                                                              Work work)
{
    namespace asio = boost::asio;
    auto task = [work = std::move(work)]() mutable -> asio::awaitable<std::invoke_result_t<Work&>> {
        co_return work();
    };
    // Told of a cancellation, Asio would throw on that thread, past any catch.
    auto token = asio::bind_cancellation_slot(asio::cancellation_slot{}, asio::use_awaitable);
    co_return co_await asio::co_spawn(pool, std::move(task), token);
}

}  // namespace chipledger
