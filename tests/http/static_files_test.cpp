#include "http/static_files.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "wire.hpp"

using namespace chipledger;

namespace {

// A folder with a page and a script, gone with the object.
struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("static-" + std::to_string(::getpid()));

    Folder()
    {
        std::filesystem::create_directories(path / "app");
        std::ofstream{path / "index.html"} << "<p>page";
        std::ofstream{path / "app" / "main.js"} << "let a;";
        std::ofstream{path / "main-0A1B2C3D.js"} << "let plain;";
        std::ofstream{path / "main-0A1B2C3D.js.br"} << "as brotli";
        std::ofstream{path / "main-0A1B2C3D.js.gz"} << "as gzip";
    }
    ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("a folder is served from memory, with tags", "[http][static]")
{
    std::vector<Route> routes;
    {
        const Folder folder;
        routes = static_routes(folder.path);
    }
    Running running{routes};
    Wire wire{running.port()};
    const Reply page = wire.ask(get("/"));
    CHECK(page.body == "<p>page");
    CHECK(page.header("content-type") == "text/html; charset=utf-8");
    CHECK(page.header("content-security-policy").find("frame-ancestors 'none'") !=
          std::string::npos);
    CHECK(wire.ask(get("/app/main.js")).header("content-type").find("text/javascript") == 0);
    const Reply again = wire.ask(get("/", "If-None-Match: " + page.header("etag") + "\r\n"));
    CHECK(again.status == 304);
    CHECK(again.header("cache-control") == "no-cache");
    CHECK(wire.ask(get("/index.html")).body == "<p>page");
}

TEST_CASE("no path leads out of the folder", "[http][static]")
{
    const Folder folder;
    Running running{static_routes(folder.path)};
    Wire wire{running.port()};
    for (const auto* path : {"/../etc/passwd", "/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd",
                             "/app/../index.html", "//etc/passwd", "/app"})
        CHECK(wire.ask(get(path)).status == 404);
}

TEST_CASE("who accepts brotli or gzip is sent what was compressed beforehand", "[http][static]")
{
    const Folder folder;
    Running running{static_routes(folder.path)};
    Wire wire{running.port()};
    const auto asked = [&](const std::string& accepts) {
        return wire.ask(get("/main-0A1B2C3D.js", "Accept-Encoding: " + accepts + "\r\n"));
    };
    const Reply brotli = asked("gzip, deflate, br");
    CHECK(brotli.body == "as brotli");
    CHECK(brotli.header("content-encoding") == "br");
    CHECK(brotli.header("vary") == "Accept-Encoding");
    CHECK(brotli.header("content-type").find("text/javascript") == 0);
    CHECK(asked("gzip").body == "as gzip");
    CHECK(asked("br;q=0, gzip;q=0.5").body == "as gzip");
    CHECK(asked("*").body == "as brotli");
    CHECK(asked("identity").body == "let plain;");
    CHECK(asked("identity").header("content-encoding").empty());
    CHECK(asked("identity").header("etag") != brotli.header("etag"));
    CHECK(wire.ask(get("/main-0A1B2C3D.js.br")).status == 404);
}

TEST_CASE("only a name with a hash is kept for ever", "[http][static]")
{
    const Folder folder;
    Running running{static_routes(folder.path)};
    Wire wire{running.port()};
    CHECK(wire.ask(get("/main-0A1B2C3D.js")).header("cache-control") ==
          "public, max-age=31536000, immutable");
    CHECK(wire.ask(get("/app/main.js")).header("cache-control") == "no-cache");
}

TEST_CASE("an Accept-Encoding is read as RFC 9110 says", "[http][static]")
{
    CHECK(encoding_accepted("br", "br"));
    CHECK(encoding_accepted("gzip , BR ; q=1.0", "br"));
    CHECK(encoding_accepted("br;q=0.001", "br"));
    CHECK(encoding_accepted("*;q=0.1", "br"));
    CHECK_FALSE(encoding_accepted("", "br"));
    CHECK_FALSE(encoding_accepted("gzip", "br"));
    CHECK_FALSE(encoding_accepted("br;q=0", "br"));
    CHECK_FALSE(encoding_accepted("br;q=0.000", "br"));
    CHECK_FALSE(encoding_accepted("*, br;q=0", "br"));
    CHECK_FALSE(encoding_accepted("brotli", "br"));
}
