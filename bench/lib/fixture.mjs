// What the appends and reads of the benches rest on: 500 firms, their approvals, 64 pools of units.
export const firms_total = 500;
export const pools = 64;

const day = (year) => `${year}-01-01`;

function* lists(events, size = 500) {
  for (let i = 0; i < events.length; i += size) yield events.slice(i, i + size);
}

/** Records events as one role, in atomic lists. */
export async function record(site, role, events) {
  let n = 0;
  for (const list of lists(events))
    await site.ask('/v1/events', {
      role,
      method: 'POST',
      body: { events: list },
      headers: {
        'idempotency-key': `${role}-${events[0].type}-${Object.values(events[0].data)[0]}-${n++}`,
      },
    });
}

export const each = (count, make) => Array.from({ length: count }, (_, i) => make(i));

/** Two approvals for each firm: its answer is about 1 KB. */
async function approvals(site) {
  for (const second of [0, firms_total]) {
    const id = (i) => i + second;
    await record(
      site,
      'regulator',
      each(firms_total, (i) => ({
        type: 'ApplicationSubmitted',
        data: {
          application: `APP-${id(i)}`,
          firm: `F-${i}`,
          sku: 'H200-141G',
          qty: second ? 1000 : 9_900_000,
          end_use: 'cloud',
        },
      })),
    );
    await record(
      site,
      'regulator',
      each(firms_total, (i) => ({
        type: 'ApplicationReviewStarted',
        data: { application: `APP-${id(i)}` },
      })),
    );
    await record(
      site,
      'regulator',
      each(firms_total, (i) => ({
        type: 'ApprovalGranted',
        data: {
          approval: `AP-${id(i)}`,
          application: `APP-${id(i)}`,
          firm: `F-${i}`,
          granted: second ? 1000 : 9_900_000,
          period: 'BENCH',
          valid_from: day(2000),
          valid_to: day(2199),
          conditions: ['Quarterly end-use report'],
        },
      })),
    );
  }
}

/** Of each pool the first nine million units are free, a thousand have arrived in a shipment. */
async function goods(site) {
  const units = (i) => [{ batch: `POOL-${i}`, from: 9_900_001, to: 9_901_000 }];
  await record(
    site,
    'logistics',
    each(pools, (i) => ({
      type: 'BatchRegistered',
      data: { batch: `POOL-${i}`, sku: 'H200-141G', qty: 10_000_000 },
    })),
  );
  await record(
    site,
    'logistics',
    each(pools, (i) => ({
      type: 'BatchTestCertified',
      data: { batch: `POOL-${i}`, lab: 'Jinghe Test Laboratory', certificate: `TC-${i}` },
    })),
  );
  await record(
    site,
    'regulator',
    each(pools, (i) => ({
      type: 'AllocationReserved',
      data: { approval: `AP-${i}`, units: units(i) },
    })),
  );
  await record(
    site,
    'logistics',
    each(pools, (i) => ({
      type: 'ShipmentDispatched',
      data: { shipment: `S-${i}`, approval: `AP-${i}`, units: units(i), port: 'CNSHA' },
    })),
  );
  await record(
    site,
    'customs',
    each(pools, (i) => ({
      type: 'ShipmentArrived',
      data: { shipment: `S-${i}`, units: units(i), office: 'SHA-01' },
    })),
  );
}

/** Records all of it in a new ledger. */
export async function furnish(site) {
  await record(site, 'regulator', [
    {
      type: 'PolicyPublished',
      data: {
        policy_version: 1,
        period: 'BENCH',
        caps: { T1: 10_000_000 },
        critical_pct: 80,
        carry_over_max_pct: 20,
        confiscation_effect: 'forfeit',
      },
    },
  ]);
  await record(
    site,
    'regulator',
    each(firms_total, (i) => ({
      type: 'FirmRegistered',
      data: { firm: `F-${i}`, name: `Lanting Cloud ${i}`, tier: 'T1', sector: 'platform' },
    })),
  );
  await approvals(site);
  await goods(site);
}

let next_number = 0;
const numbers_of_a_run = 1_000_000; // More than any run appends.

/** Arguments of append.lua for a run of its own. */
export function append_args(site, { list = 1, query = '-' } = {}) {
  next_number += numbers_of_a_run;
  const { logistics, regulator, customs } = site.tokens;
  return [logistics, regulator, customs, next_number, list, query];
}
