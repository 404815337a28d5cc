// What it costs that there are many firms, and that a batch has many units in many hands.
import { writeFileSync } from 'node:fs';
import { Site, temporary_folder } from './lib/site.mjs';
import { cpu_of, memory_of, quantile, median } from './lib/machine.mjs';
import { wrk } from './lib/load.mjs';
import { record, each } from './lib/fixture.mjs';

const ranges = 40; // Of an entry: a list of 500 stays below 1 MiB.
const probes = 2000; // Single appends that are measured.

/** Firms with an approval each; the approvals of the first may take every unit. */
async function firms(site, count, units) {
  const granted = (i) => (i === 0 ? units : 1000);
  const regulator = (make) => record(site, 'regulator', each(count, make));
  await record(site, 'regulator', [
    {
      type: 'PolicyPublished',
      data: {
        policy_version: 1,
        period: 'WIDE',
        caps: { T1: 10_000_000 },
        critical_pct: 80,
        carry_over_max_pct: 20,
        confiscation_effect: 'forfeit',
      },
    },
  ]);
  await regulator((i) => ({
    type: 'FirmRegistered',
    data: { firm: `F-${i}`, name: `Lanting Cloud ${i}`, tier: 'T1' },
  }));
  await regulator((i) => ({
    type: 'ApplicationSubmitted',
    data: {
      application: `APP-${i}`,
      firm: `F-${i}`,
      sku: 'H200-141G',
      qty: granted(i),
      end_use: 'cloud',
    },
  }));
  await regulator((i) => ({
    type: 'ApplicationReviewStarted',
    data: { application: `APP-${i}` },
  }));
  await regulator((i) => ({
    type: 'ApprovalGranted',
    data: {
      approval: `AP-${i}`,
      application: `APP-${i}`,
      firm: `F-${i}`,
      granted: granted(i),
      period: 'WIDE',
      valid_from: '2000-01-01',
      valid_to: '2199-01-01',
      conditions: [],
    },
  }));
}

const batch = (id, qty) => ({
  type: 'BatchRegistered',
  data: { batch: id, sku: 'H200-141G', qty },
});
const reserved = (id, units) => ({
  type: 'AllocationReserved',
  data: { approval: 'AP-0', units: units.map((unit) => ({ batch: id, from: unit, to: unit })) },
});

/** Every second unit reserved: as many runs as units. The last probes' units stay free. */
const scatter = (site, id, units) =>
  record(
    site,
    'regulator',
    each(Math.floor((units - 2 * probes) / (2 * ranges)), (i) =>
      reserved(
        id,
        each(ranges, (j) => 2 * (i * ranges + j) + 1),
      ),
    ),
  );

/** CPU of the server, and the time, that a single reservation of a unit takes; in µs and ms. */
async function probe(site, id, units) {
  await site.settle();
  const took = [],
    before = cpu_of(site.pid);
  for (let i = 0; i < probes; ++i) {
    const begin = performance.now();
    await site.ask('/v1/events', {
      role: 'regulator',
      method: 'POST',
      headers: { 'idempotency-key': `${id}-${i}` },
      body: reserved(id, [units - 2 * i]),
    });
    took.push(performance.now() - begin);
  }
  await site.settle();
  return { us: (cpu_of(site.pid) - before) / probes, p50: median(took), p99: quantile(took, 0.99) };
}

async function reads(site, paths) {
  const file = `${site.folder}/wide.paths`;
  writeFileSync(file, paths.join('\n'));
  return wrk(site.url, {
    connections: 16,
    seconds: 3,
    script: 'get',
    args: [file, site.tokens.auditor],
  });
}

/** The figures as [name, text]. */
export async function wide_figures({ firms: count = 10_000, units = 1_000_000 } = {}) {
  const site = await new Site(temporary_folder()).prepare();
  await site.start_postgres();
  await site.serve();
  await firms(site, count, 4 * units);
  await record(site, 'logistics', [batch('NARROW', 2 * probes), batch('WIDE', units)]);
  const narrow = await probe(site, 'NARROW', 2 * probes);
  await scatter(site, 'WIDE', units);
  const wide = await probe(site, 'WIDE', units);
  const firm = await reads(
    site,
    each(4000, (i) => `/v1/firms/F-${(i * 7919) % count}/inventory`),
  );
  const unit = await reads(
    site,
    each(4000, (i) => `/v1/units/WIDE/${1 + ((i * 7919) % units)}`),
  );
  const list = performance.now();
  await site.ask('/v1/firms?limit=500');
  const listed = performance.now() - list;
  const memory = memory_of(site.pid);
  await site.stop_server();
  const again = await site.serve();
  const entries = await site.entries();
  await site.stop();
  const append = (of) =>
    `${of.us.toFixed(0)} µs of the server's CPU, p50 ${of.p50.toFixed(2)} ms, p99 ${of.p99.toFixed(1)} ms`;
  const read = (of) => `${of.rate.toFixed(0)} a second, p99 ${of.p99.toFixed(1)} ms`;
  return [
    ['firms, units of the batch, entries', [count, units, entries].map((n) => n.toLocaleString('en')).join(', ')],
    [`a unit reserved in a batch of ${2 * probes} units, one by one`, append(narrow)],
    ['a unit reserved in the wide batch', append(wide)],
    ['the same, CPU, wide / narrow', (wide.us / narrow.us).toFixed(2)],
    ["inventories of all firms, 16 connections", read(firm)],
    ['units of the wide batch, 16 connections', read(unit)],
    ['a page of 500 firms', `${listed.toFixed(1)} ms`],
    ['memory of the server', `${(memory / 2 ** 20).toFixed(0)} MiB`],
    ['start again', `${again.toFixed(2)} s`],
  ];
}
