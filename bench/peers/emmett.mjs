// Emmett: single events, each to a fresh stream, IN_FLIGHT at a time for SECONDS.
//   Environment: CONNECTION, SECONDS, IN_FLIGHT
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';

const seconds = +process.env.SECONDS,
  in_flight = +process.env.IN_FLIGHT;
const store = getPostgreSQLEventStore(process.env.CONNECTION);
const run = Date.now().toString(36);
const data = {
  kind: 'shipment.received',
  batch: 'B-00012345',
  firm: 'F-00042',
  model: 'H200-141G',
  qty: 64,
  hs: '8473.30',
  origin: 'TW',
  port: 'CNSHA',
  declared_usd: 1920000,
  carrier: 'Halcyon Lines',
  awb: '160-00012345',
  at: '2026-03-14T08:15:00Z',
  actor: 'customs:officer-12',
  licence: 'LIC-2026-00345',
  warehouse: 'WH-EAST-3',
  note: 'pallet sealed, counted twice, seal number 000012345 intact',
};

let n = 0;
async function append() {
  const begin = performance.now();
  await store.appendToStream(`batch-${run}-${n++}`, [{ type: 'ShipmentReceived', data }], {
    expectedStreamVersion: 'STREAM_DOES_NOT_EXIST',
  });
  return performance.now() - begin;
}

for (let i = 0; i < 50; i++) await append(); // It makes its tables first.
const begin = performance.now(),
  until = begin + seconds * 1000;
const took = [];
await Promise.all(
  Array.from({ length: in_flight }, async () => {
    while (performance.now() < until) took.push(await append());
  }),
);
const spent = (performance.now() - begin) / 1000;
took.sort((a, b) => a - b);
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({
    rate: took.length / spent,
    requests: took.length,
    p50: took[took.length >> 1],
    p99: took[Math.floor(took.length * 0.99)],
    cpu: user + system,
    peak: process.resourceUsage().maxRSS * 1024,
  }),
);
process.exit(0);
