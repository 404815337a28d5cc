#pragma once
#include <memory>

#include "domain/time.hpp"
#include "http/format.hpp"
#include "http/import_rows.hpp"
#include "ledger/submission.hpp"

namespace chipledger {

/// What became of a row.
struct Verdict {
    const ImportRow& row;
    const Answer& answer;
    const std::string& key;  ///< Of what was recorded.
    bool dry_run = false;
};

/// Tells what became of each row, in their order.
struct ImportReport {
    virtual ~ImportReport() = default;
    virtual void add(const Verdict& verdict) = 0;
    /// There are no more; may take a second.
    virtual void finish() = 0;
    /// At most this many of the bytes that are ready.
    virtual std::string take(std::size_t most) = 0;
};

/// {"results":[…],"rows":…,"recorded":…,"refused":…,"replayed":…}.
std::unique_ptr<ImportReport> json_report();
/// The rows as they came, with position, code and detail after them; what was recorded with its key
/// too, so that the file can be sent again when the rest has been corrected.
std::unique_ptr<ImportReport> table_report(Format format, std::vector<std::string> columns,
                                           Time made);

}  // namespace chipledger
