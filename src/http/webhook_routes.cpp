#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "codec/json_profile.hpp"
#include "domain/events.hpp"
#include "http/media.hpp"
#include "http/problem.hpp"
#include "http/reading.hpp"
#include "http/webhooks.hpp"
#include "proof/base64.hpp"
#include "store/token.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;
using enum Role;

constexpr int webhooks_max = 20;  ///< Of a principal.
constexpr std::size_t types_max = 64;
constexpr std::size_t positions_max = 500;
constexpr std::size_t subject_part_max = 64;
constexpr std::size_t key_length = 32;
constexpr std::size_t id_length = 12;

Refusal unknown()
{
    return {.code = Code::not_found, .detail = "You have no such webhook. Check the number."};
}

Result<Json> body_of(const Request& request)
{
    if (auto yes = takes(request, "application/json"); !yes) return yes.error();
    return parse_profile(request.body);
}

Result<void> read_types(const Json& value, WebhookTerms& terms)
{
    const Refusal wrong = malformed("/types", "Send a list of event types, as GET /v1/event-types "
                                             "names them; [] for all.");
    if (!value.is_array() || value.size() > types_max) return wrong;
    terms.types.clear();
    const auto& all = event_types();
    for (const Json& type : value) {
        if (!type.is_string() || std::ranges::find(all, type.get<std::string>()) == all.end())
            return wrong;
        terms.types.push_back(type.get<std::string>());
    }
    return {};
}

Result<void> read_subject(const Json& value, WebhookTerms& terms)
{
    terms.subject.reset();
    if (value.is_null()) return {};
    const std::string text = value.is_string() ? value.get<std::string>() : std::string{};
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos || colon == 0 || colon > subject_part_max ||
        colon + 1 == text.size() || text.size() - colon - 1 > subject_part_max)
        return malformed("/subject", "Send kind:id, as in batch:B01, or null for all.");
    terms.subject = SubjectFilter{text.substr(0, colon), text.substr(colon + 1)};
    return {};
}

Result<void> read_word(const std::string& name, const Json& value,
                       const std::array<std::string_view, 2>& words, std::string& out)
{
    const std::string word = value.is_string() ? value.get<std::string>() : std::string{};
    if (std::ranges::find(words, word) == words.end())
        return malformed('/' + name, "Send " + std::string{words[0]} + " or " + std::string{words[1]} +
                                   '.');
    out = word;
    return {};
}

Result<void> read_member(const std::string& name, const Json& value, const WebhookPolicy& policy,
                         WebhookTerms& terms)
{
    if (name == "types") return read_types(value, terms);
    if (name == "subject") return read_subject(value, terms);
    if (name == "content") return read_word(name, value, {"cloudevent", "entry"}, terms.content);
    if (name == "status") return read_word(name, value, {"active", "paused"}, terms.status);
    if (name != "url") return malformed('/' + name, "There is no such member here. Leave it out.");
    terms.url = value.is_string() ? value.get<std::string>() : std::string{};
    if (const auto unfit = unfit_url(terms.url, policy)) return malformed('/' + name, *unfit);
    return {};
}

/// Reads the terms that the body names over those that there are.
Result<void> read_terms(const Json& body, const WebhookPolicy& policy, WebhookTerms& terms)
{
    for (const auto& [name, value] : body.items())
        if (auto yes = read_member(name, value, policy, terms); !yes) return yes;
    return {};
}

Json view_of(const WebhookRow& hook)
{
    const WebhookTerms& terms = hook.terms;
    const Json subject =
        terms.subject ? Json(terms.subject->kind + ':' + terms.subject->id) : Json();
    const auto or_null = [](const auto& value) { return value ? Json(to_string(*value)) : Json(); };
    return {{"webhook", hook.id},
            {"url", terms.url},
            {"types", terms.types},
            {"subject", subject},
            {"content", terms.content},
            {"status", terms.status},
            {"created_at", to_string(hook.created_at)},
            {"delivered_through", hook.through.number},
            {"delivered", hook.delivered},
            {"failed", hook.failed},
            {"dead_letters", hook.dead},
            {"attempts", hook.attempts},
            {"next_attempt_at", or_null(hook.next_attempt_at)},
            {"last_status", hook.last_status ? Json(hook.last_status) : Json()},
            {"last_error", hook.last_error.empty() ? Json() : Json(hook.last_error)}};
}

/// The caller's own webhook, as the path names it.
asio::awaitable<Result<WebhookRow>> own(Webhooks& webhooks, Context& context)
{
    const std::string id = context.params.at("webhook");
    const auto look = [&](WebhookStore& store) { return store.find(id, context.caller.principal); };
    Result<std::optional<WebhookRow>> found = co_await webhooks.ask(look);
    if (!found) co_return found.error();
    if (!*found) co_return unknown();
    co_return std::move(**found);
}

/// Takes `after` out of the body: the position to begin after; absent: now.
Result<Position> take_after(Json& body, Position head)
{
    const auto after = body.find("after");
    if (after == body.end()) return head;
    if (!after->is_number_integer() || *after < 0 || *after > head.number)
        return malformed("/after", "Send a position from 0 to that of the last entry.");
    const Position position{after->get<std::int64_t>()};
    body.erase(after);
    return position;
}

asio::awaitable<Response> create(Webhooks& webhooks, Context& context)
{
    Result<Json> body = body_of(context.request);
    if (!body) co_return no(context, body.error());
    const Result<Position> after = take_after(*body, webhooks.ledger().head()->position);
    if (!after) co_return no(context, after.error());
    WebhookTerms terms;
    if (auto yes = read_terms(*body, webhooks.policy(), terms); !yes)
        co_return no(context, yes.error());
    if (terms.url.empty()) co_return no(context, malformed("/url", "Say where to deliver."));
    const std::string id = "wh_" + to_hex(random_bytes(id_length));
    const std::string key = random_bytes(key_length);
    const std::string base = base_of(context.request);
    const std::string& principal = context.caller.principal;
    const auto add = [&](WebhookStore& store) -> Result<std::optional<WebhookRow>> {
        auto added = store.add(id, principal, terms, base, key, *after, webhooks_max);
        if (!added) return added.error();
        return store.find(id);
    };
    const Result<std::optional<WebhookRow>> made = co_await webhooks.ask(add);
    if (!made) co_return no(context, made.error());
    if (!*made) co_return no(context, unknown());
    webhooks.wake(id);
    Json view = view_of(**made);
    view["secret"] = webhook_secret(key);
    Response response = reply(201, "application/json", view.dump());
    response.set("Location", "/v1/webhooks/" + id);
    co_return response;
}

asio::awaitable<Response> list(Webhooks& webhooks, Context& context)
{
    const auto look = [&](WebhookStore& store) { return store.list(context.caller.principal); };
    const Result<std::vector<WebhookRow>> rows = co_await webhooks.ask(look);
    if (!rows) co_return no(context, rows.error());
    Json data = Json::array();
    for (const WebhookRow& row : *rows) data.push_back(view_of(row));
    co_return reply(200, "application/json", Json{{"data", std::move(data)}}.dump());
}

asio::awaitable<Response> one(Webhooks& webhooks, Context& context)
{
    const Result<WebhookRow> hook = co_await own(webhooks, context);
    if (!hook) co_return no(context, hook.error());
    co_return reply(200, "application/json", view_of(*hook).dump());
}

asio::awaitable<Response> change(Webhooks& webhooks, Context& context)
{
    const Result<Json> body = body_of(context.request);
    if (!body) co_return no(context, body.error());
    Result<WebhookRow> hook = co_await own(webhooks, context);
    if (!hook) co_return no(context, hook.error());
    if (auto yes = read_terms(*body, webhooks.policy(), hook->terms); !yes)
        co_return no(context, yes.error());
    const auto write = [&](WebhookStore& store) -> Result<std::optional<WebhookRow>> {
        auto changed = store.change(hook->id, hook->terms);
        if (!changed) return changed.error();
        return store.find(hook->id);
    };
    const Result<std::optional<WebhookRow>> now = co_await webhooks.ask(write);
    if (!now) co_return no(context, now.error());
    if (!*now) co_return no(context, unknown());
    webhooks.wake(hook->id);
    co_return reply(200, "application/json", view_of(**now).dump());
}

asio::awaitable<Response> remove(Webhooks& webhooks, Context& context)
{
    const std::string id = context.params.at("webhook");
    const auto drop = [&](WebhookStore& store) {
        return store.remove(id, context.caller.principal);
    };
    const Result<bool> gone = co_await webhooks.ask(drop);
    if (!gone) co_return no(context, gone.error());
    if (!*gone) co_return no(context, unknown());
    Response response;
    response.status = 204;
    co_return response;
}

asio::awaitable<Response> dead_letters(Webhooks& webhooks, Context& context)
{
    Position after{};
    if (const auto text = context.request.parameter("after")) {
        const Result<std::int64_t> number = integer_of("after", *text);
        if (!number) co_return no(context, number.error());
        after = Position{*number};
    }
    const Result<WebhookRow> hook = co_await own(webhooks, context);
    if (!hook) co_return no(context, hook.error());
    const auto look = [&](WebhookStore& store) { return store.dead_letters(hook->id, after); };
    const Result<std::vector<DeadLetter>> letters = co_await webhooks.ask(look);
    if (!letters) co_return no(context, letters.error());
    Json data = Json::array();
    for (const DeadLetter& letter : *letters)
        data.push_back({{"position", letter.position.number},
                        {"attempts", letter.attempts},
                        {"last_status", letter.last_status ? Json(letter.last_status) : Json()},
                        {"last_error", letter.last_error},
                        {"died_at", to_string(letter.died_at)},
                        {"queued", letter.queued}});
    co_return reply(200, "application/json", Json{{"data", std::move(data)}}.dump());
}

/// {} or {"positions":[…]}.
Result<std::vector<Position>> positions_in(const Request& request)
{
    std::vector<Position> positions;
    if (request.body.empty()) return positions;
    const Result<Json> body = body_of(request);
    if (!body) return body.error();
    for (const auto& [name, list] : body->items()) {
        if (name != "positions" || !list.is_array() || list.empty() || list.size() > positions_max)
            return malformed('/' + name, "Send {} for all, or {\"positions\":[…]}, at most 500.");
        for (const Json& number : list) {
            if (!number.is_number_integer())
                return malformed("/positions", "Send positions of dead letters.");
            positions.push_back(Position{number.get<std::int64_t>()});
        }
    }
    return positions;
}

asio::awaitable<Response> redeliver(Webhooks& webhooks, Context& context)
{
    const Result<std::vector<Position>> positions = positions_in(context.request);
    if (!positions) co_return no(context, positions.error());
    const Result<WebhookRow> hook = co_await own(webhooks, context);
    if (!hook) co_return no(context, hook.error());
    const auto queue = [&](WebhookStore& store) { return store.redeliver(hook->id, *positions); };
    const Result<std::int64_t> queued = co_await webhooks.ask(queue);
    if (!queued) co_return no(context, queued.error());
    webhooks.wake(hook->id);
    co_return reply(202, "application/json", Json{{"queued", *queued}}.dump());
}

}  // namespace

std::vector<Route> webhook_routes(Webhooks& webhooks)
{
    const std::vector<Role> readers{regulator, customs, logistics, auditor, firm};
    const auto with = [&webhooks](auto handler) -> Handler {
        return [&webhooks, handler](Context& context) { return handler(webhooks, context); };
    };
    const std::string one_path = "/v1/webhooks/{webhook}";
    return {{"POST", "/v1/webhooks", readers, with(create)},
            {"GET", "/v1/webhooks", readers, with(list)},
            {"GET", one_path, readers, with(one)},
            {"PATCH", one_path, readers, with(change)},
            {"DELETE", one_path, readers, with(remove)},
            {"GET", one_path + "/dead-letters", readers, with(dead_letters)},
            {"POST", one_path + "/redeliver", readers, with(redeliver)}};
}

}  // namespace chipledger
