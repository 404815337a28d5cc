#include "http/rendered.hpp"

#include <mutex>
#include <unordered_map>

#include "http/conditional.hpp"

namespace chipledger {

namespace {

constexpr std::size_t bytes_max = 16 << 20;  ///< Of a generation.
constexpr std::size_t body_max = 256 << 10;

struct Rendered {
    std::int64_t head = 0;  ///< Holds while the head is there; 0: for ever.
    Fields headers{};
    std::string etag{};     ///< Without its quotes.
    std::shared_ptr<const std::string> body{};
};

/// What was asked for lately, in two generations: the older one goes when the younger one is full.
class Rendering {
public:
    std::optional<Rendered> find(const std::string& key, std::int64_t head)
    {
        const std::scoped_lock lock{mutex_};
        if (const auto young = young_.find(key); young != young_.end()) {
            if (young->second.head == 0 || young->second.head == head) return young->second;
            return {};
        }
        const auto old = old_.find(key);
        if (old == old_.end() || (old->second.head != 0 && old->second.head != head)) return {};
        Rendered kept = old->second;
        insert(key, kept);
        return kept;
    }
    void put(const std::string& key, Rendered rendered)
    {
        const std::scoped_lock lock{mutex_};
        insert(key, std::move(rendered));
    }

private:
    void insert(const std::string& key, Rendered rendered)
    {
        bytes_ += key.size() + rendered.body->size();
        if (bytes_ > bytes_max) {
            old_ = std::exchange(young_, {});
            bytes_ = key.size() + rendered.body->size();
        }
        young_.insert_or_assign(key, std::move(rendered));
    }

    std::mutex mutex_{};
    std::unordered_map<std::string, Rendered> young_{}, old_{};
    std::size_t bytes_ = 0;
};

bool is_number(std::string_view text)
{
    return !text.empty() && text.size() < 19 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Who sees the same asks under the same key; "" of a question whose answer is not kept.
std::string key_of(const Context& context)
{
    const Request& request = context.request;
    const auto accept = request.header("accept");
    if (request.method != "GET" || request.query.size() > 1) return {};
    if (accept && *accept != "*/*" && *accept != "application/json") return {};
    std::string key = request.path;
    for (const auto& [name, value] : request.query) {
        if (name != "as_of" || !is_number(value)) return {};
        key += '?' + value;
    }
    key += '\n' + std::to_string(static_cast<int>(context.caller.role));
    if (context.caller.firm) key += '\n' + context.caller.firm->value;
    for (const std::string& office : context.caller.offices) key += '\n' + office;
    return key;
}

/// What of a whole answer is worth keeping.
std::optional<Rendered> kept_of(Response& response, std::int64_t head)
{
    if (response.status != 200 || response.stream || response.shared_body) return {};
    if (response.body.size() > body_max) return {};
    Rendered rendered{head, response.headers, {}, {}};
    for (const auto& [name, value] : response.headers)
        if (name == "ETag" && value.size() > 2) rendered.etag = value.substr(1, value.size() - 2);
    if (rendered.etag.empty()) return {};
    std::erase_if(rendered.headers, [](const auto& header) { return header.first == "ETag"; });
    rendered.body = std::make_shared<const std::string>(std::exchange(response.body, {}));
    response.shared_body = rendered.body;
    return rendered;
}

Response response_of(const Rendered& rendered, const Request& request)
{
    Response response;
    response.headers = rendered.headers;
    response.shared_body = rendered.body;
    return with_etag(std::move(response), rendered.etag, request);
}

}  // namespace

std::vector<Route> rendered_once(std::vector<Route> routes, Ledger& ledger)
{
    const auto all = std::make_shared<Rendering>();
    for (Route& route : routes) {
        if (route.method != "GET") continue;
        Handler handler = std::move(route.handler);
        route.handler = [&ledger, all, handler = std::move(handler)](
                            Context& context) -> boost::asio::awaitable<Response> {
            const std::string key = key_of(context);
            const std::int64_t head = ledger.head()->position.number;
            if (!key.empty())
                if (const auto known = all->find(key, head))
                    co_return response_of(*known, context.request);
            Response response = co_await handler(context);
            // Between two looks at the same head nothing has happened.
            if (!key.empty() && ledger.head()->position.number == head) {
                const bool fixed = !context.request.query.empty();
                if (auto kept = kept_of(response, fixed ? 0 : head)) all->put(key, *kept);
            }
            co_return response;
        };
    }
    return routes;
}

}  // namespace chipledger
