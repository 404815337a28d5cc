#include "http/client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include "http/target.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t piece_max = 64 * 1024;

constexpr std::chrono::milliseconds slice{100};

/// Every step is asynchronous and run to its end, so that the stream's deadline holds.
class Exchange {
public:
    Exchange(const Fetch& request, const Url& url) : request_{request}, url_{url} {}

    Fetched run()
    {
        beast::tcp_stream tcp_stream{context_};
        tcp::resolver resolver{context_};
        const std::vector<tcp::endpoint> addresses =
            reachable(resolver.resolve(url_.host, url_.port));
        wire_ = &tcp_stream;
        tcp_stream.expires_after(request_.deadline);
        finish([&](auto done) {
            tcp_stream.async_connect(addresses, [done](error_code e, const auto&) { done(e); });
        });
        if (!url_.secure) return talk(tcp_stream, tcp_stream);
        ssl::context tls{ssl::context::tls_client};
        if (request_.ca_file.empty()) tls.set_default_verify_paths();
        else tls.load_verify_file(request_.ca_file);
        beast::ssl_stream<beast::tcp_stream> stream{std::move(tcp_stream), tls};
        wire_ = &stream.next_layer();
        stream.set_verify_mode(ssl::verify_peer);
        stream.set_verify_callback(ssl::host_name_verification{url_.host});
        SSL_set_tlsext_host_name(stream.native_handle(), url_.host.c_str());
        finish([&](auto done) { stream.async_handshake(ssl::stream_base::client, done); });
        return talk(stream, stream.next_layer());
    }

private:
    std::vector<tcp::endpoint> reachable(const tcp::resolver::results_type& found) const
    {
        std::vector<tcp::endpoint> may;
        for (const auto& each : found)
            if (!request_.may_reach || request_.may_reach(each.endpoint().address()))
                may.push_back(each.endpoint());
        if (may.empty()) throw boost::system::system_error{asio::error::access_denied};
        return may;
    }

    template <class Start>
    void finish(const Start& start, error_code ignored = {})
    {
        error_code result;
        start([&result](error_code failed, auto&&...) { result = failed; });
        context_.restart();
        if (request_.given_up) watch();
        context_.run();
        if (result && result != ignored) throw boost::system::system_error{result};
    }

    /// Runs until the step is done, or closes the wire: then the step ends with an error.
    void watch()
    {
        while (!context_.stopped()) {
            context_.run_for(slice);
            if (context_.stopped()) return;
            if (request_.given_up()) return wire_->close();
        }
    }

    template <class Stream>
    Fetched talk(Stream& stream, beast::tcp_stream& tcp_stream)
    {
        http::request<http::string_body> out;
        out.method_string(request_.method);
        out.target(url_.target);
        out.version(11);
        out.set(http::field::host, authority());
        out.set(http::field::connection, "close");
        for (const auto& [name, value] : request_.headers) out.set(name, value);
        out.body() = request_.body;
        out.prepare_payload();
        tcp_stream.expires_after(request_.deadline);
        finish([&](auto done) { http::async_write(stream, out, done); });
        http::response_parser<http::buffer_body> parser;
        parser.body_limit(boost::none);
        finish([&](auto done) { http::async_read_header(stream, buffer_, parser, done); });
        Fetched fetched;
        fetched.status = static_cast<int>(parser.get().result_int());
        for (const auto& field : parser.get())
            fetched.headers.emplace_back(lower(field.name_string()), std::string{field.value()});
        std::string piece(piece_max, '\0');
        while (!parser.is_done()) {
            auto& body = parser.get().body();
            body.data = piece.data();
            body.size = piece.size();
            tcp_stream.expires_after(request_.deadline);
            finish([&](auto done) { http::async_read(stream, buffer_, parser, done); },
                   http::error::need_buffer);
            take(fetched, std::string_view{piece}.substr(0, piece.size() - body.size));
        }
        return fetched;
    }

    std::string authority() const
    {
        const bool is_ipv6 = url_.host.find(':') != std::string::npos;
        return (is_ipv6 ? '[' + url_.host + ']' : url_.host) + ':' + url_.port;
    }

    void take(Fetched& fetched, std::string_view piece)
    {
        if (request_.pieces && fetched.status == 200) return request_.pieces(piece);
        fetched.body += piece;
        if (fetched.body.size() > request_.body_max)
            throw boost::system::system_error{make_error_code(http::error::body_limit)};
    }

    const Fetch& request_;
    const Url& url_;
    beast::tcp_stream* wire_ = nullptr;
    asio::io_context context_{1};
    beast::flat_buffer buffer_{};
};

}  // namespace

std::optional<Url> parse_url(std::string_view text)
{
    Url url;
    url.secure = text.starts_with("https://");
    if (!url.secure && !text.starts_with("http://")) return {};
    text.remove_prefix(url.secure ? 8 : 7);
    const std::size_t slash = std::min(text.find('/'), text.size());
    std::string_view authority = text.substr(0, slash);
    url.target = slash < text.size() ? std::string{text.substr(slash)} : "/";
    url.port = url.secure ? "443" : "80";
    const std::size_t colon = authority.rfind(':');
    if (colon != authority.npos && authority.find(']', colon) == authority.npos) {
        url.port = authority.substr(colon + 1);
        authority = authority.substr(0, colon);
    }
    if (authority.starts_with('[') && authority.ends_with(']'))
        authority = authority.substr(1, authority.size() - 2);
    url.host = authority;
    if (url.host.empty() || url.port.empty()) return {};
    return url;
}

Result<Fetched> fetch(const Fetch& request)
{
    const std::optional<Url> url = parse_url(request.url);
    if (!url)
        return Refusal{Code::malformed, "url", "An address is like https://ledger.example/path."};
    try {
        return Exchange{request, *url}.run();
    } catch (const boost::system::system_error& failed) {
        if (failed.code() == asio::error::access_denied)
            return Refusal{Code::malformed, "url", "This is not a public address."};
        return Refusal{.code = Code::store_unavailable,
                       .detail = request.url + " does not answer: " + failed.code().message()};
    }
}

}  // namespace chipledger
