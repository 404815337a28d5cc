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
        for (const auto& item : state_.exposures) exposure(item.key, item.value);
        for ([[maybe_unused]] const auto& item : state_.serials) --serials_;
        expect(serials_ == 0, "I4 serials: batches and index differ");
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
        const Custody custody = state_.custody_of(id);
        for (const auto& run : custody.runs()) {
            expect(run.key == next && run.value.to >= run.key, "I3 batch " + id.value + ": a gap");
            next = run.value.to + 1;
            const std::int64_t n = run.value.to - run.key + 1;
            const Holding& holding = run.value.holding;
            const auto add = static_cast<std::int32_t>(n);
            if (holding.state == UnitState::registered && holding.approval.empty())
                unallocated += n;
            if (!holding.shipment.empty()) shipments_[holding.shipment][holding.state] += add;
            if (!holding.approval.empty()) approvals_[holding.approval][holding.state] += add;
        }
        expect(next == batch.qty + 1, "I3 batch " + id.value + ": units are missing");
        expect(unallocated == state_.unallocated.at(id), "I10 batch " + id.value + ": unallocated");
        for (const auto& list : batch.serials) serials(id, list.key, list.value);
    }

    void serials(const BatchId& id, std::int64_t number, const std::vector<SerialId>& list)
    {
        serials_ += std::ssize(list);
        for (const SerialId& serial : list) {
            const UnitRef* unit = state_.serials.find(serial);
            expect(unit && unit->batch == id && unit->number == number++,
                   "I4 serial " + serial.value);
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
        Exposure& figures = exposures_[{approval.terms->firm, approval.terms->period}];
        figures.exposed += b.reserved + b.drawn;
        figures.promised += b.granted - b.forfeited;
    }

    void exposure(const FirmPeriod& key, const Exposure& figures)
    {
        expect(figures == exposures_[key],
               "I5 firm " + key.firm.value + ": exposure in " + key.period.value);
    }

    const State& state_;
    std::map<ApprovalId, UnitCounts> approvals_{};
    std::map<FirmPeriod, Exposure> exposures_{};
    std::map<ShipmentId, UnitCounts> shipments_{};
    std::int64_t serials_ = 0;
    std::vector<std::string> broken_{};
};

}  // namespace

std::vector<std::string> broken_invariants(const State& state) { return Auditor{state}.run(); }

}  // namespace chipledger
