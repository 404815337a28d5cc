#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <set>

#include "http/server.hpp"

namespace chipledger {

using TcpSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp,
                                                   boost::asio::io_context::executor_type>;

/// A connection, as its server sees it.
class Connection {
public:
    virtual void cancel() = 0;  ///< Ends what it waits for.
    virtual void close() = 0;

protected:
    ~Connection() = default;
};

/// What the connections of a server share.
struct Connections {
    ServerOptions options{};
    const Router& router;
    std::shared_ptr<boost::asio::ssl::context> tls{};  ///< Null: plain HTTP.
    bool stopping = false;
    std::set<Connection*> open{};
    std::set<Connection*> idle{};  ///< Those that may be cut without loss when the server stops.
};

/// Reads requests and answers them in order, until the connection ends.
boost::asio::awaitable<void> serve(std::shared_ptr<Connections> server, TcpSocket socket);

}  // namespace chipledger
