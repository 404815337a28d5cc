#pragma once
#include <nlohmann/json.hpp>

#include "views/viewer.hpp"

// Answers of GET /v1/… as functions of a State (DESIGN §8). Every thing named must exist and be
// visible to the viewer.
namespace chipledger {

nlohmann::json units_json(const UnitCounts& units);

nlohmann::json firm_view(const State& state, const FirmId& id);
nlohmann::json inventory_view(const State& state, const FirmId& id);
nlohmann::json timeline_view(const State& state, const FirmId& id);
nlohmann::json application_view(const State& state, const ApplicationId& id);
nlohmann::json approval_view(const State& state, const ApprovalId& id);
nlohmann::json batch_view(const Viewer& viewer, const State& state, const BatchId& id);
nlohmann::json shipment_view(const Viewer& viewer, const State& state, const ShipmentId& id);
/// State and holder of one unit; its history is the entries'.
nlohmann::json unit_view(const State& state, const BatchId& id, std::int64_t number);
/// Totals by state, firm and tier; of a firm's viewer, its own alone.
nlohmann::json summary_view(const Viewer& viewer, const State& state);

}  // namespace chipledger
