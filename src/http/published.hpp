#pragma once
#include <boost/asio/thread_pool.hpp>

#include "ledger/ledger.hpp"
#include "store/checkpoint_store.hpp"

// Signed heads, for the routes that prove something.
namespace chipledger {

Refusal not_signed_yet();

/// A checkpoint that covers `size` entries; null when there is none in time.
boost::asio::awaitable<std::shared_ptr<const Published>> published_beyond(Ledger& ledger,
                                                                          std::uint64_t size);

/// The heads that were signed before, on a thread and a connection of their own.
class SignedHeads {
public:
    explicit SignedHeads(CheckpointStore store) : store_{std::move(store)} {}

    /// The first head that covers this entry: it stays the first. Not-signed-yet without one.
    boost::asio::awaitable<Result<Note>> covering(Position position);

private:
    CheckpointStore store_;
    boost::asio::thread_pool worker_{1};
};

}  // namespace chipledger
