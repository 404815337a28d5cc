#include "http/static_files.hpp"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>

#include "http/conditional.hpp"

namespace chipledger {

namespace {

namespace files = std::filesystem;
using Content = std::shared_ptr<const std::string>;

std::string type_of(const files::path& file)
{
    static const std::map<std::string, std::string> types{
        {".html", "text/html; charset=utf-8"},   {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"}, {".json", "application/json"},
        {".svg", "image/svg+xml"},               {".png", "image/png"},
        {".ico", "image/x-icon"},                {".webmanifest", "application/manifest+json"}};
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

Content content_of(const files::path& file)
{
    std::ifstream in{file, std::ios::binary};
    return std::make_shared<const std::string>(std::istreambuf_iterator<char>{in},
                                               std::istreambuf_iterator<char>{});
}

/// One file as it is, and as it was compressed beforehand beside it.
struct Form {
    std::string encoding{};  ///< Empty: as it is.
    Content content{};
    std::string tag{};
};

std::vector<Form> forms_of(const files::path& file)
{
    std::vector<Form> forms;
    const std::array<std::pair<const char*, const char*>, 3> known{
        {{"br", ".br"}, {"gzip", ".gz"}, {"", ""}}};  // The smallest first.
    for (const auto& [encoding, extension] : known) {
        const files::path form = file.string() + extension;
        if (!files::is_regular_file(form)) continue;
        Content content = content_of(form);
        std::string tag = tag_of(*content);
        forms.push_back({encoding, std::move(content), std::move(tag)});
    }
    return forms;
}

/// A name with the hash of its content in it, as the page's build gives: never another content.
bool is_hashed(const files::path& file)
{
    static const std::regex hashed{R"(.+-[A-Z0-9]{8}\.[a-z]+)"};
    return std::regex_match(file.filename().string(), hashed);
}

Handler serving(const files::path& file)
{
    const char* kept = is_hashed(file) ? "public, max-age=31536000, immutable" : "no-cache";
    auto forms = std::make_shared<const std::vector<Form>>(forms_of(file));
    return [forms, type = type_of(file),
            kept](Context& context) -> boost::asio::awaitable<Response> {
        const std::string_view accepted = context.request.header("accept-encoding").value_or("");
        const Form* form = &forms->back();
        for (const Form& one : *forms) {
            if (!one.encoding.empty() && !encoding_accepted(accepted, one.encoding)) continue;
            form = &one;
            break;
        }
        Response response = reply(200, type, "");
        response.shared_body = form->content;
        response.set("Cache-Control", kept);
        if (forms->size() > 1) response.set("Vary", "Accept-Encoding");
        if (!form->encoding.empty()) response.set("Content-Encoding", form->encoding);
        co_return with_etag(std::move(response), form->tag, context.request);
    };
}

std::string_view trimmed(std::string_view text)
{
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

// "br;q=0.5" → br, and whether it is wanted at all: q=0 says no.
std::pair<std::string, bool> coding_of(std::string_view item)
{
    const auto semicolon = item.find(';');
    std::string coding;
    for (const char c : trimmed(item.substr(0, semicolon)))
        coding += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (semicolon == std::string_view::npos) return {coding, true};
    const std::string_view weight = trimmed(item.substr(semicolon + 1));
    const bool none = weight.starts_with("q=0") || weight.starts_with("Q=0");
    return {coding, !none || weight.find_first_of("123456789") != std::string_view::npos};
}

}  // namespace

bool encoding_accepted(std::string_view header, std::string_view encoding)
{
    bool any = false;
    while (!header.empty()) {
        const std::string_view item = header.substr(0, header.find(','));
        header.remove_prefix(std::min(item.size() + 1, header.size()));
        const auto [coding, wanted] = coding_of(item);
        if (coding == encoding) return wanted;
        if (coding == "*") any = wanted;
    }
    return any;
}

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
