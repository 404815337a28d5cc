#include "http/import_report.hpp"

#include <algorithm>

#include "codec/table_writer.hpp"
#include "http/problem.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::string_view key_column = "idempotency_key";

struct Tally {
    std::int64_t rows = 0, recorded = 0, refused = 0, replayed = 0;
};

class JsonReport : public ImportReport {
public:
    void add(const Verdict& verdict) override
    {
        if (tally_.rows > 0) ready_ += ',';
        ready_ += line_of(verdict).dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    void finish() override
    {
        ready_ += R"(],"rows":)" + std::to_string(tally_.rows) + R"(,"recorded":)" +
                  std::to_string(tally_.recorded) + R"(,"refused":)" +
                  std::to_string(tally_.refused) + R"(,"replayed":)" +
                  std::to_string(tally_.replayed) + '}';
    }
    std::string take(std::size_t) override { return std::exchange(ready_, {}); }

private:
    Json line_of(const Verdict& verdict)
    {
        const auto& [row, answer, key, dry_run] = verdict;
        Json line{{"row", row.number}};
        tally_.rows += 1;
        if (answer.replayed) {
            line["replayed"] = true;
            tally_.replayed += 1;
        }
        if (answer.outcome) {
            line["status"] = dry_run ? 200 : 201;
            if (!dry_run) line["position"] = answer.outcome->first.number;
            if (!answer.replayed && !dry_run) tally_.recorded += 1;
            return line;
        }
        line.update(to_problem(answer.outcome.error(), {}));
        line.erase("request_id");
        tally_.refused += 1;
        return line;
    }

    std::string ready_ = R"({"results":[)";
    Tally tally_{};
};

class TableReport : public ImportReport {
public:
    TableReport(Format format, std::vector<std::string> columns, Time made)
        : numbered_{columns.empty()},
          keyed_{std::ranges::find(columns, key_column) != columns.end()}
    {
        if (numbered_) columns.emplace_back("row");
        if (!keyed_) columns.emplace_back(key_column);
        columns.insert(columns.end(), {"position", "code", "detail"});
        writer_ = format == Format::csv ? csv_writer(columns)
                                        : xlsx_writer(columns, "import", made);
    }
    void add(const Verdict& verdict) override
    {
        const auto& [row, answer, key, dry_run] = verdict;
        Cells cells;
        if (numbered_) cells.emplace_back(row.number);
        for (const std::string& cell : row.cells)
            cells.push_back(cell.empty() ? Json{} : Json(cell));
        if (!keyed_) cells.push_back(answer.outcome && !dry_run ? Json(key) : Json{});
        if (answer.outcome) {
            const char* code = dry_run ? "admissible" : answer.replayed ? "replayed" : "recorded";
            cells.push_back(dry_run ? Json{} : Json(answer.outcome->first.number));
            cells.emplace_back(code);
            cells.emplace_back(nullptr);
        } else {
            const Json problem = to_problem(answer.outcome.error(), {});
            std::string detail = problem.value("detail", problem.value("title", ""));
            if (problem.contains("param"))
                detail = problem["param"].get<std::string>() + ": " + detail;
            cells.emplace_back(nullptr);
            cells.push_back(problem["code"]);
            cells.emplace_back(std::move(detail));
        }
        writer_->row(cells);
    }
    void finish() override { writer_->finish(); }
    std::string take(std::size_t most) override { return writer_->take(most); }

private:
    bool numbered_;  ///< The rows did not come as a table: they are told by their number.
    bool keyed_;     ///< The rows came with keys of their own.
    std::unique_ptr<TableWriter> writer_{};
};

}  // namespace

std::unique_ptr<ImportReport> json_report() { return std::make_unique<JsonReport>(); }

std::unique_ptr<ImportReport> table_report(Format format, std::vector<std::string> columns,
                                           Time made)
{
    return std::make_unique<TableReport>(format, std::move(columns), made);
}

}  // namespace chipledger
