// I1 to I4 on a whole State, by counting everything again (DESIGN §5).
#include "domain/rulebook.hpp"

namespace chipledger {

namespace {

class Auditor {
public:
    explicit Auditor(const State& state) : state_{state} {}

    std::vector<std::string> run() &&
    {
        for (const auto& item : state_.batches) batch(item.key, item.value);
        for (const auto& item : state_.approvals) approval(item.key, item.value);
        for (const auto& item : state_.shipments)
            same(shipments_[item.key], item.value.units, "shipment " + item.key.value);
        for (const auto& item : state_.firms)
            same(firms_[item.key], item.value.units, "firm " + item.key.value);
        expect(serials_ == state_.serials.size(), "I4 serials: batches and index differ");
        return std::move(broken_);
    }

private:
    void expect(bool holds, std::string promise)
    {
        if (!holds) broken_.push_back(std::move(promise));
    }
    void same(const UnitCounts& counted, const UnitCounts& kept, const std::string& what)
    {
        expect(counted == kept, "I2 " + what + ": kept counts differ from its units");
    }

    // I3: runs follow each other without gap from 1 to qty.
    void batch(const BatchId& id, const Batch& batch)
    {
        std::int64_t next = 1, unallocated = 0;
        UnitCounts counted;
        for (const auto& run : batch.custody.runs()) {
            expect(run.key == next && run.value.to >= run.key, "I3 batch " + id.value + ": a gap");
            next = run.value.to + 1;
            const std::int64_t n = run.value.to - run.key + 1;
            const Holding& holding = run.value.holding;
            counted[holding.state] += n;
            if (holding.state == UnitState::registered && holding.approval.empty())
                unallocated += n;
            if (!holding.shipment.empty()) shipments_[holding.shipment][holding.state] += n;
            if (holding.approval.empty()) continue;
            approvals_[holding.approval][holding.state] += n;
            firms_[state_.approvals.at(holding.approval).firm][holding.state] += n;
        }
        expect(next == batch.qty + 1, "I3 batch " + id.value + ": units are missing");
        same(counted, batch.units, "batch " + id.value);
        expect(unallocated == batch.unallocated, "I10 batch " + id.value + ": unallocated");
        serials_ += batch.serials.size();
        for (const auto& serial : batch.serials) {
            const UnitRef* unit = state_.serials.find(serial.value);
            expect(unit && unit->batch == id && unit->number == serial.key,
                   "I4 serial " + serial.value.value);
        }
    }

    void approval(const ApprovalId& id, const Approval& approval)
    {
        const Balance& b = approval.balance;
        expect(b.granted == b.available + b.reserved + b.drawn + b.forfeited + b.carried_out,
               "I1 approval " + id.value + ": the buckets do not add up");
        expect(b.available >= 0 && b.reserved >= 0 && b.drawn >= 0 && b.forfeited >= 0 &&
                   b.carried_out >= 0,
               "I1 approval " + id.value + ": a bucket is below zero");
        const UnitCounts& counted = approvals_[id];
        same(counted, approval.units, "approval " + id.value);
        expect(b.reserved == counted.reserved(), "I2 approval " + id.value + ": reserved");
        expect(b.drawn == counted.drawn(), "I2 approval " + id.value + ": drawn");
        Balance moved;
        for (const auto& movement : approval.movements) moved = moved + movement.value;
        expect(moved == b, "approval " + id.value + ": movements do not add up to the balance");
    }

    const State& state_;
    std::map<ApprovalId, UnitCounts> approvals_{};
    std::map<FirmId, UnitCounts> firms_{};
    std::map<ShipmentId, UnitCounts> shipments_{};
    std::size_t serials_ = 0;
    std::vector<std::string> broken_{};
};

}  // namespace

std::vector<std::string> broken_invariants(const State& state) { return Auditor{state}.run(); }

}  // namespace chipledger
