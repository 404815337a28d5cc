#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "http/router.hpp"

namespace chipledger {

/// Named limits of what arrives and waits.
struct ServerOptions {
    std::string bind = "127.0.0.1";
    unsigned short port = 8080;  ///< 0: any free one.
    std::size_t header_max = 16 * 1024;
    std::chrono::seconds header_deadline{10};
    std::chrono::seconds body_deadline{30};
    std::chrono::seconds idle_deadline{60};
    std::chrono::seconds write_deadline{30};
    std::size_t connections_max = 4096;
};

/// HTTP/1.1 over TCP. Lives on one io_context, run by one thread.
class Server {
public:
    /// Binds and listens; throws boost::system::system_error when it cannot.
    Server(boost::asio::io_context& context, ServerOptions options, const Router& router);
    ~Server();

    unsigned short port() const;
    void start();
    /// Takes no more connections; those that are open end with their request.
    void stop_accepting();
    std::size_t connections() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace chipledger
