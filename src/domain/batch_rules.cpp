// Batches, serials and certificates.
#include "domain/rules.hpp"

namespace chipledger {

namespace {

Result<const Batch*> known_batch(const State& state, const BatchId& id)
{
    if (const Batch* batch = state.batches.find(id)) return batch;
    return Refusal{Code::unknown_batch, "/data/batch",
                   "There is no such batch. Register it first."};
}

std::string serial_pointer(std::size_t index) { return "/data/serials/" + std::to_string(index); }

}  // namespace

Result<void> admit(const State& state, const Event&, const BatchRegistered& registered)
{
    if (!state.batches.contains(registered.batch)) return {};
    return Refusal{Code::duplicate_batch, "/data/batch",
                   "This batch exists. Take another number."};
}

void apply(State& state, const Event& event, const BatchRegistered& registered)
{
    Batch& batch = state.batches.edit(registered.batch);
    batch.sku = registered.sku;
    batch.qty = registered.qty;
    batch.origin = registered.origin;
    batch.supplier = registered.supplier;
    batch.export_licence = registered.export_licence;
    batch.registered = event.position;
    state.custodies.insert(registered.batch, Custody{registered.qty, Holding{}, event.position});
    state.unallocated.insert(registered.batch, registered.qty);
}

Result<void> admit(const State& state, const Event&, const SerialsRecorded& recorded)
{
    const Result<const Batch*> known = known_batch(state, recorded.batch);
    if (!known) return known.error();
    const Batch& batch = **known;
    const std::int64_t last =
        recorded.from + static_cast<std::int64_t>(recorded.serials.size()) - 1;
    if (last > batch.qty)
        return Refusal{.code = Code::unknown_unit,
                       .param = "/data/serials",
                       .detail = "The batch has " + std::to_string(batch.qty) +
                                 " units; these serials reach to " + std::to_string(last) + ".",
                       .available = batch.qty,
                       .requested = last};
    for (std::size_t i = 0; i < recorded.serials.size(); ++i) {
        if (state.serials.contains(recorded.serials[i]))
            return Refusal{Code::duplicate_serial, serial_pointer(i),
                           "This serial is another unit's already."};
        if (batch.serial_of(recorded.from + static_cast<std::int64_t>(i)))
            return Refusal{Code::duplicate_serial, serial_pointer(i),
                           "The unit has a serial already. Correct the entry that gave it."};
    }
    return {};
}

void apply(State& state, const Event&, const SerialsRecorded& recorded)
{
    state.batches.edit(recorded.batch).serials.insert(recorded.from, recorded.serials);
    std::int64_t unit = recorded.from;
    for (const SerialId& serial : recorded.serials)
        state.serials.insert(serial, UnitRef{recorded.batch, unit++});
}

Result<void> admit(const State& state, const Event&, const BatchTestCertified& certified)
{
    const Result<const Batch*> known = known_batch(state, certified.batch);
    if (!known) return known.error();
    return {};
}

void apply(State& state, const Event&, const BatchTestCertified& certified)
{
    state.batches.edit(certified.batch).certificate = certified.certificate;
}

}  // namespace chipledger
