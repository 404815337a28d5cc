#include "catch.hpp"
#include "http/problem.hpp"

using namespace chipledger;

TEST_CASE("a problem carries the numbers that decided", "[problem]")
{
    const Refusal no{Code::insufficient_balance, "/data/units", "Ask for less.", 9, 11,
                     {Position{4}, Position{7}}};
    CHECK(to_problem(no, "r1") == nlohmann::json::parse(R"({
        "type": "/problems/insufficient-balance", "title": "The balance does not cover this",
        "status": 422, "code": "insufficient-balance", "request_id": "r1",
        "detail": "Ask for less.", "param": "/data/units", "available": 9, "requested": 11,
        "short_by": 2, "entries": [4, 7]})"));
}

TEST_CASE("what is missing is never less than nothing, and no version is short of another",
          "[problem]")
{
    CHECK(to_problem({Code::below_committed, "", "", 300, 299}, "r1")["short_by"] == 1);
    const nlohmann::json body = to_problem({Code::version_conflict, "", "", 5, 3}, "r1");
    CHECK(body["available"] == 5);
    CHECK_FALSE(body.contains("short_by"));
}

TEST_CASE("of a 5xx nothing of our insides is told", "[problem]")
{
    const nlohmann::json body = to_problem({Code::store_unavailable, "", "host=secret"}, "r1");
    CHECK_FALSE(body.contains("detail"));
    CHECK(body.dump().find("secret") == std::string::npos);
}

TEST_CASE("what is unknown is 404 in a path and 422 in a body", "[problem]")
{
    for (const RefusalKind& kind : all_refusals()) {
        const bool unknown = kind.slug.starts_with("unknown-");
        CHECK(status_of(kind.code, true) == (unknown ? 404 : kind.status));
        CHECK(status_of(kind.code, false) == kind.status);
    }
}

TEST_CASE("every problem is well formed and has its page", "[problem]")
{
    for (const RefusalKind& kind : all_refusals()) {
        const Response response = problem_reply({kind.code}, "r1");
        const auto body = nlohmann::json::parse(response.body);
        CHECK(body["status"] == response.status);
        const auto page = problem_page(body["type"].get<std::string>().substr(10));
        REQUIRE(page);
        CHECK(page->find(std::string{kind.title}) != std::string::npos);
        const bool waits = kind.status == 503 || kind.status == 429 ||
                           kind.code == Code::idempotency_key_in_use;
        const bool says_when = std::ranges::any_of(
            response.headers, [](const auto& h) { return h.first == "Retry-After"; });
        CHECK(says_when == waits);
    }
    CHECK_FALSE(problem_page("no-such-problem"));
}

TEST_CASE("a detail that is not UTF-8 still makes a problem", "[problem]")
{
    CHECK(problem_reply({Code::malformed, "?\xff", "\xff"}, "r1").status == 400);
}
