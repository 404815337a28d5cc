// script/bench scale: the same figures on ledgers of several sizes; what an entry costs in each.
import { appendFileSync, mkdirSync } from 'node:fs';
import { as_of_reads } from './audit.mjs';
import { root } from './lib/site.mjs';
import { ledger_figures } from './ledger_figures.mjs';
import { clean_up, median } from './lib/machine.mjs';

const figure = (n) => (n >= 100 ? Math.round(n).toLocaleString('en') : n.toFixed(2));

const columns = [
  ['entries', (f) => figure(f.entries)],
  ['grown, entries/s', (f) => figure(f.rate)],
  ['start, s', (f) => figure(f.cold)],
  ['start again, s', (f) => figure(f.warm)],
  ['start, µs an entry', (f) => figure((f.cold / f.entries) * 1e6)],
  ['COPY, entries/s', (f) => figure(median(f.copies))],
  ['verify, entries/s a core', (f) => figure(median(f.verifies))],
  ['read at the head, p99 ms', (f) => figure(f.reads.head_p99)],
  ['read of the past / head, rate', (f) => figure(f.reads.rate)],
  ['memory, B an entry', (f) => figure(f.memory_per_entry)],
  [
    'event and event_subject / canonical bytes',
    (f) => figure((f.sizes.event + f.sizes.subjects) / f.sizes.canonical),
  ],
  ['whole database, B an entry', (f) => figure(f.sizes.database / f.entries)],
];

async function main(sizes) {
  const found = [];
  for (const entries of sizes) {
    const reads = {};
    const ask = async (site, of) =>
      Object.assign(reads, await as_of_reads(site, of, { rounds: 1 }));
    found.push({
      ...(await ledger_figures({ entries, rounds: 1, grow_seconds_max: 0 }, ask)),
      reads,
    });
    mkdirSync(`${root}/build/bench`, { recursive: true });
    appendFileSync(
      process.env.BENCH_RESULTS ?? `${root}/build/bench/results.jsonl`,
      JSON.stringify({ time: new Date().toISOString(), bench: 'scale', ...found.at(-1) }) + '\n',
    );
  }
  for (const [name, text] of columns) console.log(`| ${name} | ${found.map(text).join(' | ')} |`);
}

let code = 0;
try {
  const sizes = process.argv.slice(2).map(Number);
  await main(sizes.length ? sizes : [100_000, 1_000_000]);
} catch (failed) {
  console.error(`script/bench scale: ${failed.stack}`);
  code = 1;
}
await clean_up();
process.exit(code);
