#pragma once
#include <chrono>
#include <functional>
#include <string>

#include "http/message.hpp"

namespace chipledger {

/// What came back from another server.
struct Fetched {
    int status = 0;
    Fields headers{};  ///< Names in lower case.
    std::string body{};
};

struct Fetch {
    std::string method = "GET";
    std::string url{};          ///< http://host[:port]/path or https://…
    Fields headers{};
    std::string body{};
    std::string ca_file{};      ///< PEM to trust; empty: the system's.
    std::chrono::milliseconds deadline{10'000};  ///< For each step: connect, send, read a piece.
    std::size_t body_max = 64 * 1024 * 1024;
    /// Takes a 200's body piece by piece instead of keeping it; body_max counts no more.
    std::function<void(std::string_view)> pieces{};
};

/// One request on a connection of its own; blocks. Refused store-unavailable (it is another
/// machine that does not answer) or malformed for a URL that is none.
Result<Fetched> fetch(const Fetch& request);

}  // namespace chipledger
