#include "http/published.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ledger/on_thread.hpp"

namespace chipledger {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds signature_wait{2'000};
constexpr std::chrono::milliseconds signature_poll{20};

}  // namespace

Refusal not_signed_yet()
{
    return {.code = Code::lagging,
            .detail = "Nothing is signed that far yet. Ask again in a second."};
}

asio::awaitable<std::shared_ptr<const Published>> published_beyond(Ledger& ledger,
                                                                   std::uint64_t size)
{
    const auto until = std::chrono::steady_clock::now() + signature_wait;
    asio::steady_timer timer{co_await asio::this_coro::executor};
    while (true) {
        std::shared_ptr<const Published> published = ledger.log().published();
        if (published && published->size >= size) co_return published;
        if (std::chrono::steady_clock::now() >= until || !ledger.log().alarm().empty())
            co_return std::shared_ptr<const Published>{};
        timer.expires_after(signature_poll);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<Result<Note>> SignedHeads::covering(Position position)
{
    const auto look_up = [&] { return store_.covering(position.number); };
    const Result<std::optional<CheckpointRow>> found = co_await on_thread(worker_, look_up);
    if (!found) co_return found.error();
    if (!*found) co_return not_signed_yet();
    co_return parse_note((*found)->note);
}

}  // namespace chipledger
