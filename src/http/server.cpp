#include "http/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/session.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr auto waits = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds drain_pause{5};

// TLS 1.2 with forward secrecy and authenticated encryption alone, or 1.3 (RFC 9325 §4.2).
constexpr const char* tls12_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr unsigned char http11[] = "\x08http/1.1";

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* in, unsigned int in_length, void*)
{
    auto* chosen = const_cast<unsigned char**>(out);
    const int found =
        SSL_select_next_proto(chosen, out_length, http11, sizeof http11 - 1, in, in_length);
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

std::shared_ptr<ssl::context> tls_of(const ServerOptions& options)
{
    if (options.tls_certificate.empty()) return {};
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context->native_handle(), tls12_ciphers);
    SSL_CTX_set_alpn_select_cb(context->native_handle(), choose_protocol, nullptr);
    context->use_certificate_chain_file(options.tls_certificate);
    context->use_private_key_file(options.tls_key, ssl::context::pem);
    if (SSL_CTX_check_private_key(context->native_handle()) != 1)
        throw boost::system::system_error{
            make_error_code(boost::system::errc::invalid_argument),
            "the TLS key does not belong to the certificate"};
    return context;
}

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
public:
    Impl(asio::io_context& context, ServerOptions options, const Router& router)
        : shared_{std::make_shared<Connections>(Connections{std::move(options), router})},
          acceptor_{context}
    {
        shared_->tls = tls_of(shared_->options);
        const tcp::endpoint endpoint{asio::ip::make_address(shared_->options.bind),
                                     shared_->options.port};
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(asio::socket_base::reuse_address{true});
        acceptor_.bind(endpoint);
        acceptor_.listen();
    }

    unsigned short port() const { return acceptor_.local_endpoint().port(); }
    std::size_t connections() const { return shared_->open.size(); }

    void start()
    {
        asio::co_spawn(acceptor_.get_executor(), accept(shared_from_this()), asio::detached);
    }
    void stop_accepting()
    {
        shared_->stopping = true;
        error_code ignored;
        acceptor_.close(ignored);
        // Those that wait for a next request have none; those that work end by themselves.
        for (Connection* connection : shared_->idle) connection->cancel();
    }
    void close_all()
    {
        for (Connection* connection : shared_->open) connection->close();
    }
    // Connections that are open keep what they have shaken hands with.
    void reload_certificate() { shared_->tls = tls_of(shared_->options); }

private:
    static asio::awaitable<void> accept(std::shared_ptr<Impl> self);

    std::shared_ptr<Connections> shared_;
    asio::basic_socket_acceptor<tcp, asio::io_context::executor_type> acceptor_;
};

asio::awaitable<void> Server::Impl::accept(std::shared_ptr<Impl> self)
{
    while (self->acceptor_.is_open()) {
        auto [failed, socket] = co_await self->acceptor_.async_accept(waits);
        if (self->shared_->stopping) co_return;
        if (failed) {
            // Out of file handles, most likely: some will come back.
            asio::steady_timer pause{self->acceptor_.get_executor(), std::chrono::milliseconds{50}};
            co_await pause.async_wait(waits);
            continue;
        }
        asio::co_spawn(self->acceptor_.get_executor(), serve(self->shared_, std::move(socket)),
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
void Server::reload_certificate() { impl_->reload_certificate(); }
void Server::stop_accepting() { impl_->stop_accepting(); }

asio::awaitable<bool> Server::drain(std::chrono::milliseconds deadline)
{
    const std::shared_ptr<Impl> impl = impl_;
    const auto until = std::chrono::steady_clock::now() + deadline;
    impl->stop_accepting();
    asio::steady_timer pause{co_await asio::this_coro::executor};
    while (impl->connections() > 0 && std::chrono::steady_clock::now() < until) {
        pause.expires_after(drain_pause);
        co_await pause.async_wait(waits);
    }
    const bool all_ended = impl->connections() == 0;
    impl->close_all();
    co_return all_ended;
}

std::size_t Server::connections() const { return impl_->connections(); }

}  // namespace chipledger
