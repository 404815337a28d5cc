#pragma once
#include "http/router.hpp"
#include "ledger/ledger.hpp"

namespace chipledger {

class SignedHeads;

/// Who reads entries, each those that it may see.
inline const std::vector<Role> entry_readers{Role::regulator, Role::customs, Role::logistics,
                                             Role::auditor, Role::firm};

/// GET of firms, applications, approvals, batches, shipments, units, serials and the summary.
std::vector<Route> thing_routes(Ledger& ledger);
/// GET of entries: the list, one, the catalogue and the feed.
std::vector<Route> entry_routes(Ledger& ledger);

/// /v1/audit: explain, diff, what-if, reconcile.
std::vector<Route> audit_routes(Ledger& ledger);
/// GET /v1/audit/evidence: entries with all that proves them, as one file.
std::vector<Route> evidence_routes(Ledger& ledger, SignedHeads& heads);
/// /v1/log: checkpoint, tiles, receipts, consistency proofs.
std::vector<Route> log_routes(Ledger& ledger);

}  // namespace chipledger
