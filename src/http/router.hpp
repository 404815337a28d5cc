#pragma once
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "http/message.hpp"

namespace chipledger {

/// Who asks; nobody on a public route.
struct Caller {
    std::string principal{};
    Role role{};
    std::optional<FirmId> firm{};
    std::vector<std::string> offices{};
};

/// A request on its way through a route.
struct Context {
    Request& request;
    Caller caller{};
    std::map<std::string, std::string> params{};  ///< {name} of the pattern.
    BodyReader* body = nullptr;                   ///< Of a route that streams its body.
};

using Handler = std::function<boost::asio::awaitable<Response>(Context&)>;
using Authenticate = std::function<boost::asio::awaitable<Result<Caller>>(const Request&)>;

inline constexpr std::size_t body_limit = 1 << 20;

/// One row of the route table. A route that a role does not have does not exist for it.
struct Route {
    std::string method{};
    std::string pattern{};      ///< "/v1/firms/{firm}/inventory"
    std::vector<Role> roles{};  ///< Empty: public.
    Handler handler{};
    std::size_t body_max = body_limit;
    bool streams_body = false;
    bool takes_long = false;  ///< Cancelled where the peer goes before the answer is there.
};

/// Finds the route, lets in who may, and turns every no into a problem.
class Router {
public:
    Router(std::vector<Route> routes, Authenticate authenticate);

    const std::vector<Route>& routes() const { return routes_; }
    /// The route that matches method (HEAD as GET) and path, for the limits of its body; or null.
    const Route* find(const Request& request) const;
    boost::asio::awaitable<Response> answer(Request& request, BodyReader* body) const;

private:
    boost::asio::awaitable<Response> guarded(Request& request, const Route& route,
                                             BodyReader* body) const;
    std::string allowed(const Request& request) const;

    std::vector<Route> routes_;
    Authenticate authenticate_;
};

}  // namespace chipledger
