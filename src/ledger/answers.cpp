#include "ledger/answers.hpp"

#include "ledger/entry.hpp"
#include "ledger/on_thread.hpp"

namespace chipledger {

namespace asio = boost::asio;
using Found = Result<std::optional<Answer>>;

asio::awaitable<Found> Answers::find(std::string principal, std::string key)
{
    const auto task = [&]() -> Found {
        const Result<std::optional<CommandRow>> row = store_.command(principal, key);
        // Said in so many words: an Answer can be made of a Refusal, too.
        if (!row) return Found{boost::system::in_place_error, row.error()};
        if (!*row) return Found{boost::system::in_place_value, std::nullopt};
        Answer answer = replay(store_, **row);
        if (!answer.outcome && !answer.replayed)
            return Found{boost::system::in_place_error, answer.outcome.error()};
        return Found{boost::system::in_place_value, std::move(answer)};
    };
    co_return co_await on_thread(pool_, task);
}

}  // namespace chipledger
