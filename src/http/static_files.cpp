#include "http/static_files.hpp"

#include <openssl/evp.h>

#include <fstream>
#include <iterator>
#include <map>

#include "http/conditional.hpp"

namespace chipledger {

namespace {

namespace files = std::filesystem;

std::string type_of(const files::path& file)
{
    static const std::map<std::string, std::string> types{
        {".html", "text/html; charset=utf-8"},   {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"}, {".json", "application/json"},
        {".svg", "image/svg+xml"},               {".png", "image/png"},
        {".ico", "image/x-icon"}};
    const auto found = types.find(file.extension().string());
    return found == types.end() ? std::string{} : found->second;
}

/// The first 16 bytes of the content's SHA-256, in hex.
std::string tag_of(const std::string& content)
{
    constexpr char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    const int done =
        EVP_Digest(content.data(), content.size(), digest, &size, EVP_sha256(), nullptr);
    ensure(done == 1, "a file can be hashed");
    std::string tag;
    for (int i = 0; i < 16; ++i) (tag += digits[digest[i] >> 4]) += digits[digest[i] & 15];
    return tag;
}

Handler serving(const files::path& file)
{
    std::ifstream in{file, std::ios::binary};
    auto content = std::make_shared<const std::string>(std::istreambuf_iterator<char>{in},
                                                       std::istreambuf_iterator<char>{});
    return [content, type = type_of(file), tag = tag_of(*content)](
               Context& context) -> boost::asio::awaitable<Response> {
        Response response = reply(200, type, "");
        response.shared_body = content;
        response.set("Cache-Control", "no-cache");
        co_return with_etag(std::move(response), tag, context.request);
    };
}

}  // namespace

std::vector<Route> static_routes(const files::path& folder, const std::string& prefix)
{
    std::vector<Route> routes;
    for (const files::directory_entry& entry : files::recursive_directory_iterator{folder}) {
        if (!entry.is_regular_file() || type_of(entry.path()).empty()) continue;
        const std::string name =
            prefix + '/' + files::relative(entry.path(), folder).generic_string();
        const Handler handler = serving(entry.path());
        routes.push_back({.method = "GET", .pattern = name, .handler = handler});
        if (entry.path().filename() == "index.html")
            routes.push_back({.method = "GET",
                              .pattern = name.substr(0, name.size() - 10),
                              .handler = handler});
    }
    return routes;
}

}  // namespace chipledger
