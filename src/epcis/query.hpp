#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/refusal.hpp"
#include "domain/time.hpp"
#include "epcis/things.hpp"

// The SimpleEventQuery of EPCIS 2.0 (§8.2.7.1) by the parameters of its REST binding (§12).
namespace chipledger::epcis {

inline constexpr std::size_t per_page_max = 500;

/// A parameter whose values, separated by |, are compared with a member of the event.
struct Condition {
    std::string pointer{};  ///< JSON pointer of the member (RFC 6901); a list matches by any item.
    std::vector<std::string> values{};
};

struct Query {
    std::vector<Condition> conditions{};
    std::vector<std::vector<Goods>> goods{};  ///< Of each list, one must meet the event's goods.
    std::vector<Condition> transactions{};    ///< pointer: the type; values: URIs.
    std::optional<Time> happened_from{}, happened_before{};
    std::optional<Time> recorded_from{}, recorded_before{};
    bool declared = false;  ///< Only events with an errorDeclaration.
    std::size_t per_page = 30;
    std::string next_page{};

    /// Types of entries that can have such events.
    std::vector<std::string> entry_types() const;
    /// The one batch that all goods asked for are of, or nothing.
    std::optional<std::string> batch() const;
    bool matches(const nlohmann::json& event) const;
};

/// Reads the parameters of a request, decoded. Malformed, naming the parameter, for a value that
/// cannot be and for parameters that this ledger does not have.
Result<Query> read_query(const std::vector<std::pair<std::string, std::string>>& parameters);

}  // namespace chipledger::epcis
