// script/bench scale: the same figures on ledgers of several sizes; what an entry costs in each.
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { as_of_reads } from './audit.mjs';
import { charts } from './lib/chart.mjs';
import { postgres_bin, root } from './lib/site.mjs';
import { ledger_figures } from './ledger_figures.mjs';
import { about_machine, clean_up, median } from './lib/machine.mjs';
import { wide_figures } from './wide.mjs';

const figure = (n) => (n >= 100 ? Math.round(n).toLocaleString('en') : n.toFixed(2));

const results = process.env.BENCH_RESULTS ?? `${root}/build/bench/results.jsonl`;

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
  ['measured', (f) => f.time.slice(0, 16) + 'Z'],
];

const drawn = [
  ['start, µs an entry', (f) => (f.cold / f.entries) * 1e6],
  ['verify, µs an entry', (f) => 1e6 / median(f.verifies)],
  ['read p99, ms', (f) => f.reads.head_p99],
  ['memory, B an entry', (f) => f.memory_per_entry],
  ['database, B an entry', (f) => f.sizes.database / f.entries],
];

/** docs/performance-scale.md and its picture. */
function write_document(table, wide, found) {
  const about = about_machine(postgres_bin);
  const figures = drawn.map(([title, value]) => ({
    title,
    points: found.map((one) => [one.entries, value(one)]),
  }));
  writeFileSync(`${root}/docs/img/performance-scale.svg`, charts(figures));
  writeFileSync(
    `${root}/docs/performance-scale.md`,
    `# Performance by size

Printed by \`BENCH_DOCS=1 script/bench scale\` on ${about.date}; nothing here was written by hand.
The same story, told longer: a firm for each thousand entries.

${table.join('\n')}

![What an entry costs, by the size of the ledger](img/performance-scale.svg)

## Many firms, many units in one batch

| what | measured |
|---|---|
${wide.map((row) => `| ${row.join(' | ')} |`).join('\n')}

Every second unit of the wide batch is reserved by itself, so it has as many runs as units.

## Measured on

${Object.entries(about)
  .map(([name, value]) => `- ${name}: ${value}`)
  .join('\n')}
`,
  );
}

async function figures_of(entries, folder) {
  const reads = {};
  const ask = async (site, of) => Object.assign(reads, await as_of_reads(site, of, { rounds: 1 }));
  const options = { entries, folder, rounds: 1, grow_seconds_max: 0 };
  return { ...(await ledger_figures(options, ask)), reads };
}

/** Of each size what was measured last: ten million take a quarter of an hour by themselves. */
function measured() {
  const last = new Map();
  for (const line of readFileSync(results, 'utf8').trim().split('\n')) {
    const row = JSON.parse(line);
    if (row.bench === 'scale') last.set(row.entries, row);
  }
  return [...last.values()].sort((a, b) => a.entries - b.entries);
}

/** Each size as SIZE, or SIZE=FOLDER where its ledger is kept. */
async function main(sizes) {
  const wide = await wide_figures();
  for (const row of wide) console.log(`| ${row.join(' | ')} |`);
  mkdirSync(`${root}/build/bench`, { recursive: true });
  for (const size of sizes) {
    const [entries, folder] = size.split('=');
    const row = { time: new Date().toISOString(), bench: 'scale', ...(await figures_of(+entries, folder)) };
    appendFileSync(results, JSON.stringify(row) + '\n');
  }
  const found = measured();
  const table = columns.map(([name, text]) => `| ${name} | ${found.map(text).join(' | ')} |`);
  table.splice(1, 0, `|---|${found.map(() => '---:|').join('')}`);
  console.log(table.join('\n'));
  if (process.env.BENCH_DOCS) write_document(table, wide, found);
}

let code = 0;
try {
  const sizes = process.argv.slice(2);
  await main(sizes.length ? sizes : ['100000', '1000000']);
} catch (failed) {
  console.error(`script/bench scale: ${failed.stack}`);
  code = 1;
}
await clean_up();
process.exit(code);
