#pragma once
#include "epcis/document.hpp"
#include "epcis/query.hpp"
#include "http/epcis_problem.hpp"
#include "http/reading.hpp"
#include "ledger/answers.hpp"

// GS1 EPCIS 2.0 over the ledger: its REST binding (§12) for capture and the simple event query.
namespace chipledger {

/// GET /epcis/v2/events and /epcis/v2/eventTypes.
std::vector<Route> epcis_query_routes(Ledger& ledger);
/// POST /epcis/v2/capture, and GET of capture jobs.
std::vector<Route> epcis_capture_routes(Ledger& ledger, Answers& answers);

/// Not-acceptable unless JSON and EPCIS 2.0 will do.
Result<void> speaks_epcis(const Request& request);
/// With the versions that this speaks.
Response epcis_reply(int status, std::string body);

/// The entry and, of a correction, its targets one after the other, as far as the viewer may see
/// them: empty unless that is all of them.
boost::asio::awaitable<Result<std::vector<Event>>> epcis_chain(Ledger& ledger, Viewer viewer,
                                                               Event entry);

/// The event with this eventID as the ledger states it now, where the caller may see it.
boost::asio::awaitable<Result<std::optional<epcis::Declared>>> epcis_event(Ledger& ledger,
                                                                           Viewer viewer,
                                                                           std::string event_id);

}  // namespace chipledger
