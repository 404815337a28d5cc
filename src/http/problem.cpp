#include "http/problem.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace chipledger {

namespace {

using Json = nlohmann::json;

bool is_unknown(std::string_view slug) { return slug.starts_with("unknown-"); }

std::string_view remedy(const RefusalKind& kind)
{
    switch (kind.status) {
    case 400: return "Mend the member that param points at, and send the request again.";
    case 401: return "Send Authorization: Bearer with a token that is neither expired nor revoked.";
    case 403: return "Ask someone whose role may do it.";
    case 404: return "Check the address. What you may not see is not there for you either.";
    case 405: return "The Allow header names the methods.";
    case 409: return "Read the thing again; take another number, or wait and send the same key.";
    case 412: return "Read the thing again, decide again, and send its new ETag.";
    case 413: return "Send less at once; POST /v1/imports takes files of any size.";
    case 415: return "Send application/json.";
    case 422:
        return "The request is well formed, but a rule says no. The problem names the numbers "
               "and the entries that decided.";
    case 428: return "Send If-Match with the ETag that you read.";
    case 429: return "Wait as long as Retry-After says.";
    case 503: return "Wait as long as Retry-After says, then send the same request with the same "
                     "Idempotency-Key: it is recorded once.";
    default: return "Report the request_id to whoever runs this server.";
    }
}

}  // namespace

int status_of(Code code, bool id_in_path)
{
    const RefusalKind& kind = kind_of(code);
    return id_in_path && is_unknown(kind.slug) ? 404 : kind.status;
}

// The numbers that decided go with the no; of a 5xx, nothing of our insides does.
Json to_problem(const Refusal& refusal, std::string_view request_id, bool id_in_path)
{
    const RefusalKind& kind = kind_of(refusal.code);
    Json body{{"type", "/problems/" + std::string{kind.slug}},
              {"title", std::string{kind.title}},
              {"status", status_of(refusal.code, id_in_path)},
              {"code", std::string{kind.slug}},
              {"request_id", std::string{request_id}}};
    if (kind.status >= 500 && refusal.code != Code::lagging) return body;
    if (!refusal.detail.empty()) body["detail"] = refusal.detail;
    if (!refusal.param.empty()) body["param"] = refusal.param;
    if (refusal.available) body["available"] = *refusal.available;
    if (refusal.requested) body["requested"] = *refusal.requested;
    if (refusal.available && refusal.requested && refusal.code != Code::version_conflict)
        body["short_by"] = std::abs(*refusal.requested - *refusal.available);
    for (const Position entry : refusal.entries) body["entries"].push_back(entry.number);
    return body;
}

Response problem_reply(const Refusal& refusal, std::string_view request_id, bool id_in_path)
{
    Response response = reply(status_of(refusal.code, id_in_path), "application/problem+json",
                              to_problem(refusal, request_id, id_in_path)
                                  .dump(-1, ' ', false, Json::error_handler_t::replace));
    response.problem = kind_of(refusal.code).slug;
    const int status = response.status;
    if (status == 429 || status == 503 || refusal.code == Code::idempotency_key_in_use)
        response.set("Retry-After", "1");
    if (status == 401) response.set("WWW-Authenticate", "Bearer realm=\"chipledger\"");
    return response;
}

std::optional<std::string> problem_page(std::string_view slug)
{
    for (const RefusalKind& kind : all_refusals())
        if (kind.slug == slug)
            return fmt::format(
                "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">"
                "<meta name=\"viewport\" content=\"width=device-width\">"
                "<title>{1} – chipledger</title><link rel=\"stylesheet\" href=\"/style.css\">"
                "<main><h1>{1}</h1><p><code>{0}</code> · HTTP status {2}{3}</p><p>{4}</p>"
                "<p><a href=\"/\">chipledger</a></p></main></html>\n",
                kind.slug, kind.title, kind.status,
                is_unknown(kind.slug) ? " (404 when the id is in the address)" : "",
                remedy(kind));
    return {};
}

}  // namespace chipledger
