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
