// Whom the claims of a token name: no keys, no network.
#include "http/oidc.hpp"

#include "catch.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t now = 1'770'000'000;

OidcSettings settings()
{
    OidcSettings some;
    some.issuer = "https://login.example.org";
    some.audience = "chipledger";
    some.keys = "https://login.example.org/keys";
    some.roles = {"officers=customs", "auditors=auditor", "importers=firm", "inspectors=customs"};
    return some;
}

Json claims(const Json& more = Json::object())
{
    Json some{{"iss", "https://login.example.org"}, {"aud", "chipledger"}, {"sub", "li.wei"},
              {"exp", now + 300},                   {"roles", {"auditors"}}};
    some.merge_patch(more);
    return some;
}

Result<Caller> judged(const Json& more, const OidcSettings& by = settings())
{
    const std::chrono::system_clock::time_point at{std::chrono::seconds{now}};
    return caller_by(claims(more), by, at);
}

std::string no(const Json& more, const OidcSettings& by = settings())
{
    const Result<Caller> caller = judged(more, by);
    return caller ? "" : std::string{kind_of(caller.error().code).slug};
}

const std::string refused = "unauthenticated", forbidden = "forbidden-role";

}  // namespace

TEST_CASE("claims become a principal that no local one can be", "[oidc]")
{
    const Caller auditor = judged(Json::object()).value();
    CHECK(auditor.principal == "oidc/li.wei");
    CHECK(auditor.role == Role::auditor);
    CHECK_FALSE(auditor.firm.has_value());
    const Caller firm = judged({{"roles", "importers"}, {"firm", "F-A"}}).value();
    CHECK(firm.role == Role::firm);
    CHECK(firm.firm == FirmId{"F-A"});
    OidcSettings other = settings();
    other.name = "kc";
    other.principal_claim = "preferred_username";
    CHECK(judged({{"preferred_username", "wang"}}, other)->principal == "kc/wang");
    CHECK(no(Json::object(), other) == refused);
}

TEST_CASE("a subject that is no id is refused", "[oidc]")
{
    for (const Json& subject : {Json(""), Json("a b"), Json("a/b"), Json("../x"), Json("li:wei"),
                                Json("\n"), Json(std::string(65, 'a')), Json(7), Json()})
        CHECK(no({{"sub", subject}}) == refused);
}

TEST_CASE("issuer and audience are compared exactly", "[oidc]")
{
    CHECK(no({{"iss", "https://login.example.org/"}}) == refused);
    CHECK(no({{"iss", nullptr}}) == refused);
    CHECK(no({{"iss", {"https://login.example.org"}}}) == refused);
    CHECK(no({{"aud", "chipledger2"}}) == refused);
    CHECK(no({{"aud", nullptr}}) == refused);
    CHECK(no({{"aud", Json::array()}}) == refused);
    CHECK(no({{"aud", {"other", 7, "chipledger"}}}) == refused);
    CHECK(no({{"aud", {"other", "chipledger"}}}).empty());
}

TEST_CASE("times hold within the skew, to the second", "[oidc]")
{
    CHECK(no({{"exp", now - 59}}).empty());
    CHECK(no({{"exp", now - 60}}) == refused);
    CHECK(no({{"exp", nullptr}}) == refused);
    CHECK(no({{"exp", "2099"}}) == refused);
    CHECK(no({{"exp", static_cast<double>(now) + 0.5}}).empty());
    for (const char* begin : {"nbf", "iat"}) {
        CHECK(no({{begin, now + 60}}).empty());
        CHECK(no({{begin, now + 61}}) == refused);
        CHECK(no({{begin, true}}) == refused);
    }
    OidcSettings exact = settings();
    exact.skew = std::chrono::seconds{0};
    CHECK(no({{"exp", now}}, exact) == refused);
    CHECK(no({{"exp", now + 1}}, exact).empty());
}

TEST_CASE("exactly one role comes of the role claim", "[oidc]")
{
    CHECK(no({{"roles", nullptr}}) == forbidden);
    CHECK(no({{"roles", Json::array()}}) == forbidden);
    CHECK(no({{"roles", {"staff"}}}) == forbidden);
    CHECK(no({{"roles", {"auditors", 1}}}) == forbidden);
    CHECK(no({{"roles", "Auditors"}}) == forbidden);
    CHECK(no({{"roles", {"auditors", "officers"}}}) == forbidden);
    CHECK(judged({{"roles", {"staff", "inspectors", "officers"}}})->role == Role::customs);
    OidcSettings nested = settings();
    nested.role_claim = "/realm_access/roles";
    CHECK(judged({{"realm_access", {{"roles", {"officers"}}}}}, nested)->role == Role::customs);
    CHECK(no(Json::object(), nested) == forbidden);
    nested.role_claim = "https://example.org/role";
    CHECK(judged({{"https://example.org/role", "officers"}}, nested)->role == Role::customs);
}

TEST_CASE("a firm needs its firm, and a bound officer an office", "[oidc]")
{
    CHECK(no({{"roles", "importers"}}) == forbidden);
    CHECK(no({{"roles", "importers"}, {"firm", "F A"}}) == forbidden);
    CHECK(no({{"roles", "importers"}, {"firm", {"F-A"}}}) == forbidden);
    CHECK(judged({{"roles", "officers"}})->offices.empty());
    OidcSettings bound = settings();
    bound.office_claim = "offices";
    CHECK(no({{"roles", "officers"}}, bound) == forbidden);
    CHECK(no({{"roles", "officers"}, {"offices", Json::array()}}, bound) == forbidden);
    CHECK(no({{"roles", "officers"}, {"offices", {"SHA-01", 2}}}, bound) == forbidden);
    CHECK(no({{"roles", "officers"}, {"offices", "a,b"}}, bound) == forbidden);
    const Caller officer =
        judged({{"roles", "officers"}, {"offices", {"SHA-01", "TXG-02"}}}, bound).value();
    CHECK(officer.offices == std::vector<std::string>{"SHA-01", "TXG-02"});
}

TEST_CASE("settings that cannot work are refused by name", "[oidc]")
{
    const auto param = [](auto change) {
        OidcSettings some = settings();
        change(some);
        const auto opened = Oidc::open(some);
        return opened ? "" : opened.error().param;
    };
    CHECK(param([](OidcSettings&) {}).empty());
    CHECK(param([](OidcSettings& s) { s.audience = ""; }) == "audience");
    CHECK(param([](OidcSettings& s) { s.name = "a/b"; }) == "name");
    CHECK(param([](OidcSettings& s) { s.roles = {}; }) == "role");
    for (const char* wrong : {"officers", "=customs", "x=system", "x=Customs", "x="})
        CHECK(param([&](OidcSettings& s) { s.roles = {wrong}; }) == "role");
    CHECK(param([](OidcSettings& s) { s.keys = "/no/such/file"; }) == "jwks");
    for (const char* wrong :
         {"http://127.0.0.1:80@evil.example/k", "http://localhost.evil.example/",
          "http://10.0.0.1/k", "http://127.0.0.1", "ftp://127.0.0.1/k"})
        CHECK(param([&](OidcSettings& s) { s.keys = wrong; s.keys_plain = true; }) == "jwks");
    CHECK(param([](OidcSettings& s) { s.keys = "http://127.0.0.1:1/k"; }) == "jwks");
    CHECK(param([](OidcSettings& s) {
              s.keys = "http://127.0.0.1:1/k";
              s.keys_plain = true;
          }).empty());
}

}  // namespace chipledger
