#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/beast/http.hpp>

#include "fuzz/fuzz.hpp"
#include "fuzz/http_routes.hpp"
#include "http/session.hpp"

namespace chipledger::fuzz {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

constexpr int turns_max = 10'000;

/// What came of a connection: requests as the server took them, and the bytes that it answered.
struct Heard {
    std::vector<std::string> requests{};
    std::vector<bool> bodiless{};
    bool broken = false;  ///< An answer was 5xx.
    std::string answer{};
};

/// A connection without a network: the peer's end of a pair of sockets.
class Peer {
public:
    explicit Peer(asio::io_context& context) : theirs_{context}
    {
        int ends[2];
        require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0, "a socket pair");
        mine_ = ends[0];
        theirs_.assign(asio::ip::tcp::v4(), ends[1]);
    }
    ~Peer() { ::close(mine_); }
    Peer(const Peer&) = delete;

    TcpSocket take() { return std::move(theirs_); }
    /// How many of the bytes went out.
    std::size_t send(std::string_view bytes)
    {
        const ssize_t sent = ::send(mine_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        gone_ = gone_ || (sent < 0 && errno != EAGAIN);
        return sent < 0 ? 0 : static_cast<std::size_t>(sent);
    }
    void finish() { ::shutdown(mine_, SHUT_WR); }
    void hear(std::string& answer)
    {
        char piece[16384];
        for (ssize_t n; (n = ::recv(mine_, piece, sizeof piece, 0)) > 0;)
            answer.append(piece, static_cast<std::size_t>(n));
    }
    bool gone() const { return gone_; }

private:
    int mine_ = -1;
    bool gone_ = false;
    TcpSocket theirs_;
};

Heard converse(std::string_view bytes, std::size_t piece)
{
    static const Router router = probing_router();
    Heard heard;
    asio::io_context context{1};
    const auto shared = std::make_shared<Connections>(Connections{{}, router});
    shared->options.access_log = [&heard](const Access& access) {
        const Request& request = access.request;
        heard.requests.push_back(request.method + ' ' + request.path + ' ' +
                                 std::to_string(access.status) + ' ' +
                                 std::string{access.problem});
        heard.bodiless.push_back(request.method == "HEAD");
        heard.broken = heard.broken || access.status >= 500;
    };
    Peer peer{context};
    bool over = false;
    std::exception_ptr broken;
    asio::co_spawn(context, serve(shared, peer.take()), [&](std::exception_ptr failed) {
        broken = failed;
        over = true;
    });
    bool finished = false;
    for (int turn = 0; turn < turns_max && !over; ++turn) {
        if (!bytes.empty() && !peer.gone()) bytes.remove_prefix(peer.send(bytes.substr(0, piece)));
        else if (!std::exchange(finished, true)) peer.finish();
        context.restart();
        context.poll();
        peer.hear(heard.answer);
    }
    require(over, "a connection whose peer is done ends");
    peer.hear(heard.answer);
    if (broken) std::rethrow_exception(broken);
    return heard;
}

/// Every answer is whole, none says that it is our fault, and there is one for each request.
void well_answered(const Heard& heard)
{
    require(!heard.broken, "nothing that a peer sends breaks a handler", heard.answer);
    std::string_view rest = heard.answer;
    for (std::size_t i = 0; i < heard.requests.size();) {
        beast::http::response_parser<beast::http::string_body> parser;
        parser.skip(heard.bodiless[i]);
        parser.eager(true);
        beast::error_code failed;
        rest.remove_prefix(parser.put(asio::buffer(rest), failed));
        if (!failed && !parser.is_done()) parser.put_eof(failed);
        require(!failed && parser.is_done(), "an answer is whole", heard.answer);
        if (parser.get().result() != beast::http::status::continue_) ++i;
    }
    require(rest.empty() || rest.starts_with("HTTP/1.1 100 "), "no answer without a request", rest);
}

}  // namespace

// The first byte tells into what pieces the rest is cut.
void http(std::string_view bytes)
{
    spdlog::set_level(spdlog::level::off);
    const unsigned char piece = take_byte(bytes);
    const Heard whole = converse(bytes, bytes.size() + 1);
    well_answered(whole);
    const Heard cut = converse(bytes, 1 + piece);
    well_answered(cut);
    require(whole.requests == cut.requests, "how a stream is cut into pieces makes no difference",
            whole.answer + "\n--- and cut:\n" + cut.answer);
}

}  // namespace chipledger::fuzz
