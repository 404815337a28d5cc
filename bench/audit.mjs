// script/bench audit: what an auditor's questions cost on a ledger that has grown for years.
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { end, postgres_bin, root, Site, temporary_folder } from './lib/site.mjs';
import {
  about_machine,
  at_end,
  clean_up,
  median,
  memory_of,
  peak_of,
  quantile,
  sleep,
} from './lib/machine.mjs';
import { wrk } from './lib/load.mjs';

export const start_of_time = 'simulated:2026-01-01T00:00:00+08:00';
const results_file = process.env.BENCH_RESULTS ?? `${root}/build/bench/results.jsonl`;

const seen = [];
let growth = 1; // In millions of entries: what a start, an answer or a walk may take grows with it.

/** Prints a figure and keeps it, for machines, in the results file. `held`: [figure, most it may
    be], where a bound is set. */
function note(name, unit, values, text, held) {
  const row = { time: new Date().toISOString(), bench: 'audit', name, unit, ...values };
  mkdirSync(root + '/build/bench', { recursive: true });
  appendFileSync(results_file, JSON.stringify(row) + '\n');
  console.log(`  ${name.padEnd(44)} ${text}`);
  seen.push({ name, text, held });
  return values;
}

/** docs/performance-audit.md, or that of ten million: what this run found, beside the bounds. */
function write_document(facts) {
  const bound = ({ held }) => (held ? `≤ ${held[1]}` : '');
  const met = ({ held }) => (!held ? '' : held[0] <= held[1] ? 'met' : '**missed**');
  const about = about_machine(postgres_bin);
  const page = growth > 1 ? 'performance-audit-10m' : 'performance-audit';
  writeFileSync(
    `${root}/docs/${page}.md`,
    `# An auditor's questions on ${facts.entries.toLocaleString('en')} entries

Printed by \`BENCH_DOCS=1 script/bench audit ${facts.entries}\` on ${about.date}; nothing here was
written by hand. ${facts.said.replace(/_/g, ' ').replace(/^entries=\d+ /, '')}. Bounds are in seconds,
bytes, milliseconds or ratios, as the figures are; of several calls the slowest counts.${
      growth > 1 ? ` What takes time may take ${growth} times what it may\nat 1,000,000 entries; bytes an entry, ratios and the writers' gap may not grow.` : ''
    }

| what | measured | bound | |
|---|---|---|---|
${seen.map((row) => `| ${row.name} | ${row.text} | ${bound(row)} | ${met(row)} |`).join('\n')}

${Object.entries(about)
  .map(([name, value]) => `- ${name}: ${value}`)
  .join('\n')}
`,
  );
}

const mib = (bytes) => (bytes / 2 ** 20).toFixed(0) + ' MiB';
const ms = (n) => (n < 10 ? n.toFixed(2) : n.toFixed(0)) + ' ms';
let seed = 1;
/** The same numbers on every run. */
function random(below) {
  seed = (seed * 48271) % 2147483647;
  return seed % below;
}

/** A folder with a ledger of this many entries, or of those that `seconds_max` allow; grown where
    there is none yet. BENCH_CORRECTIONS: how many in a million entries are corrections. */
export async function grown_site(folder, entries, { seconds_max = 0 } = {}) {
  const site = await new Site(folder).prepare({ clock: start_of_time });
  await site.start_postgres();
  if (existsSync(`${folder}/grown.json`)) return site;
  await site.serve();
  await sleep(300);
  const empty = memory_of(site.pid);
  await site.stop_server();
  console.error(`growing a ledger of ${entries} entries`);
  const child = spawn(
    `${root}/build/bench/grow_ledger`,
    [
      '--data',
      folder,
      '--entries',
      entries,
      '--corrections',
      process.env.BENCH_CORRECTIONS ?? 1000,
      '--seconds-max',
      seconds_max,
    ].map(String),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  at_end(() => end(child));
  let said = '';
  child.stdout.on('data', (piece) => (said += piece));
  const code = await new Promise((done) => child.once('exit', done));
  if (code !== 0) throw new Error(`grow_ledger: exit ${code}`);
  const line = said.match(/^entries=(\d+) seconds=([\d.]+) rate=(\d+)/m);
  writeFileSync(
    `${folder}/grown.json`,
    JSON.stringify({
      entries: +line[1],
      seconds: +line[2],
      rate: +line[3],
      empty_bytes: empty,
      said: said.split('\n')[0],
    }),
  );
  return site;
}

export const grown_facts = (site) => JSON.parse(readFileSync(`${site.folder}/grown.json`, 'utf8'));

/** Takes snapshots away, wherever this version keeps them: in the folder or in a table. */
export async function drop_snapshots(site) {
  for (const name of ['snapshot', 'snapshots', 'snapshot.bin', 'log/snapshot'])
    rmSync(`${site.folder}/${name}`, { recursive: true, force: true });
  for (const table of (
    await site.sql(
      'chipledger',
      "SELECT tablename FROM pg_tables WHERE tablename LIKE '%snapshot%'",
    )
  )
    .split('\n')
    .filter(Boolean))
    await site.sql('chipledger', `TRUNCATE "${table}"`);
}

/** How many milliseconds each of `count` calls takes, one after the other. */
async function timed(count, call) {
  const took = [];
  for (let i = 0; i < count; ++i) {
    const begin = performance.now();
    await call(i);
    took.push(performance.now() - begin);
  }
  return took;
}

const spread = (took) => ({
  p50: median(took),
  p99: quantile(took, 0.99),
  max: Math.max(...took),
  count: took.length,
});
const spread_text = (s) => `p50 ${ms(s.p50)}, max ${ms(s.max)} of ${s.count}`;

export async function start_up(site, entries, facts) {
  await drop_snapshots(site);
  const cold = await site.serve();
  note(
    'start-up without snapshot',
    's',
    { seconds: cold, entries },
    `${cold.toFixed(2)} s, ${Math.round(entries / cold)} entries/s`,
    [cold, 10 * growth],
  );
  await site.settle();
  await site.stop_server();
  const warm = await site.serve();
  note('start-up after a clean stop', 's', { seconds: warm, entries }, `${warm.toFixed(2)} s`, [
    warm,
    2 * growth,
  ]);
  await site.settle();
  await sleep(3000); // At rest: what a start and the first comparison of tables needed is given back.
  const bytes = memory_of(site.pid);
  const per_entry = (bytes - facts.empty_bytes) / entries;
  note(
    'memory per entry, at rest',
    'bytes',
    { per_entry, bytes, empty: facts.empty_bytes },
    `${per_entry.toFixed(0)} B (${mib(bytes)}, ${mib(facts.empty_bytes)} with none)`,
    [per_entry, 600],
  );
  return { cold, warm, per_entry };
}

/** The same reads at the head and at random positions, in turn. */
export async function as_of_reads(
  site,
  entries,
  { rounds = 3, seconds = 3, connections = 16 } = {},
) {
  // Those that were there from the beginning.
  const all = (await site.ask('/v1/firms?limit=500')).data.map((firm) => firm.firm).sort();
  const firms = all.slice(0, Math.ceil(all.length / 2));
  const paths = (suffix) =>
    Array.from(
      { length: 4000 },
      () => `/v1/firms/${firms[random(firms.length)]}/inventory${suffix()}`,
    ).join('\n');
  const files = { head: `${site.folder}/head.paths`, 'as-of': `${site.folder}/as-of.paths` };
  writeFileSync(
    files.head,
    paths(() => ''),
  );
  writeFileSync(
    files['as-of'],
    paths(() => `?as_of=${Math.floor(entries / 10) + random(Math.floor(entries * 0.9))}`),
  );
  const found = { head: [], 'as-of': [] };
  for (let round = 0; round < rounds; ++round)
    for (const kind of ['head', 'as-of'])
      found[kind].push(
        await wrk(site.url, {
          connections,
          seconds,
          script: 'get',
          args: [files[kind], site.tokens.auditor],
        }),
      );
  const of = (kind, key) => median(found[kind].map((run) => run[key]));
  for (const kind of ['head', 'as-of'])
    note(
      `inventory ${kind}, ${connections} connections`,
      'req/s',
      { rate: of(kind, 'rate'), p50: of(kind, 'p50'), p99: of(kind, 'p99') },
      `${of(kind, 'rate').toFixed(0)} req/s, p50 ${ms(of(kind, 'p50'))}, p99 ${ms(of(kind, 'p99'))}`,
    );
  const ratio = {
    rate: of('as-of', 'rate') / of('head', 'rate'),
    p99: of('as-of', 'p99') / of('head', 'p99'),
    head_p99: of('head', 'p99'),
  };
  note(
    'as-of / head',
    'ratio',
    ratio,
    `rate ${ratio.rate.toFixed(3)}, p99 ${ratio.p99.toFixed(1)}`,
    [ratio.p99, 3],
  );
  return ratio;
}

/** The next entries of a type, at or after a position. */
async function near(site, type, position) {
  const { recorded_at } = await site.ask(`/v1/events/${position}`);
  const page = await site.ask(
    `/v1/events?type=${type}&recorded_from=${encodeURIComponent(recorded_at)}&limit=20`,
  );
  return page.data;
}

export async function questions(site, entries) {
  const explained = await site.ask('/v1/audit/explain?approval=AP-LONG&bucket=available');
  const explain = spread(
    await timed(20, () => site.ask('/v1/audit/explain?approval=AP-LONG&bucket=available')),
  );
  note(
    `explain of ${explained.terms.length} terms`,
    'ms',
    { terms: explained.terms.length, ...explain },
    spread_text(explain),
    [explain.max, 50 * growth],
  );
  const diff = spread(
    await timed(12, () => {
      const [from, to] = [1 + random(entries), 1 + random(entries)].sort((a, b) => a - b);
      return site.ask(`/v1/audit/diff?from=${from}&to=${to}`);
    }),
  );
  note('diff of two positions at random', 'ms', diff, spread_text(diff), [diff.max, 200 * growth]);
  for (const type of ['AllocationReserved', 'ApprovalGranted']) {
    const [entry] = await near(site, type, Math.floor(entries / 2));
    let refused = 0;
    const what_if = spread(
      await timed(2, async () => {
        const answer = await site.ask('/v1/audit/what-if', {
          method: 'POST',
          body: { remove: [entry.position] },
        });
        refused = answer.refused.length;
      }),
    );
    note(
      `what-if without ${type}, middle`,
      'ms',
      { refused, ...what_if },
      `${spread_text(what_if)}; ${refused} refused`,
      [what_if.max, 2000 * growth],
    );
  }
  return { explain, diff };
}

/** Eight writers until `stop`; the moments of their answers. */
function writers(site, tag) {
  const answered = [];
  let going = true;
  const one = async (writer) => {
    for (let n = 0; going; ++n) {
      const id = `W-${tag}-${writer}-${n}`;
      await site.ask('/v1/events', {
        role: 'logistics',
        method: 'POST',
        headers: { 'idempotency-key': id },
        body: { type: 'BatchRegistered', data: { batch: id, sku: 'H200-141G', qty: 64 } },
      });
      answered.push(performance.now());
    }
  };
  const all = Promise.all(Array.from({ length: 8 }, (_, i) => one(i)));
  return {
    stop: async () => {
      going = false;
      await all;
      return answered;
    },
  };
}

const longest_gap = (moments) =>
  moments.slice(1).reduce((most, at, i) => Math.max(most, at - moments[i]), 0);

/** What eight writers notice while `act` runs: the longest time without an answer to any. */
async function noticed(site, name, act) {
  const beside = writers(site, `${name.replace(/[^A-Za-z]+/g, '-')}-${Date.now()}`);
  await sleep(700);
  const begin = performance.now();
  const status = await act();
  const took = performance.now() - begin;
  await sleep(300);
  const moments = await beside.stop();
  const gap = longest_gap(moments);
  note(
    name,
    'ms',
    { gap, took, status, answers: moments.length },
    `longest gap ${ms(gap)}; it took ${ms(took)}${status}`,
    [gap, 50],
  );
  return gap;
}

export async function corrections(site, entries) {
  const middle = Math.floor(entries / 2);
  const send = (entry, data) =>
    site.ask('/v1/events', {
      method: 'POST',
      any: true,
      headers: { 'idempotency-key': `fix-${entry.position}-${Date.now()}` },
      body: {
        type: data ? 'EventCorrected' : 'EventVoided',
        data: data
          ? { target: entry.position, reason: 'incorrect_data', replacement: { data } }
          : { target: entry.position, reason: 'did_not_occur' },
      },
    });
  const correct = (type, change) => async () => {
    for (const entry of await near(site, type, middle)) {
      const answer = await send(entry, change && { ...entry.data, ...change });
      if (answer.code !== 'duplicate-correction')
        return answer.code ? `, ${answer.code}` : ', recorded';
    }
    throw new Error(`no ${type} near the middle that is not corrected yet`);
  };
  const what = '8 writers, ';
  return {
    none: await noticed(site, '8 writers alone', async () => {
      await sleep(500);
      return '';
    }),
    inspected: await noticed(
      site,
      what + 'inspection corrected, middle',
      correct('ShipmentInspected', { findings: 'seal broken' }),
    ),
    deployed: await noticed(
      site,
      what + 'deployment corrected, middle',
      correct('AllocationDeployed', { site: 'ELSEWHERE-1' }),
    ),
    refused: await noticed(
      site,
      what + 'reservation voided, middle',
      correct('AllocationReserved', null),
    ),
  };
}

async function main(entries, folder) {
  const keep = Boolean(folder);
  const site = await grown_site(folder ?? temporary_folder(), entries);
  const facts = grown_facts(site);
  // A ledger that was kept has the entries of the runs before.
  facts.entries = +(await site.sql('chipledger', 'SELECT size FROM log_head'));
  growth = Math.max(1, Math.round(facts.entries / 1e6));
  console.log(`audit on ${facts.entries} entries; grown: ${facts.said}${keep ? ` in ${site.folder}` : ''}`);
  note(
    'growth',
    'entries/s',
    { rate: facts.rate, entries: facts.entries },
    `${facts.rate} entries/s`,
  );
  await start_up(site, facts.entries, facts);
  await as_of_reads(site, facts.entries);
  await questions(site, facts.entries);
  await corrections(site, facts.entries);
  const peak = peak_of(site.pid);
  note('peak memory', 'bytes', { bytes: peak }, mib(peak));
  console.log(`these figures, for machines: ${results_file}`);
  if (process.env.BENCH_DOCS) write_document(facts);
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  let code = 0;
  try {
    await main(+(process.argv[2] ?? 1_000_000), process.argv[3]);
  } catch (failed) {
    console.error(`script/bench audit: ${failed.stack}`);
    code = 1;
  }
  await clean_up();
  process.exit(code);
}
