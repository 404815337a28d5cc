// The description of the API and the route table say the same, in both directions.
#include <fstream>
#include <set>

#include "catch.hpp"
#include "service.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

Json description()
{
    std::ifstream in{CHIPLEDGER_SOURCE_DIR "/api/openapi.json"};
    return Json::parse(in);
}

/// "GET /v1/firms/{firm}"; files of the page and the schemas stand for their folder.
std::string line_of(const Route& route)
{
    std::string path = route.pattern;
    if (path.starts_with("/api/events/")) path = "/api/events/{file}";
    return route.method + ' ' + path;
}

bool is_page_file(const std::string& pattern)
{
    for (const char* ending : {".js", ".css", ".html", ".webmanifest", ".svg", ".png"})
        if (pattern.ends_with(ending)) return true;
    return false;
}

std::set<std::string> described(const Json& api)
{
    std::set<std::string> lines;
    for (const auto& [path, operations] : api["paths"].items())
        for (const auto& [method, operation] : operations.items()) {
            std::string upper = method;
            for (char& c : upper) c = static_cast<char>(c - 'a' + 'A');
            lines.insert(upper + ' ' + path);
        }
    return lines;
}

/// Every $ref in the document.
void collect_refs(const Json& node, std::vector<std::string>& refs)
{
    if (node.is_object() && node.contains("$ref")) refs.push_back(node["$ref"].get<std::string>());
    if (node.is_structured())
        for (const Json& child : node) collect_refs(child, refs);
}

}  // namespace

TEST_CASE("every route is described, and what is described is a route", "[openapi]")
{
    Service service;
    std::set<std::string> routes;
    for (const Route& route : service.routes())
        if (!is_page_file(route.pattern)) routes.insert(line_of(route));
    CHECK(described(description()) == routes);
}

TEST_CASE("public routes are those that the description calls public", "[openapi]")
{
    Service service;
    const Json api = description();
    for (const Route& route : service.routes()) {
        if (is_page_file(route.pattern)) continue;
        const std::string line = line_of(route);
        const std::string path = line.substr(line.find(' ') + 1);
        std::string method = route.method;
        for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
        INFO(line);
        CHECK(api["paths"][path][method].contains("security") == route.roles.empty());
    }
}

TEST_CASE("each operation has a name, a summary, an example and its parameters", "[openapi]")
{
    const Json api = description();
    std::set<std::string> names;
    for (const auto& [path, operations] : api["paths"].items())
        for (const auto& [method, operation] : operations.items()) {
            INFO(method << ' ' << path);
            CHECK(names.insert(operation["operationId"].get<std::string>()).second);
            CHECK_FALSE(operation["summary"].get<std::string>().empty());
            for (const auto& [status, response] : operation["responses"].items())
                if (status.starts_with('2') && response.contains("content"))
                    for (const Json& media : response["content"]) CHECK(media.contains("example"));
            std::size_t in_path = 0;
            for (const Json& parameter : operation.value("parameters", Json::array()))
                if (parameter.value("in", "") == "path") {
                    ++in_path;
                    const std::string name = parameter["name"].get<std::string>();
                    CHECK(path.find("{" + name + "}") != std::string::npos);
                }
            CHECK(in_path == static_cast<std::size_t>(std::ranges::count(path, '{')));
        }
}

TEST_CASE("whoever may be wrong is told how: who sends anything has a 4xx", "[openapi]")
{
    const Json api = description();
    for (const auto& [path, operations] : api["paths"].items())
        for (const auto& [method, operation] : operations.items()) {
            INFO(method << ' ' << path);
            const bool sends = operation.contains("parameters") || operation.contains("requestBody") ||
                               !operation.contains("security");
            bool told = false;
            for (const auto& [status, response] : operation["responses"].items())
                told = told || status.starts_with('4');
            CHECK(told == sends);
        }
}

TEST_CASE("each kind of problem is described with an example", "[openapi]")
{
    for (const Json& response : description()["components"]["responses"]) {
        const Json& media = response["content"]["application/problem+json"];
        CHECK(media["schema"]["$ref"] == "#/components/schemas/Problem");
        CHECK(media["example"]["status"].get<int>() >= 400);
    }
}

TEST_CASE("every reference of the description leads somewhere", "[openapi]")
{
    const Json api = description();
    std::vector<std::string> refs;
    collect_refs(api, refs);
    CHECK(refs.size() > 50);
    for (const std::string& reference : refs) {
        INFO(reference);
        CHECK(api.contains(Json::json_pointer{reference.substr(1)}));
    }
}

TEST_CASE("the service serves its own description, schemas and problems", "[openapi]")
{
    Service service;
    Client nobody{service.port(), ""};
    CHECK(nobody.read("/api/openapi.json") == description());
    const Reply page = nobody.get("/api/");
    CHECK(page.status == 200);
    CHECK(page.header("content-security-policy").find("default-src 'none'") == 0);
    for (const auto& [path, operations] : description()["paths"].items())
        CHECK(page.body.find("<code>" + path + "</code>") != std::string::npos);
    for (const char* foreign : {"<script", "style=", "src=", "https://"})
        CHECK(page.body.find(foreign) == std::string::npos);
    CHECK(nobody.read("/api/events/ShipmentCleared.json").contains("$schema"));
    CHECK(nobody.get("/api/CMakeLists.txt").status == 404);
    const Json types = nobody.read("/v1/event-types");
    CHECK(types["data"].size() == event_types().size());
    for (const RefusalKind& kind : all_refusals()) {
        const Reply meant = nobody.get("/problems/" + std::string{kind.slug});
        INFO(kind.slug);
        CHECK(meant.status == 200);
        CHECK(meant.body.find(kind.title) != std::string::npos);
    }
    CHECK(nobody.get("/problems/no-such").status == 404);
}

}  // namespace chipledger
