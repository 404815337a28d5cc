// The one file that knows Beast.
#include "http/server.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <list>
#include <set>

#include "http/problem.hpp"
#include "store/token.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using TcpStream = beast::basic_stream<tcp, asio::io_context::executor_type>;
using Parser = http::request_parser<http::buffer_body>;
using boost::system::error_code;
using namespace asio::experimental::awaitable_operators;

constexpr auto waits = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t piece_max = 64 * 1024;

constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

std::string lower(std::string_view text)
{
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c = static_cast<char>(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Percent-decoding (RFC 3986 §2.1); nothing for a broken escape or a NUL.
std::optional<std::string> decoded(std::string_view text, bool plus_is_space)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size()) return {};
            const int high = hex(text[i + 1]), low = hex(text[i + 2]);
            if (high < 0 || low < 0 || high + low == 0) return {};
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += plus_is_space && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

bool read_query(std::string_view text, Fields& query)
{
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(pair.size() + 1, text.size()));
        const std::size_t equals = pair.find('=');
        // A plus stays a plus: time offsets are written +08:00.
        const auto name = decoded(pair.substr(0, equals), false);
        const auto value = decoded(
            equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), false);
        if (!name || !value) return false;
        if (!name->empty()) query.emplace_back(*name, *value);
    }
    return true;
}

bool read_target(std::string_view target, Request& request)
{
    const std::size_t mark = target.find('?');
    request.path = std::string{target.substr(0, mark)};
    if (!request.path.starts_with('/')) return false;
    std::string_view rest = std::string_view{request.path}.substr(1);
    while (true) {
        const std::string_view part = rest.substr(0, rest.find('/'));
        const auto segment = decoded(part, false);
        if (!segment) return false;
        request.segments.push_back(*segment);
        if (part.size() == rest.size()) break;
        rest.remove_prefix(part.size() + 1);
    }
    return mark == std::string_view::npos || read_query(target.substr(mark + 1), request.query);
}

bool sane_request_id(std::string_view id)
{
    return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
    });
}

std::string new_request_id()
{
    constexpr char digits[] = "0123456789abcdef";
    static std::uint64_t counter = 0;
    static const std::string start = random_bytes(6);
    std::string id;
    for (const char c : start) {
        id += digits[static_cast<unsigned char>(c) >> 4];
        id += digits[static_cast<unsigned char>(c) & 15];
    }
    return id + '-' + std::to_string(++counter);
}

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
public:
    Impl(asio::io_context& context, ServerOptions options, const Router& router)
        : options_{std::move(options)}, router_{router}, acceptor_{context}
    {
        const tcp::endpoint endpoint{asio::ip::make_address(options_.bind), options_.port};
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(asio::socket_base::reuse_address{true});
        acceptor_.bind(endpoint);
        acceptor_.listen();
    }

    unsigned short port() const { return acceptor_.local_endpoint().port(); }
    std::size_t connections() const { return connections_; }
    bool stopping() const { return stopping_; }
    const ServerOptions& options() const { return options_; }
    const Router& router() const { return router_; }

    void start()
    {
        asio::co_spawn(acceptor_.get_executor(), accept(shared_from_this()), asio::detached);
    }
    void stop_accepting()
    {
        stopping_ = true;
        error_code ignored;
        acceptor_.close(ignored);
        // Those that wait for a next request have none; those that work end by themselves.
        for (TcpStream* stream : idle_) stream->cancel();
    }

    std::size_t connections_ = 0;
    std::set<TcpStream*> idle_{};

private:
    static asio::awaitable<void> accept(std::shared_ptr<Impl> self);

    ServerOptions options_;
    const Router& router_;
    asio::basic_socket_acceptor<tcp, asio::io_context::executor_type> acceptor_;
    bool stopping_ = false;
};

namespace {

/// One connection: reads requests in order, answers in order.
template <class Impl>
class Session : public BodyReader {
public:
    Session(std::shared_ptr<Impl> server, TcpStream stream)
        : server_{std::move(server)}, stream_{std::move(stream)}
    {
        ++server_->connections_;
    }
    ~Session() override
    {
        server_->idle_.erase(&stream_);
        --server_->connections_;
    }
    Session(const Session&) = delete;

    asio::awaitable<void> run()
    {
        error_code ignored;
        stream_.socket().set_option(tcp::no_delay{true}, ignored);
        const auto peer = stream_.socket().remote_endpoint(ignored);
        peer_ = peer.address().to_string();
        if (server_->connections_ > server_->options().connections_max) {
            keep_ = false;
            co_await send_refusal({.code = Code::overloaded});
        } else {
            while (co_await one()) {}
        }
        stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    }

private:
    // One request and its answer; false when the connection is done.
    asio::awaitable<bool> one()
    {
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(server_->options().header_max));
        parser_->body_limit(boost::none);
        request_ = {};
        request_.peer = peer_;
        if (!co_await header()) co_return false;
        if (auto no = take_header()) {
            keep_ = false;
            co_return co_await send_refusal(*no);
        }
        const Route* route = server_->router().find(request_);
        if (auto no = co_await body(route)) co_return co_await send_refusal(*no);
        const bool streams = route && route->streams_body;
        Response response = co_await server_->router().answer(request_, streams ? this : nullptr);
        if (streams && !response.stream && !parser_->is_done()) keep_ = false;
        co_return co_await send(std::move(response));
    }

    asio::awaitable<bool> header()
    {
        server_->idle_.insert(&stream_);
        if (server_->stopping()) co_return false;
        if (buffer_.size() == 0) {
            stream_.expires_after(first_ ? server_->options().header_deadline
                                         : server_->options().idle_deadline);
            const auto [failed, n] =
                co_await stream_.async_read_some(buffer_.prepare(4096), waits);
            if (failed) co_return false;
            buffer_.commit(n);
        }
        server_->idle_.erase(&stream_);
        first_ = false;
        stream_.expires_after(server_->options().header_deadline);
        const auto [failed, n] = co_await http::async_read_header(stream_, buffer_, *parser_, waits);
        if (!failed) co_return true;
        if (failed == http::error::end_of_stream || failed == beast::error::timeout) co_return false;
        if (failed.category() != make_error_code(http::error::bad_method).category())
            co_return false;
        request_.request_id = new_request_id();
        keep_ = false;
        const bool large = failed == http::error::header_limit;
        co_await send_refusal({.code = large ? Code::too_large : Code::malformed,
                               .detail = large ? "Send at most 16 KiB of headers."
                                               : "This is not an HTTP/1.1 request (RFC 9112)."});
        co_return false;
    }

    std::optional<Refusal> take_header()
    {
        const auto& head = parser_->get();
        keep_ = head.keep_alive();
        request_.method = std::string{head.method_string()};
        for (const auto& field : head)
            request_.headers.emplace_back(lower(field.name_string()), std::string{field.value()});
        const auto given = request_.header("x-request-id");
        request_.request_id =
            given && sane_request_id(*given) ? std::string{*given} : new_request_id();
        // Two opinions of where a request ends are how one is smuggled past a proxy.
        const auto count = [&](std::string_view name) {
            return std::ranges::count(request_.headers, name, [](const auto& h) { return h.first; });
        };
        if (count("content-length") > 1 || count("host") > 1 ||
            (count("content-length") > 0 && count("transfer-encoding") > 0))
            return Refusal{.code = Code::malformed,
                           .detail = "Send Host and Content-Length once, and not both a length and "
                                     "a transfer coding."};
        if (!read_target(std::string_view{head.target().data(), head.target().size()}, request_))
            return Refusal{.code = Code::malformed,
                           .detail = "The address has a broken percent escape."};
        return {};
    }

    // Reads the whole body, unless the route reads it by itself.
    asio::awaitable<std::optional<Refusal>> body(const Route* route)
    {
        if (parser_->get()[http::field::expect] == "100-continue") {
            http::response<http::empty_body> go_on{http::status::continue_, 11};
            co_await http::async_write(stream_, go_on, waits);
        }
        if (route && route->streams_body) co_return std::nullopt;
        const std::size_t limit = route ? route->body_max : body_limit;
        const auto length = parser_->content_length();
        if (length && *length > limit) {
            // What is not much longer is read away, so that the connection stays usable.
            if (*length > 4 * limit + body_limit) keep_ = false;
        }
        stream_.expires_after(server_->options().body_deadline);
        std::size_t seen = 0;
        while (keep_ || !length || *length <= limit) {
            Result<std::optional<std::string>> piece = co_await next();
            if (!piece) {
                keep_ = false;
                co_return piece.error();
            }
            if (!*piece) break;
            seen += (*piece)->size();
            if (seen <= limit) request_.body += **piece;
            if (seen > 4 * limit + body_limit) {
                keep_ = false;
                break;
            }
        }
        if (seen > limit || (length && *length > limit))
            co_return Refusal{.code = Code::too_large,
                              .detail = "Send at most " + std::to_string(limit) + " bytes here.",
                              .available = static_cast<std::int64_t>(limit),
                              .requested = static_cast<std::int64_t>(length.value_or(seen))};
        co_return std::nullopt;
    }

    asio::awaitable<Result<std::optional<std::string>>> next() override
    {
        if (parser_->is_done()) co_return std::optional<std::string>{};
        std::string piece(piece_max, '\0');
        auto& target = parser_->get().body();
        target.data = piece.data();
        target.size = piece.size();
        target.more = true;
        stream_.expires_after(server_->options().body_deadline);
        const auto [failed, n] = co_await http::async_read(stream_, buffer_, *parser_, waits);
        if (failed && failed != http::error::need_buffer) {
            keep_ = false;
            if (failed.category() != make_error_code(http::error::bad_method).category())
                throw boost::system::system_error{failed};
            co_return Refusal{.code = Code::malformed,
                              .detail = "The body is not framed as its headers say (RFC 9112)."};
        }
        piece.resize(piece_max - target.size);
        if (piece.empty() && parser_->is_done()) co_return std::optional<std::string>{};
        co_return std::optional{std::move(piece)};
    }

    asio::awaitable<bool> send_refusal(Refusal refusal)
    {
        Response response = problem_reply(refusal, request_.request_id);
        co_return co_await send(std::move(response));
    }

    template <class Body>
    void head_of(http::response<Body>& out, const Response& response)
    {
        out.result(static_cast<unsigned>(response.status));
        out.version(11);
        bool cached = false, html = false;
        for (const auto& [name, value] : response.headers) {
            out.insert(name, value);
            cached |= lower(name) == "cache-control";
            html |= value.starts_with("text/html");
        }
        out.set("X-Request-Id", request_.request_id);
        out.set("X-Content-Type-Options", "nosniff");
        out.set("Referrer-Policy", "no-referrer");
        if (!cached) out.set(http::field::cache_control, "no-store");
        if (html) out.set("Content-Security-Policy", std::string{page_policy});
        keep_ = keep_ && !server_->stopping();
        out.keep_alive(keep_);
    }

    asio::awaitable<bool> send(Response response)
    {
        stream_.expires_after(server_->options().write_deadline);
        if (response.stream) co_return co_await send_stream(std::move(response));
        http::response<http::string_body> out;
        head_of(out, response);
        out.body() = std::move(response.body);
        const bool bodiless = response.status == 204 || response.status == 304;
        if (!bodiless) out.content_length(out.body().size());
        if (bodiless || request_.method == "HEAD") out.body().clear();
        const auto [failed, n] = co_await http::async_write(stream_, out, waits);
        co_return !failed && keep_;
    }

    asio::awaitable<bool> send_stream(Response response)
    {
        http::response<http::empty_body> out;
        head_of(out, response);
        out.chunked(true);
        http::response_serializer<http::empty_body> serializer{out};
        const auto [failed, n] = co_await http::async_write_header(stream_, serializer, waits);
        if (failed || request_.method == "HEAD") co_return false;
        while (true) {
            std::optional<std::string> piece;
            if (parser_->is_done()) {
                // While it waits for news, a peer that goes ends the wait.
                stream_.expires_never();
                auto either = co_await (response.stream->next() || gone());
                if (either.index() == 1) co_return false;
                piece = std::get<0>(std::move(either));
            } else {
                piece = co_await response.stream->next();
            }
            stream_.expires_after(server_->options().write_deadline);
            if (!piece) {
                const auto [bad, m] =
                    co_await asio::async_write(stream_, http::make_chunk_last(), waits);
                co_return !bad && keep_ && parser_->is_done();
            }
            if (piece->empty()) continue;
            const auto [bad, m] =
                co_await asio::async_write(stream_, http::make_chunk(asio::buffer(*piece)), waits);
            if (bad || server_->stopping()) co_return false;
        }
    }

    asio::awaitable<void> gone()
    {
        char byte;
        while (true) {
            const auto [failed, n] = co_await stream_.socket().async_receive(
                asio::buffer(&byte, 1), tcp::socket::message_peek, waits);
            if (failed) co_return;
            // It sends more already: nothing to see here until the stream ends.
            asio::steady_timer timer{stream_.get_executor(), std::chrono::seconds{1}};
            co_await timer.async_wait(waits);
        }
    }

    std::shared_ptr<Impl> server_;
    TcpStream stream_;
    beast::flat_buffer buffer_{128 * 1024};
    std::optional<Parser> parser_{};
    Request request_{};
    std::string peer_{};
    bool keep_ = true;
    bool first_ = true;
};

template <class Impl>
asio::awaitable<void> serve(std::shared_ptr<Impl> server, TcpStream stream)
{
    try {
        Session<Impl> session{std::move(server), std::move(stream)};
        co_await session.run();
    } catch (const std::exception&) {
        // The peer has gone, in mid-sentence.
    }
}

}  // namespace

asio::awaitable<void> Server::Impl::accept(std::shared_ptr<Impl> self)
{
    while (self->acceptor_.is_open()) {
        auto [failed, socket] = co_await self->acceptor_.async_accept(waits);
        if (self->stopping_) co_return;
        if (failed) {
            // Out of file handles, most likely: some will come back.
            asio::steady_timer pause{self->acceptor_.get_executor(), std::chrono::milliseconds{50}};
            co_await pause.async_wait(waits);
            continue;
        }
        asio::co_spawn(self->acceptor_.get_executor(), serve(self, TcpStream{std::move(socket)}),
                       asio::detached);
    }
}

Server::Server(asio::io_context& context, ServerOptions options, const Router& router)
    : impl_{std::make_shared<Impl>(context, std::move(options), router)}
{
}
Server::~Server() = default;
unsigned short Server::port() const { return impl_->port(); }
void Server::start() { impl_->start(); }
void Server::stop_accepting() { impl_->stop_accepting(); }
std::size_t Server::connections() const { return impl_->connections(); }

}  // namespace chipledger
