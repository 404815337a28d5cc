#include "http/epcis_problem.hpp"

#include "http/problem.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

struct Exception {
    std::string_view name;
    int status;
};

/// A refusal in the query is about a parameter, any other bad request about the document.
Exception exception_of(const Refusal& refusal, bool id_in_path)
{
    if (refusal.code == Code::idempotency_key_reused)
        return {"ResourceAlreadyExistsException", 409};
    const int status = status_of(refusal.code, id_in_path);
    switch (status) {
    case 400:
    case 422:
    case 428:
        return {refusal.param.starts_with('?') ? "QueryParameterException" : "ValidationException",
                400};
    case 401:
    case 403: return {"SecurityException", status};
    case 404: return {"NoSuchNameException", status};
    case 406: return {"NotAcceptableException", status};
    case 409:
    case 412: return {"ResourceAlreadyExistsException", 409};
    case 413: return {"CaptureLimitExceededException", status};
    case 415: return {"UnsupportedMediaTypeException", status};
    default: return {status >= 500 ? "ImplementationException" : "", status};
    }
}

}  // namespace

Json to_epcis_problem(const Refusal& refusal, std::string_view request_id, bool id_in_path)
{
    Json body = to_problem(refusal, request_id);
    const Exception exception = exception_of(refusal, id_in_path);
    if (!exception.name.empty()) body["type"] = "epcisException:" + std::string{exception.name};
    body["status"] = exception.status;
    return body;
}

Response epcis_problem_reply(const Refusal& refusal, std::string_view request_id, bool id_in_path)
{
    Response response = problem_reply(refusal, request_id);
    const Json body = to_epcis_problem(refusal, request_id, id_in_path);
    response.status = body["status"].get<int>();
    response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    return response;
}

}  // namespace chipledger
