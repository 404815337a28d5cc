#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace chipledger {

/// What an awaitable comes to, waited for.
template <class Awaitable>
auto run(Awaitable awaitable)
{
    boost::asio::io_context context;
    auto future = boost::asio::co_spawn(context, std::move(awaitable), boost::asio::use_future);
    context.run();
    return future.get();
}

}  // namespace chipledger
