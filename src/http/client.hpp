#pragma once
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace chipledger {

/// The parts of http://host[:port]/path or https://…
struct Url {
    bool secure = false;
    std::string host{};    ///< An IPv6 address without its brackets.
    std::string port{};
    std::string target{};  ///< Path and query.
};
/// None for what is no such address.
std::optional<Url> parse_url(std::string_view text);

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
    /// Which of the addresses behind the name may be reached; unset: all. Only what it has seen is
    /// connected to: the name is resolved once.
    std::function<bool(const boost::asio::ip::address&)> may_reach{};
    std::function<bool()> given_up{};  ///< Asked now and then; true ends it.
};

/// One request on a connection of its own; blocks. Refused store-unavailable (it is another
/// machine that does not answer) or malformed for a URL that is none or has no address that may
/// be reached. Follows no redirection.
Result<Fetched> fetch(const Fetch& request);

}  // namespace chipledger
