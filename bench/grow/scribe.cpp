#include "grow/scribe.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "proof/hash.hpp"

namespace chipledger::grow
{

namespace
{

namespace asio = boost::asio;

constexpr std::size_t list_max = 500;  // Entries in one atomic list.
constexpr std::size_t lists_in_flight = 64;

void must(const Refusal& refusal)
{
    throw BrokenPromise{
        "the ledger refused what is good: " + std::string{kind_of(refusal.code).slug} + " " +
        refusal.param + " " + refusal.detail};
}

}  // namespace

Scribe::Scribe(Ledger& ledger, std::string key_prefix)
    : ledger_{ledger}, key_prefix_{std::move(key_prefix)}
{
}

void Scribe::say(const Actor& who, EventData data, Timestamp occurred_at, Then then)
{
    std::vector<Letter>& letters = said_[who.principal];
    if (letters.empty() || letters.back().then.size() == list_max) letters.emplace_back();
    Letter& letter = letters.back();
    letter.submission.actor = who;
    Proposal proposal;
    proposal.data = std::move(data);
    proposal.occurred_at = occurred_at;
    letter.submission.proposals.push_back(std::move(proposal));
    letter.then.push_back(std::move(then));
    ++waiting_;
}

std::vector<Scribe::Letter> Scribe::letters(std::int64_t room)
{
    std::vector<Letter> all;
    for (auto& [principal, letters] : said_)
        for (Letter& letter : letters) {
            const auto fits =
                static_cast<std::size_t>(std::min<std::int64_t>(room, std::ssize(letter.then)));
            if (fits == 0) break;
            letter.then.resize(fits);
            letter.submission.proposals.resize(fits);
            room -= static_cast<std::int64_t>(fits);
            letter.submission.list = true;
            letter.submission.if_match_any = true;
            letter.submission.key = key_prefix_ + std::to_string(++keys_);
            letter.submission.body_hash = sha256(letter.submission.key);
            for (const Proposal& proposal : letter.submission.proposals)
                ++tally_[type_name(proposal.data)];
            all.push_back(std::move(letter));
        }
    said_.clear();
    waiting_ = 0;
    return all;
}

void Scribe::record(std::int64_t room)
{
    std::vector<Letter> all = letters(room);
    std::vector<Position> first(all.size());
    std::size_t next = 0;
    asio::io_context context{1};
    std::exception_ptr failed;
    const auto worker = [&]() -> asio::awaitable<void> {
        while (next < all.size() && !failed) {
            const std::size_t mine = next++;
            const Answer answer = co_await ledger_.submit(std::move(all[mine].submission));
            if (!answer.outcome) must(answer.outcome.error());
            first[mine] = answer.outcome->first;
        }
    };
    for (std::size_t i = 0; i < std::min(lists_in_flight, all.size()); ++i)
        asio::co_spawn(context, worker(), [&](std::exception_ptr thrown) {
            if (thrown) failed = thrown;
        });
    context.run();
    if (failed) std::rethrow_exception(failed);
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t k = 0; k < all[i].then.size(); ++k)
            if (all[i].then[k]) all[i].then[k]({first[i].number + static_cast<std::int64_t>(k)});
}

void Scribe::set_now(Time now)
{
    asio::io_context context{1};
    auto moved = asio::co_spawn(context, ledger_.set_now(now), asio::use_future);
    context.run();
    const Result<Time> set = moved.get();
    if (!set) must(set.error());
}

}  // namespace chipledger::grow
