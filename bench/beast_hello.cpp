// What HTTP alone costs: reads any request, answers a few bytes. The benches' fixed reference.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstdio>

namespace
{

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using Stream = beast::basic_stream<tcp, asio::io_context::executor_type>;

constexpr auto waits = asio::as_tuple(asio::use_awaitable);

asio::awaitable<void> serve(Stream stream)
{
    beast::flat_buffer buffer;
    stream.socket().set_option(tcp::no_delay{true});
    while (true) {
        http::request<http::string_body> request;
        const auto [unread, read] = co_await http::async_read(stream, buffer, request, waits);
        if (unread) co_return;
        http::response<http::string_body> response{http::status::ok, 11};
        response.set(http::field::content_type, "application/json");
        response.body() = R"({"hello":1})";
        response.prepare_payload();
        const auto [unsent, sent] = co_await http::async_write(stream, response, waits);
        if (unsent) co_return;
    }
}

asio::awaitable<void> listen(asio::io_context& context, tcp::acceptor& acceptor)
{
    while (true) {
        auto socket = co_await acceptor.async_accept(asio::use_awaitable);
        tcp::socket plain{std::move(socket)};
        Stream::socket_type own{context.get_executor(), tcp::v4(), plain.release()};
        asio::co_spawn(context, serve(Stream{std::move(own)}), asio::detached);
    }
}

}  // namespace

int main()
{
    asio::io_context context{1};
    tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
    std::printf("listening on http://127.0.0.1:%d\n", acceptor.local_endpoint().port());
    std::fflush(stdout);
    asio::co_spawn(context, listen(context, acceptor), asio::detached);
    context.run();
}
