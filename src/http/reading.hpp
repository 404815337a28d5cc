#pragma once
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "http/format.hpp"
#include "http/router.hpp"
#include "ledger/ledger.hpp"
#include "views/viewer.hpp"

// What all reads share: which state they speak for, their cache headers, their pages.
namespace chipledger {

/// The state that a read speaks for.
struct Moment {
    std::shared_ptr<const State> state{};
    bool fixed = false;  ///< as_of was given: the answer never changes.
    std::optional<Time> effective_at{};  ///< Only what had occurred by then counts.
};

Viewer viewer_of(const Context& context);
/// The problem that a refusal is, where ids are in the path.
Response no(const Context& context, const Refusal& refusal);

/// Narrows the filter to the entries that the viewer may see, as goods are in `state`.
void show_only(EventFilter& filter, const Viewer& viewer, const State& state);

/// Resolves min_position, as_of and effective_at; malformed for other parameters than these and `known`.
boost::asio::awaitable<Result<Moment>> moment_of(Ledger& ledger, const Context& context,
                                                 std::vector<std::string_view> known = {});

/// 200 with position and recorded_at put in, strong ETag, 304 where the reader has it.
Response view_reply(const Context& context, const Moment& moment, nlohmann::json body,
                    std::string etag = {});
/// The same with a list that is long, so that it comes as text: its items, joined by commas.
Response view_reply(const Context& context, const Moment& moment, nlohmann::json body,
                    std::string etag, std::string_view list, const std::string& items);
/// An object that has members, as text, with one more: such a list.
std::string with_list(const nlohmann::json& object, std::string_view list,
                      const std::string& items);

/// A page of ids, by `limit` and `cursor` (the last id of the page before).
struct Page {
    std::size_t limit = 100;
    std::string after{};
};
/// At most 500 things as JSON, 100,000 rows of a file.
Result<Page> page_of(const Request& request, Format format = Format::json);

/// {"data":…,"has_more":…,"next":…} with its Link.
Response list_reply(const Context& context, const Moment& moment, nlohmann::json data,
                    bool has_more, const std::string& last);

/// The ETag of an answer that is a function of the moment alone.
std::string etag_of(const Moment& moment);

/// Link (RFC 8288) to the next page of this request.
std::string next_link(const Request& request, const std::string& cursor);
/// Cache-Control of an answer that speaks for this moment.
std::string cache_of(const Moment& moment);

/// An integer parameter, or malformed.
Result<std::int64_t> integer_of(std::string_view name, std::string_view text);

/// Base64url without padding (RFC 4648 §5) of a cursor, and back.
std::string to_cursor(std::string_view text);
std::optional<std::string> from_cursor(std::string_view cursor);

}  // namespace chipledger
