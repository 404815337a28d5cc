#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "codec/event_schema.hpp"
#include "domain/refusal.hpp"

namespace chipledger {

/// Rows of a table as requests of POST /v1/events. The first row names the columns: type,
/// occurred_at, reason, documents, idempotency_key, and members of data, as in data.units or units.
/// A file that /v1/events gave, or the result of an import, can be sent again: the columns that say
/// what was recorded are passed over.
class ProposalTable {
public:
    /// `type` is of rows that name none; `offset` of times that name none. Malformed, with the
    /// column, where one has no meaning here or comes twice, and where no row could have a type.
    static Result<ProposalTable> of(const std::vector<std::string>& header, std::string type,
                                    std::string offset);

    /// The row as a request, idempotency_key among its members. Nothing in it has been checked but
    /// that it has no cell beyond the columns.
    Result<nlohmann::json> proposal(const std::vector<std::string>& cells) const;

    /// The columns without those of a result: what a result file repeats.
    const std::vector<std::string>& repeated() const { return repeated_; }
    std::vector<std::string> repeated(const std::vector<std::string>& cells) const;

    using Members = std::map<std::string, nlohmann::json>;  ///< Schemas by name.

private:
    void put(nlohmann::json& body, const Members& members, const std::string& column,
             const std::string& cell) const;
    bool has(const std::string& column) const;

    std::vector<std::string> columns_{};  ///< "" for one that is passed over.
    std::vector<std::string> repeated_{};
    std::vector<std::size_t> repeated_at_{};
    std::string type_{}, offset_{};
};

}  // namespace chipledger
