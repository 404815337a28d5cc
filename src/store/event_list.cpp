// Lists of entries: the filter as SQL, every value a parameter.
#include <pqxx/pqxx>

#include "store/link.hpp"
#include "store/sql_text.hpp"

namespace chipledger {

namespace {

/// A WHERE clause that grows, with its parameters beside it.
class Where {
public:
    void add(const std::string& before, const std::string& value, const std::string& after = "")
    {
        values_.push_back(value);
        text_ += " AND " + before + "$" + std::to_string(values_.size()) + after;
    }
    const std::string& text() const { return text_; }
    pqxx::result run(pqxx::work& work, const std::string& sql) const
    {
        return work.exec_params(sql, pqxx::prepare::make_dynamic_params(values_));
    }

private:
    std::string text_ = "true";
    std::vector<std::string> values_{};
};

void add_subject(Where& where, const std::string& kind, const std::string& id)
{
    where.add("position IN (SELECT s.position FROM event_subject s WHERE s.kind = ", kind, "");
    where.add("s.id = ", id, ")");
}

Where where_of(const EventFilter& filter)
{
    Where where;
    where.add("position <= ", std::to_string(filter.upto.number), "::bigint");
    if (filter.after)
        where.add(filter.descending ? "position < " : "position > ",
                  std::to_string(filter.after->number), "::bigint");
    if (!filter.types.empty()) where.add("type = ANY(", to_array(filter.types), "::text[])");
    if (filter.subject) add_subject(where, filter.subject->kind, filter.subject->id);
    if (filter.visible_firm) add_subject(where, "firm", *filter.visible_firm);
    if (!filter.visible_kinds.empty())
        where.add("EXISTS (SELECT FROM event_subject s WHERE s.position = event.position "
                  "AND s.kind = ANY(",
                  to_array(filter.visible_kinds), "::text[]))");
    if (filter.principal) where.add("principal = ", *filter.principal);
    const auto time = [&](const char* text, const std::optional<Time>& value) {
        if (value) where.add(text, to_string(*value), "::timestamptz");
    };
    time("recorded_at >= ", filter.recorded_from);
    time("recorded_at <= ", filter.recorded_to);
    time("occurred_at >= ", filter.occurred_from);
    time("occurred_at <= ", filter.occurred_to);
    return where;
}

}  // namespace

Result<std::vector<StoredEntry>> EventStore::list(const EventFilter& filter)
{
    try {
        pqxx::work work{link_->open()};
        const Where where = where_of(filter);
        const pqxx::result rows =
            where.run(work, "SELECT position, bytes FROM event WHERE " + where.text() +
                                " ORDER BY position " + (filter.descending ? "DESC" : "ASC") +
                                " LIMIT " + std::to_string(filter.limit));
        std::vector<StoredEntry> entries;
        for (const pqxx::row& row : rows)
            entries.push_back({{row[0].as<std::int64_t>()}, from_bytea(row[1])});
        return entries;
    } catch (const std::exception& failure) {
        link_->close();
        return unavailable(failure);
    }
}

}  // namespace chipledger
