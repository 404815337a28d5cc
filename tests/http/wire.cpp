#include "wire.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "http/target.hpp"

namespace chipledger {

namespace {

boost::asio::awaitable<Result<Caller>> who(const Request& request)
{
    const auto token = request.header("authorization");
    if (token == "Bearer regulator") co_return Caller{.principal = "r", .role = Role::regulator};
    if (token == "Bearer customs") co_return Caller{.principal = "c", .role = Role::customs};
    co_return Refusal{Code::unauthenticated};
}

ServerOptions on_free_port(ServerOptions options)
{
    options.port = 0;
    return options;
}

}  // namespace

std::string Reply::header(std::string_view name) const
{
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

nlohmann::json Reply::json() const { return nlohmann::json::parse(body); }

Wire::Wire(unsigned short port) : socket_{::socket(AF_INET, SOCK_STREAM, 0)}
{
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error{"cannot connect"};
}

Wire::~Wire() { close(); }

void Wire::close()
{
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
}

void Wire::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) throw std::runtime_error{"cannot send"};
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

bool Wire::fill()
{
    char bytes[65536];
    const ssize_t n = ::recv(socket_, bytes, sizeof bytes, 0);
    if (n < 0) throw std::runtime_error{"nothing came, or a reset"};
    buffer_.append(bytes, static_cast<std::size_t>(n));
    return n > 0;
}

std::string Wire::line()
{
    std::size_t end;
    while ((end = buffer_.find("\r\n")) == std::string::npos)
        if (!fill()) throw std::runtime_error{"the connection ended"};
    std::string text = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return text;
}

std::string Wire::exactly(std::size_t size)
{
    while (buffer_.size() < size)
        if (!fill()) throw std::runtime_error{"the connection ended"};
    std::string text = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return text;
}

Reply Wire::read_head()
{
    Reply reply;
    reply.status = std::stoi(line().substr(9, 3));
    for (std::string text = line(); !text.empty(); text = line()) {
        const std::size_t colon = text.find(": ");
        reply.headers.emplace_back(lower(text.substr(0, colon)), text.substr(colon + 2));
    }
    return reply;
}

std::string Wire::read_chunk()
{
    std::string piece = exactly(std::stoul(line(), nullptr, 16));
    line();
    return piece;
}

Reply Wire::read(bool head)
{
    Reply reply = read_head();
    if (head || reply.status == 204 || reply.status == 304 || reply.status < 200) return reply;
    if (reply.header("transfer-encoding") == "chunked") {
        for (std::string piece = read_chunk(); !piece.empty(); piece = read_chunk())
            reply.body += piece;
    } else if (const std::string length = reply.header("content-length"); !length.empty()) {
        reply.body = exactly(std::stoul(length));
    } else {
        while (fill()) {}
        reply.body = std::exchange(buffer_, {});
    }
    return reply;
}

Reply Wire::ask(std::string_view bytes)
{
    send(bytes);
    return read();
}

bool Wire::ends() { return buffer_.empty() && !fill() && buffer_.empty(); }

Running::Running(std::vector<Route> routes, ServerOptions options, Authenticate authenticate)
    : router_{std::move(routes), authenticate ? std::move(authenticate) : who},
      server_{context_, on_free_port(std::move(options)), router_}
{
    server_.start();
    thread_ = std::jthread{[this] { context_.run(); }};
}

Running::~Running() { halt(); }

void Running::halt()
{
    context_.stop();
    if (thread_.joinable()) thread_.join();
}

std::string get(std::string_view path, std::string_view headers, std::string_view method)
{
    std::string text{method};
    return text.append(" ").append(path).append(" HTTP/1.1\r\nHost: ledger\r\n").append(headers) +
           "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view headers)
{
    const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return get(path, length + std::string{headers}, "POST").append(body);
}

}  // namespace chipledger
