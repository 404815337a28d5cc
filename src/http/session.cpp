// The one file that knows Beast.
#include "http/session.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <array>
#include <ctime>

#include "http/epcis_problem.hpp"
#include "http/problem.hpp"
#include "http/target.hpp"
#include "store/crash_point.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;
using TcpStream = beast::basic_stream<tcp, asio::io_context::executor_type>;
using Parser = http::request_parser<http::buffer_body>;
using boost::system::error_code;
using namespace asio::experimental::awaitable_operators;

constexpr auto waits = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t piece_max = 64 * 1024;
constexpr std::size_t linger_max = 1 << 20;

constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

/// Now, as RFC 9110 §5.6.7 writes it; the same text for a second.
const std::string& http_date()
{
    thread_local std::string text;
    thread_local std::time_t written = -1;
    const std::time_t now = std::time(nullptr);
    if (now != written) {
        std::tm utc{};
        ::gmtime_r(&now, &utc);
        text.resize(29);
        std::strftime(text.data(), text.size() + 1, "%a, %d %b %Y %H:%M:%S GMT", &utc);
        written = now;
    }
    return text;
}

/// One connection: reads requests in order, answers in order.
template <class Transport>
class Session : public BodyReader, public Connection {
public:
    Session(std::shared_ptr<Connections> server, Transport stream)
        : server_{std::move(server)}, stream_{std::move(stream)}
    {
        server_->open.insert(this);
    }
    ~Session() override
    {
        server_->idle.erase(this);
        server_->open.erase(this);
    }
    Session(const Session&) = delete;

    void cancel() override { tcp_stream().cancel(); }
    void close() override { tcp_stream().close(); }

    asio::awaitable<void> run()
    {
        error_code ignored;
        tcp_stream().socket().set_option(tcp::no_delay{true}, ignored);
        const auto peer = tcp_stream().socket().remote_endpoint(ignored);
        peer_ = peer.address().to_string();
        if (!co_await shake_hands()) co_return;
        if (server_->open.size() > server_->options.connections_max) {
            keep_ = false;
            request_.request_id = request_id_of({});
            const Refusal no{.code = Code::overloaded};
            co_await send_refusal(no);
        } else {
            while (co_await one()) {}
        }
        co_await linger();
    }

private:
    static constexpr bool secure = !std::is_same_v<Transport, TcpStream>;

    TcpStream& tcp_stream()
    {
        if constexpr (secure) return stream_.next_layer();
        else return stream_;
    }

    asio::awaitable<bool> shake_hands()
    {
        if constexpr (secure) {
            tcp_stream().expires_after(server_->options.header_deadline);
            const auto [failed] = co_await stream_.async_handshake(ssl::stream_base::server, waits);
            co_return !failed;
        }
        co_return true;
    }

    // One request and its answer; false when the connection is done.
    asio::awaitable<bool> one()
    {
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(server_->options.header_max));
        parser_->body_limit(boost::none);
        request_ = {};
        request_.peer = peer_;
        request_.secure = secure;
        if (!co_await header()) co_return false;
        begun_ = std::chrono::steady_clock::now();
        if (auto no = take_header()) {
            keep_ = false;
            co_return co_await send_refusal(*no);
        }
        const Route* route = server_->router.find(request_);
        streams_ = route && route->streams_body;
        if (route) request_.route = route->pattern;
        if (auto no = co_await body(route)) co_return co_await send_refusal(*no);
        Response response = co_await answer(route);
        if (streams_ && !response.stream && !parser_->is_done()) keep_ = false;
        co_return co_await send(std::move(response));
    }

    asio::awaitable<Response> answer(const Route* route)
    {
        BodyReader* reader = streams_ ? this : nullptr;
        if (!route || !route->takes_long) {
            Response response = co_await server_->router.answer(request_, reader);
            co_return response;
        }
        std::variant<Response, std::monostate> either =
            co_await (server_->router.answer(request_, reader) || gone());
        if (either.index() == 1) throw PeerGone{};
        co_return std::get<0>(std::move(either));
    }

    // Closing with unread bytes resets the connection, and the peer may lose our last answer.
    asio::awaitable<void> linger()
    {
        server_->idle.insert(this);
        tcp_stream().expires_after(server_->options.linger_deadline);
        if constexpr (secure) {
            co_await stream_.async_shutdown(waits);
            co_return;
        }
        error_code ignored;
        tcp_stream().socket().shutdown(tcp::socket::shutdown_send, ignored);
        buffer_.clear();
        for (std::size_t seen = 0; seen < linger_max && !server_->stopping;) {
            const auto [failed, n] = co_await stream_.async_read_some(buffer_.prepare(4096), waits);
            if (failed) break;
            seen += n;
        }
    }

    asio::awaitable<bool> header()
    {
        server_->idle.insert(this);
        if (server_->stopping) co_return false;
        if (buffer_.size() == 0) {
            tcp_stream().expires_after(first_ ? server_->options.header_deadline
                                         : server_->options.idle_deadline);
            const auto [failed, n] =
                co_await stream_.async_read_some(buffer_.prepare(4096), waits);
            if (failed) co_return false;
            buffer_.commit(n);
        }
        server_->idle.erase(this);
        first_ = false;
        tcp_stream().expires_after(server_->options.header_deadline);
        const error_code failed = co_await head();
        if (!failed) co_return true;
        if (!is_framing(failed)) co_return false;
        request_.request_id = request_id_of({});
        keep_ = false;
        const Refusal no =
            failed == http::error::header_limit
                ? Refusal{.code = Code::too_large, .detail = "Send at most 16 KiB of headers."}
                : Refusal{.code = Code::malformed,
                          .detail = "This is not an HTTP/1.1 request (RFC 9112)."};
        co_await send_refusal(no);
        co_return false;
    }

    // Beast would join a folded line with a space; whoever stands before us may read it otherwise.
    asio::awaitable<error_code> head()
    {
        while (true) {
            const auto bytes = buffer_.data();
            const std::string_view seen{static_cast<const char*>(bytes.data()), bytes.size()};
            if (is_folded(seen.substr(0, seen.find("\r\n\r\n"))))
                co_return http::error::bad_obs_fold;
            error_code failed;
            buffer_.consume(parser_->put(bytes, failed));
            if (failed != http::error::need_more) co_return failed;
            const auto [broken, n] =
                co_await stream_.async_read_some(buffer_.prepare(4096), waits);
            if (broken == asio::error::eof) co_return http::error::partial_message;
            if (broken) co_return broken;
            buffer_.commit(n);
        }
    }

    // RFC 9112 §5.2: a line that begins with a space goes on from the one before.
    static bool is_folded(std::string_view head)
    {
        return head.find("\r\n ") != head.npos || head.find("\r\n\t") != head.npos;
    }

    std::optional<Refusal> take_header()
    {
        const auto& head = parser_->get();
        keep_ = head.keep_alive();
        request_.method = std::string{head.method_string()};
        for (const auto& field : head)
            request_.headers.emplace_back(lower(field.name_string()), std::string{field.value()});
        request_.request_id = request_id_of(request_);
        if (auto no = framing_refusal(request_, head.version())) return no;
        expects_ = head.version() >= 11 &&
                   lower(request_.header("expect").value_or("")) == "100-continue";
        if (!read_target(std::string_view{head.target().data(), head.target().size()}, request_))
            return Refusal{.code = Code::malformed,
                           .detail = "The address is not a path in percent-encoded UTF-8."};
        return {};
    }

    // Reads the whole body, unless the route reads it by itself.
    asio::awaitable<std::optional<Refusal>> body(const Route* route)
    {
        if (streams_) co_return std::nullopt;
        const std::size_t limit = route ? route->body_max : body_limit;
        // What is not much longer is read away, so that the connection stays usable.
        const std::size_t discard_max = 4 * limit + body_limit;
        const std::uint64_t size = parser_->content_length().value_or(0);
        if (size > limit && (expects_ || size > discard_max)) {
            keep_ = false;
            co_return too_large(limit, size);
        }
        tcp_stream().expires_after(server_->options.body_deadline);
        std::size_t seen = 0;
        while (true) {
            Result<std::optional<std::string>> piece = co_await next();
            if (!piece) co_return piece.error();
            if (!*piece) break;
            seen += (*piece)->size();
            if (seen <= limit && request_.body.empty()) request_.body = std::move(**piece);
            else if (seen <= limit) request_.body += **piece;
            if (seen > discard_max) {
                keep_ = false;
                break;
            }
        }
        if (seen > limit) co_return too_large(limit, seen);
        co_return std::nullopt;
    }

    static Refusal too_large(std::size_t limit, std::uint64_t size)
    {
        return {.code = Code::too_large,
                .detail = "Send at most " + std::to_string(limit) + " bytes here.",
                .available = static_cast<std::int64_t>(limit),
                .requested = static_cast<std::int64_t>(size)};
    }

    static bool is_framing(const error_code& failed)
    {
        return failed.category() == make_error_code(http::error::bad_method).category();
    }

    asio::awaitable<void> go_on()
    {
        expects_ = false;
        http::response<http::empty_body> proceed{http::status::continue_, 11};
        co_await http::async_write(stream_, proceed, waits);
    }

    asio::awaitable<Result<std::optional<std::string>>> next() override
    {
        if (parser_->is_done()) co_return std::optional<std::string>{};
        if (streams_) tcp_stream().expires_after(server_->options.body_deadline);
        if (expects_) co_await go_on();
        const std::uint64_t left = parser_->content_length_remaining().value_or(piece_max);
        std::string piece(static_cast<std::size_t>(std::min<std::uint64_t>(left, piece_max)), '\0');
        auto& target = parser_->get().body();
        target.data = piece.data();
        target.size = piece.size();
        target.more = true;
        const auto [failed, n] = co_await http::async_read(stream_, buffer_, *parser_, waits);
        if (failed && failed != http::error::need_buffer) {
            keep_ = false;
            if (!is_framing(failed)) throw PeerGone{};
            co_return Refusal{.code = Code::malformed,
                              .detail = "The body is not framed as its headers say (RFC 9112)."};
        }
        piece.resize(piece.size() - target.size);
        if (piece.empty() && parser_->is_done()) co_return std::optional<std::string>{};
        co_return std::optional{std::move(piece)};
    }

    asio::awaitable<bool> send_refusal(const Refusal& refusal)
    {
        Response response = is_epcis(request_.path)
                                ? epcis_problem_reply(refusal, request_.request_id)
                                : problem_reply(refusal, request_.request_id);
        co_return co_await send(std::move(response));
    }

    /// The status line and the fields, with those that every answer has; `framing` is the field that
    /// says where the body ends.
    std::string head_of(const Response& response, const std::string& framing)
    {
        const bool old = parser_ && parser_->is_header_done() && parser_->get().version() < 11;
        const auto reason = http::obsolete_reason(http::int_to_status(
            static_cast<unsigned>(response.status)));
        std::string head = old ? "HTTP/1.0 " : "HTTP/1.1 ";
        head.reserve(640);
        ((head += std::to_string(response.status)) += ' ').append(reason.data(), reason.size());
        head += "\r\n";
        const auto set = [&head](std::string_view name, std::string_view value) {
            ensure(value.find_first_of("\r\n") == value.npos, "a field is one line");
            (((head += name) += ": ") += value) += "\r\n";
        };
        bool cached = false, html = false;
        for (const auto& [name, value] : response.headers) {
            set(name, value);
            cached |= beast::iequals(name, "cache-control");
            html |= value.starts_with("text/html");
        }
        head += framing;
        set("Date", http_date());
        set("X-Request-Id", request_.request_id);
        head += "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
                "Cross-Origin-Resource-Policy: same-origin\r\n";
        if (secure) set("Strict-Transport-Security", "max-age=31536000");
        if (!cached) set("Cache-Control", "no-store");
        if (html) {
            set("Content-Security-Policy", page_policy);
            set("Cross-Origin-Opener-Policy", "same-origin");
            set("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
        }
        keep_ = keep_ && !server_->stopping;
        if (!keep_) set("Connection", "close");
        else if (old) set("Connection", "keep-alive");
        return head += "\r\n";
    }

    asio::awaitable<bool> send(Response response)
    {
        tcp_stream().expires_after(server_->options.write_deadline);
        const int status = response.status;
        const std::string_view problem = response.problem;
        const bool streamed = response.stream != nullptr;
        const bool sent = streamed ? co_await send_stream(std::move(response))
                                   : co_await send_whole(std::move(response));
        if (server_->options.access_log) {
            const auto took = std::chrono::steady_clock::now() - begun_;
            server_->options.access_log(
                {request_, status, std::chrono::duration_cast<std::chrono::microseconds>(took),
                 problem});
        }
        co_return sent && keep_;
    }

    asio::awaitable<bool> send_whole(Response response)
    {
        const std::string& body = response.shared_body ? *response.shared_body : response.body;
        const bool bodiless = response.status == 204 || response.status == 304;
        const std::string framing =
            bodiless ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
        const std::string head = head_of(response, framing);
        const std::size_t sent = bodiless || request_.method == "HEAD" ? 0 : body.size();
        const std::array<asio::const_buffer, 2> both{asio::buffer(head),
                                                     asio::buffer(body.data(), sent)};
        CRASH_POINT("response-unsent");
        const bool written = co_await write(both);
        CRASH_POINT("response-sent");
        co_return written;
    }

    asio::awaitable<bool> send_stream(Response response)
    {
        const std::unique_ptr<Stream> source = std::move(response.stream);
        // A source that reads the body would ask for it in the midst of its answer (RFC 9110 §10.1.1).
        if (expects_) co_await go_on();
        const bool chunked = parser_->get().version() >= 11;
        keep_ = keep_ && chunked;  // To HTTP/1.0 the end of the connection is the end of the body.
        const std::string head = head_of(response, chunked ? "Transfer-Encoding: chunked\r\n" : "");
        const bool begun = co_await write(asio::buffer(head));
        if (!begun || request_.method == "HEAD") co_return begun;
        while (!server_->stopping) {
            const std::optional<Pulled> pulled = co_await pull(*source);
            if (!pulled || pulled->failed) co_return false;
            tcp_stream().expires_after(server_->options.write_deadline);
            if (!pulled->piece) {
                keep_ = keep_ && parser_->is_done();
                if (!chunked) co_return true;
                co_return co_await write(http::make_chunk_last());
            }
            if (pulled->piece->empty()) continue;
            const auto piece = asio::buffer(*pulled->piece);
            bool written = false;
            if (chunked) written = co_await write(http::make_chunk(piece));
            else written = co_await write(piece);
            if (!written) co_return false;
        }
        co_return false;
    }

    template <class Buffers>
    asio::awaitable<bool> write(Buffers buffers)
    {
        const auto [failed, n] = co_await asio::async_write(stream_, buffers, waits);
        co_return !failed;
    }

    struct Pulled {
        std::optional<std::string> piece{};
        bool failed = false;
    };

    // The next piece; nothing when the peer went, or the server stops, while the source waited.
    asio::awaitable<std::optional<Pulled>> pull(Stream& source)
    {
        // Whoever still sends a body is read from by the source itself.
        if (!parser_->is_done()) co_return co_await caught(source);
        tcp_stream().expires_never();
        server_->idle.insert(this);
        std::variant<Pulled, std::monostate> either = co_await (caught(source) || gone());
        server_->idle.erase(this);
        if (either.index() == 1) co_return std::nullopt;
        co_return std::get<0>(std::move(either));
    }

    asio::awaitable<Pulled> caught(Stream& source)
    {
        std::string failure;
        try {
            std::optional<std::string> piece = co_await source.next();
            co_return Pulled{std::move(piece)};
        } catch (const std::exception& broken) {
            failure = broken.what();
        }
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() == asio::cancellation_type::none)
            spdlog::error("request {} {}, while streaming: {}", request_.request_id, request_.path,
                          failure);
        co_return Pulled{{}, true};
    }

    asio::awaitable<void> gone()
    {
        char byte;
        while (true) {
            const auto [failed, n] = co_await tcp_stream().socket().async_receive(
                asio::buffer(&byte, 1), tcp::socket::message_peek, waits);
            if (failed) co_return;
            // It sends more already: nothing to see here until the stream ends.
            asio::steady_timer timer{tcp_stream().get_executor(), std::chrono::seconds{1}};
            co_await timer.async_wait(waits);
        }
    }

    std::shared_ptr<Connections> server_;
    Transport stream_;
    beast::flat_buffer buffer_{128 * 1024};
    std::optional<Parser> parser_{};
    Request request_{};
    std::string peer_{};
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    bool keep_ = true;
    bool first_ = true;
    bool streams_ = false;  ///< The route reads the body.
    bool expects_ = false;  ///< The peer waits for 100 Continue before it sends the body.
};

template <class Transport>
asio::awaitable<void> serve_on(std::shared_ptr<Connections> server, Transport stream)
{
    try {
        Session<Transport> session{std::move(server), std::move(stream)};
        co_await session.run();
    } catch (const PeerGone&) {
    } catch (const std::exception& broken) {
        spdlog::error("a connection ends: {}", broken.what());
    }
}

}  // namespace

asio::awaitable<void> serve(std::shared_ptr<Connections> server, TcpSocket socket)
{
    const std::shared_ptr<ssl::context> tls = server->tls;
    TcpStream stream{std::move(socket)};
    if (!tls) {
        co_await serve_on(std::move(server), std::move(stream));
        co_return;
    }
    beast::ssl_stream<TcpStream> secured{std::move(stream), *tls};
    co_await serve_on(std::move(server), std::move(secured));
}

}  // namespace chipledger
