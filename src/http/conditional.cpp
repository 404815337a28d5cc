#include "http/conditional.hpp"

namespace chipledger {

bool etag_listed(std::string_view header, std::string_view etag)
{
    while (!header.empty()) {
        std::string_view item = header.substr(0, header.find(','));
        header.remove_prefix(std::min(item.size() + 1, header.size()));
        while (item.starts_with(' ') || item.starts_with('\t')) item.remove_prefix(1);
        while (item.ends_with(' ') || item.ends_with('\t')) item.remove_suffix(1);
        if (item == "*") return true;
        if (item.starts_with("W/")) item.remove_prefix(2);
        if (item == etag) return true;
    }
    return false;
}

Response with_etag(Response response, std::string_view etag, const Request& request)
{
    const std::string quoted = '"' + std::string{etag} + '"';
    response.set("ETag", quoted);
    const auto known = request.header("if-none-match");
    if (!known || !etag_listed(*known, quoted)) return response;
    response.status = 304;
    response.body.clear();
    response.shared_body.reset();
    std::erase_if(response.headers, [](const auto& h) { return h.first == "Content-Type"; });
    return response;
}

}  // namespace chipledger
