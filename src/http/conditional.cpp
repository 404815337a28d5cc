#include "http/conditional.hpp"

namespace chipledger {

namespace {

void skip_blanks(std::string_view& text)
{
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

}  // namespace

std::optional<std::vector<std::string_view>> entity_tags(std::string_view header)
{
    std::vector<std::string_view> tags;
    skip_blanks(header);
    while (!header.empty()) {
        const std::size_t open = header.starts_with("W/") ? 2 : 0;
        const std::size_t close = header.find('"', open + 1);
        if (header.substr(open, 1) != "\"" || close == header.npos) return {};
        tags.push_back(header.substr(0, close + 1));
        header.remove_prefix(close + 1);
        skip_blanks(header);
        if (header.empty()) break;
        if (header.front() != ',') return {};
        header.remove_prefix(1);
        skip_blanks(header);
        if (header.empty()) return {};
    }
    if (tags.empty()) return {};
    return tags;
}

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
