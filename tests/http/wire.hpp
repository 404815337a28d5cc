#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "http/server.hpp"

// A server on a free port and a client that speaks raw bytes to it.
namespace chipledger {

/// What came back; header names in lower case.
struct Reply {
    int status = 0;
    Fields headers{};
    std::string body{};

    /// The header's value, or "".
    std::string header(std::string_view name) const;
    nlohmann::json json() const;
};

/// One blocking connection; every read gives up after 10 s.
class Wire {
public:
    explicit Wire(unsigned short port);
    ~Wire();
    Wire(const Wire&) = delete;

    void send(std::string_view bytes);
    /// The next reply, its chunks put together; throws std::runtime_error when there is none.
    Reply read(bool head = false);
    Reply ask(std::string_view bytes);
    /// Status line and headers alone.
    Reply read_head();
    /// The next chunk; "" for the last one.
    std::string read_chunk();
    /// Whether the server ends the connection, with nothing more said before.
    bool ends();
    void close();

private:
    std::string line();
    std::string exactly(std::size_t size);
    bool fill();

    int socket_ = -1;
    std::string buffer_;
};

/// A server and its thread, ended with the object.
class Running {
public:
    /// Without `authenticate`, "Bearer regulator" and "Bearer customs" are let in.
    explicit Running(std::vector<Route> routes, ServerOptions options = {},
                     Authenticate authenticate = {});
    ~Running();
    /// Answers nothing from here on; what waits stays until the end.
    void halt();

    unsigned short port() const { return server_.port(); }
    /// Runs on the server's thread and waits for it.
    template <class Work>
    auto on_server(Work work)
    {
        return boost::asio::co_spawn(context_, std::move(work), boost::asio::use_future).get();
    }
    Server& server() { return server_; }

private:
    boost::asio::io_context context_{1};
    Router router_;
    Server server_;
    std::jthread thread_;
};

/// A request without a body.
std::string get(std::string_view path, std::string_view headers = {},
                std::string_view method = "GET");
std::string post(std::string_view path, std::string_view body, std::string_view headers = {});

}  // namespace chipledger
