#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <string>

#include "support/cluster.hpp"

// A ledger of an earlier version as files: a dump of its database, its verifier key, what it said.
namespace chipledger::upgrade {

inline constexpr const char* programs = "/usr/lib/postgresql/15/bin/";
inline constexpr std::int64_t step = 25;  ///< Entries between two digests of the telling.

template <class Awaitable>
auto run(Awaitable awaitable)
{
    boost::asio::io_context context;
    auto future = boost::asio::co_spawn(context, std::move(awaitable), boost::asio::use_future);
    context.run();
    return future.get();
}

struct Ran {
    int code = 0;
    std::string said{};
};
/// A shell command, both of its outputs together.
Ran shell(const std::string& command);

}  // namespace chipledger::upgrade
