#pragma once
#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/events.hpp"
#include "domain/refusal.hpp"

namespace chipledger {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// A request, read and decoded; header names are lower-case.
struct Request {
    std::string method{};
    std::string path{};                   ///< As it came, without the query.
    std::vector<std::string> segments{};  ///< Percent-decoded.
    Fields query{};                       ///< Decoded, in order.
    Fields headers{};
    std::string body{};
    std::string request_id{};
    std::string peer{};
    bool secure = false;  ///< Came over TLS.
    std::string principal{};  ///< Who asks, once that is known; for the access log.
    std::string_view route{};  ///< Pattern of the route that answers; "" when there is none.

    std::optional<std::string_view> header(std::string_view lower_case_name) const;
    std::optional<std::string_view> parameter(std::string_view name) const;
};

/// The peer went in mid-sentence. Only the session catches it: there is nobody left to answer.
struct PeerGone : std::exception {
    const char* what() const noexcept override { return "the peer has gone"; }
};

/// Body of unknown length: the session asks for one piece after the other, so that a slow reader
/// slows the source. Destroyed when the peer goes.
struct Stream {
    virtual ~Stream() = default;
    /// The next piece, or nothing at the end. What it throws cuts the answer off without its last
    /// chunk, so that the reader knows that something is missing.
    virtual boost::asio::awaitable<std::optional<std::string>> next() = 0;
};

/// The body of a request that may be of any size, in pieces of at most 64 KiB.
struct BodyReader {
    virtual ~BodyReader() = default;
    /// The next piece, or nothing at the end; malformed where the framing breaks. Throws PeerGone.
    virtual boost::asio::awaitable<Result<std::optional<std::string>>> next() = 0;
};

struct Response {
    int status = 200;
    Fields headers{};
    std::string body{};
    std::unique_ptr<Stream> stream{};
    std::shared_ptr<const std::string> shared_body{};  ///< Instead of body: sent without a copy.
    std::string_view problem{};  ///< Slug of the refusal that this is; "" of none.

    Response& set(std::string name, std::string value)
    {
        headers.emplace_back(std::move(name), std::move(value));
        return *this;
    }
};

/// A response of this content type.
inline Response reply(int status, std::string_view content_type, std::string body)
{
    Response response;
    response.status = status;
    response.set("Content-Type", std::string{content_type});
    response.body = std::move(body);
    return response;
}

}  // namespace chipledger
