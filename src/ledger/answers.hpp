#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <optional>
#include <string>

#include "ledger/submission.hpp"
#include "store/event_store.hpp"

namespace chipledger {

/// What was answered to idempotency keys, looked up without asking anything of the writer. Over a
/// connection and a thread of its own.
class Answers {
public:
    explicit Answers(EventStore store) : store_{std::move(store)} {}

    /// The first answer to this key of this principal, or nothing.
    boost::asio::awaitable<Result<std::optional<Answer>>> find(std::string principal,
                                                               std::string key);

private:
    EventStore store_;
    boost::asio::thread_pool pool_{1};  // Last: its thread uses the store.
};

}  // namespace chipledger
