#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "http/router.hpp"

namespace chipledger {

/// One answered request. `request.body` may have been moved from.
struct Access {
    const Request& request;
    int status = 0;
    std::chrono::microseconds took{};  ///< From the whole header to the last byte written.
    std::string_view problem{};        ///< Slug of the refusal; "" of none.
};

/// Named limits of what arrives and waits.
struct ServerOptions {
    std::string bind = "127.0.0.1";
    unsigned short port = 8080;  ///< 0: any free one.
    std::string tls_certificate{};  ///< PEM chain; empty: plain HTTP.
    std::string tls_key{};          ///< PEM.
    std::size_t header_max = 16 * 1024;
    std::chrono::milliseconds header_deadline{10'000};
    std::chrono::milliseconds body_deadline{30'000};  ///< Whole body; each piece where streamed.
    std::chrono::milliseconds idle_deadline{60'000};
    std::chrono::milliseconds write_deadline{30'000};  ///< Whole answer; each piece of a stream.
    std::chrono::milliseconds linger_deadline{1'000};  ///< For the peer to read a last answer.
    std::size_t connections_max = 4096;
    /// Called once for each answer, after its last byte or its failure.
    std::function<void(const Access&)> access_log{};
};

/// HTTP/1.1 over TCP. Lives on one io_context, run by one thread.
class Server {
public:
    /// Binds and listens; throws boost::system::system_error when it cannot.
    Server(boost::asio::io_context& context, ServerOptions options, const Router& router);
    ~Server();

    unsigned short port() const;
    void start();
    /// Reads certificate and key anew, for connections from here on; throws
    /// boost::system::system_error, and keeps what it had, when they are of no use.
    void reload_certificate();
    /// Takes no more connections; those that are open end with their request.
    void stop_accepting();
    /// stop_accepting, then waits until all connections have ended; at the deadline it closes the
    /// rest. True when none had to be closed.
    boost::asio::awaitable<bool> drain(std::chrono::milliseconds deadline);
    std::size_t connections() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace chipledger
