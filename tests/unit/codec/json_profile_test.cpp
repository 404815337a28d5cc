#include "codec/json_profile.hpp"

#include "unit/codec/vectors.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

std::string from_hex(const std::string& hex)
{
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return bytes;
}

std::string nested(std::size_t arrays)
{
    return std::string(arrays, '[') + std::string(arrays, ']');
}

std::string input_of(const Json& vector)
{
    if (vector.contains("json_hex")) return from_hex(vector["json_hex"].get<std::string>());
    if (vector.contains("generate")) return nested(vector["generate"]["depth"].get<std::size_t>());
    return vector["json"].get<std::string>();
}

Json profile_vectors() { return Json::parse(bytes_of("tests/data/tlog/jcs/profile.json")); }

Refusal refused(std::string_view bytes, const Profile& profile = {})
{
    const Result<Json> value = parse_profile(bytes, profile);
    INFO(bytes.substr(0, 80));
    REQUIRE(!value);
    CHECK_FALSE(value.error().detail.empty());
    return value.error();
}

struct Expected {
    std::string bytes, param, remedy;
};

void check_all(const std::vector<Expected>& table)
{
    for (const Expected& expected : table) {
        const Refusal no = refused(expected.bytes);
        INFO(expected.bytes);
        CHECK(no.code == Code::malformed);
        CHECK(no.param == expected.param);
        CHECK_THAT(no.detail, Catch::Contains(expected.remedy));
    }
}

}  // namespace

TEST_CASE("every vector out of the profile is refused", "[profile]")
{
    const Json vectors = profile_vectors();
    CHECK(vectors["reject"].size() == 25);
    for (const Json& vector : vectors["reject"]) {
        INFO(vector["why"].get<std::string>());
        CHECK(refused(input_of(vector)).code == Code::malformed);
    }
}

TEST_CASE("every vector within the profile has the stated canonical bytes", "[profile]")
{
    const Json vectors = profile_vectors();
    CHECK(vectors["accept"].size() == 3);
    for (const Json& vector : vectors["accept"]) {
        const Result<Json> value = parse_profile(input_of(vector));
        REQUIRE(value.has_value());
        CHECK(canonical(*value) == vector["jcs"].get<std::string>());
        CHECK(canonical(*parse_profile(canonical(*value))) == canonical(*value));
    }
}

TEST_CASE("a refusal points at the member and says what to send", "[profile]")
{
    check_all({
        {R"({"qty":1,"qty":2})", "/qty", "twice"},
        {R"({"qty":1,"\u0071ty":2})", "/qty", "twice"},
        {R"({"a":{"qty":1.5}})", "/a/qty", "without fraction"},
        {R"({"qty":1.0})", "/qty", "without fraction"},
        {R"({"qty":1e3})", "/qty", "without fraction"},
        {R"({"qty":1e999})", "/qty", "without fraction"},
        {R"({"qty":-0})", "/qty", "without a sign"},
        {R"({"a":"-0","b":[1,{"c":-0}]})", "/b/1/c", "without a sign"},
        {R"({"qty":9007199254740992})", "/qty", "9007199254740991"},
        {R"({"qty":-9007199254740992})", "/qty", "9007199254740991"},
        {R"({"qty":18446744073709551615})", "/qty", "9007199254740991"},
        {R"({"qty":99999999999999999999999})", "/qty", "9007199254740991"},
        {R"({"x":{"note":"a\u0000b"}})", "/x/note", "U+0000"},
        {R"({"note":"\ud800"})", "/note", "not JSON"},
        {R"({"x":[0,"\udc00x"]})", "/x/1", "not JSON"},
        {R"({"x":{"Qty":1}})", "/x/Qty", "a-z"},
        {R"({"a/b~c":1})", "/a~1b~0c", "a-z"},
        {R"({"":1})", "/", "a-z"},
        {"{1}", "", "not JSON"},
        {R"({"qty":NaN})", "/qty", "not JSON"},
        {R"({"qty":1/*x*/})", "/qty", "not JSON"},
        {R"({"qty":1} {})", "", "not JSON"},
        {"", "", "not JSON"},
        {R"({"a":[1,2)", "/a/2", "not JSON"},
        {"[1]", "", "top level"},
        {"7", "", "top level"},
        {"\"text\"", "", "top level"},
        {"\xEF\xBB\xBF{}", "", "byte order mark"},
    });
}

TEST_CASE("integers reach to 2^53-1 on both sides, and -0 in a string is text", "[profile]")
{
    const Result<Json> value =
        parse_profile(R"({"high":9007199254740991,"low":-9007199254740991,"a":0,"t":"\"-0"})");
    REQUIRE(value.has_value());
    CHECK((*value)["high"] == 9007199254740991);
    CHECK((*value)["low"] == -9007199254740991);
    CHECK((*value)["t"] == "\"-0");
}

TEST_CASE("nesting ends at 32 levels, however deep the text goes on", "[profile]")
{
    CHECK(parse_profile("{\"a\":" + nested(31) + "}").has_value());
    for (const std::size_t depth : {32u, 33u, 20'000u}) {
        const Refusal no = refused("{\"a\":" + nested(depth) + "}");
        CHECK_THAT(no.param, Catch::StartsWith("/a/0/0/"));
        CHECK_THAT(no.detail, Catch::Contains("32"));
    }
    CHECK(refused("{\"a\":" + std::string(50'000, '[')).code == Code::malformed);
}

TEST_CASE("a text above the limit is too large, with the numbers", "[profile]")
{
    const std::string big = R"({"a":")" + std::string(60'000, 'x') + R"("})";
    const Refusal no = refused(big);
    CHECK(no.code == Code::too_large);
    CHECK(no.available == 60'000);
    CHECK(no.requested == static_cast<std::int64_t>(big.size()));
    CHECK(parse_profile(big, {.bytes_max = big.size()}).has_value());
}

TEST_CASE("caps may come as an object, there alone", "[profile]")
{
    const Profile request{.caps_object = true};
    CHECK(parse_profile(R"({"data":{"caps":{"T1":1000,"T-2.b":5}}})", request).has_value());
    CHECK(parse_profile(R"({"events":[{"data":{"caps":{"T1":1000}}}]})", request).has_value());
    CHECK(refused(R"({"data":{"caps":{"T1":1000}}})").param == "/data/caps/T1");
    CHECK(refused(R"({"caps":{"T1":1}})", request).param == "/caps/T1");
    CHECK(refused(R"({"data":{"caps":{"x":{"T1":1}}}})", request).param == "/data/caps/x/T1");
    CHECK(refused(R"({"data":{"caps":{"T 1":1}}})", request).param == "/data/caps/T 1");
    CHECK(refused(R"({"data":{"caps":{"T1":1,"T1":2}}})", request).param == "/data/caps/T1");
}

TEST_CASE("RFC 8785 data of integers and names in one order has its bytes", "[profile]")
{
    for (const char* name : {"arrays.json", "french.json", "unicode.json"}) {
        const std::filesystem::path data{"tests/data/tlog/jcs"};
        CHECK(canonical(Json::parse(bytes_of(data / "input" / name))) ==
              bytes_of(data / "output" / name));
    }
}

TEST_CASE("RFC 8785 data outside the profile is refused, each for its reason", "[profile]")
{
    for (const auto& [name, param, remedy] : std::vector<Expected>{
             {"arrays.json", "", "top level"},            // A list.
             {"french.json", "/péché", "a-z"},            // A name beyond ASCII.
             {"structures.json", "/1/f/F", "a-z"},        // An upper-case name; then 56.0.
             {"unicode.json", "/Unnormalized Unicode", "a-z"},
             {"values.json", "/numbers/0", "fraction"},   // Numbers with fractions.
             {"weird.json", "/€", "a-z"},                 // Names that UTF-16 would order.
         }) {
        INFO(name);
        const Refusal no = refused(bytes_of("tests/data/tlog/jcs/input/" + name));
        CHECK(no.param == param);
        CHECK_THAT(no.detail, Catch::Contains(remedy));
    }
}

}  // namespace chipledger
