#include "ledger/answers.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ledger/entry.hpp"

namespace chipledger {

namespace asio = boost::asio;
using Found = Result<std::optional<Answer>>;

asio::awaitable<Found> Answers::find(std::string principal, std::string key)
{
    auto task = [this, principal = std::move(principal),
                 key = std::move(key)]() -> asio::awaitable<Found> {
        // When the peer goes meanwhile, Asio would throw on this thread, past any catch.
        co_await asio::this_coro::throw_if_cancelled(false);
        const Result<std::optional<CommandRow>> row = store_.command(principal, key);
        // Said in so many words: an Answer can be made of a Refusal, too.
        if (!row) co_return Found{boost::system::in_place_error, row.error()};
        if (!*row) co_return Found{boost::system::in_place_value, std::nullopt};
        Answer answer = replay(store_, **row);
        if (!answer.outcome && !answer.replayed)
            co_return Found{boost::system::in_place_error, answer.outcome.error()};
        co_return Found{boost::system::in_place_value, std::move(answer)};
    };
    co_return co_await asio::co_spawn(pool_, std::move(task), asio::use_awaitable);
}

}  // namespace chipledger
