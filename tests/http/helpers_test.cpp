#include "catch.hpp"
#include "http/conditional.hpp"
#include "http/media.hpp"
#include "http/sse.hpp"

using namespace chipledger;

TEST_CASE("a reader who has the tag gets 304 without a body", "[http][conditional]")
{
    const auto known = GENERATE("\"v4\"", "W/\"v4\"", "*", "\"v3\" , \"v4\"");
    const Request request{.headers = {{"if-none-match", known}}};
    const Response response = with_etag(reply(200, "text/plain", "body"), "v4", request);
    CHECK(response.status == 304);
    CHECK(response.body.empty());
    CHECK(response.headers == Fields{{"ETag", "\"v4\""}});
}

TEST_CASE("a reader who has another tag, or none, gets the body", "[http][conditional]")
{
    const auto known = GENERATE("\"v3\"", "v4", "", "\"v3\", \"v44\"");
    const Request request{.headers = {{"if-none-match", known}}};
    const Response response = with_etag(reply(200, "text/plain", "body"), "v4", request);
    CHECK(response.status == 200);
    CHECK(response.body == "body");
}

TEST_CASE("JSON is taken as UTF-8 alone", "[http][media]")
{
    const auto said = [](std::string type) {
        const Request request{.headers = {{"content-type", std::move(type)}}};
        return takes(request, "application/json").has_value();
    };
    CHECK(said("application/json"));
    CHECK(said("Application/JSON; charset=\"UTF-8\""));
    CHECK_FALSE(said("application/json; charset=latin1"));
    CHECK_FALSE(said("application/jsonp"));
    CHECK_FALSE(said("text/plain"));
    CHECK(takes({}, "application/json").error().code == Code::unsupported_media_type);
}

TEST_CASE("an event of a feed", "[http][sse]")
{
    CHECK(sse_event("7", "", "{}") == "id: 7\ndata: {}\n\n");
    CHECK(sse_event("", "entry", "a\nb") == "event: entry\ndata: a\ndata: b\n\n");
}
