#include "fuzz/http_routes.hpp"

#include "codec/json_profile.hpp"
#include "codec/request_reader.hpp"
#include "epcis/document.hpp"
#include "fuzz/fuzz.hpp"
#include "http/accept.hpp"
#include "http/conditional.hpp"
#include "http/epcis_problem.hpp"
#include "http/format.hpp"
#include "http/import_rows.hpp"
#include "http/jwt.hpp"
#include "http/media.hpp"
#include "http/problem.hpp"

namespace chipledger::fuzz {

namespace {

namespace asio = boost::asio;
using Answer = asio::awaitable<Response>;
using enum Role;

Response refused(const Context& context, const Refusal& refusal)
{
    return problem_reply(refusal, context.request.request_id);
}

/// Things, in the format that is asked for, unless the caller has them.
Answer list(Context& context)
{
    const Request& request = context.request;
    const Result<Format> format = format_of(request);
    if (!format) co_return refused(context, format.error());
    Response response = reply(200, media_type_of(*format), "things");
    for (const auto& [name, value] : request.query)
        response.set("Link", '<' + percent_encoded(name) + '=' + percent_encoded(value) + '>');
    co_return with_etag(std::move(response), "7", request);
}

/// Things by what their path names.
Answer thing(Context& context)
{
    nlohmann::json names;
    for (const auto& [name, value] : context.params) names[name] = value;
    co_return reply(200, "application/json", names.dump());
}

/// Events to record.
Answer record(Context& context)
{
    const Request& request = context.request;
    if (auto yes = takes(request, "application/json"); !yes)
        co_return refused(context, yes.error());
    if (read_requests(request.body)) co_return reply(201, "application/json", request.body);
    const auto body = parse_profile(request.body, {.bytes_max = body_limit, .caps_object = true});
    if (!body) co_return refused(context, body.error());
    const Result<Proposal> proposal = read_proposal(*body, "");
    if (!proposal) co_return refused(context, proposal.error());
    co_return reply(201, "application/json", canonical(*body));
}

/// Files of rows, read as they come.
Answer rows_in(Context& context)
{
    std::unique_ptr<ImportRows> rows;
    if (has_type(context.request, "text/csv")) {
        TableDefaults defaults{"ShipmentArrived", "+08:00"};
        OpenedRows opened = co_await csv_rows(*context.body, std::move(defaults));
        if (!opened) co_return refused(context, opened.error());
        rows = std::move(*opened);
    } else {
        rows = ndjson_rows(*context.body);
    }
    std::int64_t good = 0;
    while (true) {
        const Result<std::optional<ImportRow>> row = co_await rows->next();
        if (!row) co_return refused(context, row.error());
        if (!*row) break;
        good += (*row)->body.has_value();
    }
    co_return reply(200, "text/plain", std::to_string(good));
}

Answer capture(Context& context)
{
    const auto said = epcis::read_document(context.request.body);
    if (!said) co_return epcis_problem_reply(said.error(), context.request.request_id);
    co_return reply(202, "application/json", "");
}

/// Anybody, but tokens are looked at as those of an issuer are.
asio::awaitable<Result<Caller>> let_in(const Request& request)
{
    const auto token = request.header("authorization");
    if (token && token->starts_with("Bearer "))
        if (const auto kid = kid_of(token->substr(7)); !kid) co_return kid.error();
    const Caller somebody{"somebody", firm, FirmId{"F-1"}, {}};
    co_return somebody;
}

}  // namespace

Router probing_router()
{
    const std::vector<Role> all{regulator, customs, logistics, firm, auditor, admin};
    return Router{{{"GET", "/v1/events", all, list},
                   {"POST", "/v1/events", all, record, 64 * 1024},
                   {"GET", "/v1/batches/{batch}", all, thing},
                   {"GET", "/v1/batches/{batch}/units/{unit}", {}, thing},
                   {"POST", "/v1/imports", all, rows_in, body_limit, true},
                   {"POST", "/epcis/v2/capture", all, capture}},
                  let_in};
}

}  // namespace chipledger::fuzz
