// The table of targets, and docs/performance.md: no figure that was not measured in this run.
import { readFileSync, writeFileSync } from 'node:fs';
import { median } from './lib/machine.mjs';
import { over_rounds, ratio } from './lib/rounds.mjs';
import { root } from './lib/site.mjs';

const at_least = (value, bound) => value >= bound;
const at_most = (value, bound) => value <= bound;

const shown = (n) =>
  !Number.isFinite(n)
    ? '–'
    : n >= 1000
      ? Math.round(n).toLocaleString('en')
      : n >= 100
        ? n.toFixed(0)
        : n >= 10
          ? n.toFixed(1)
          : n.toFixed(2);
const spread = ({ median: m, min, max }) =>
  min === max ? shown(m) : `${shown(m)} [${shown(min)}–${shown(max)}]`;
const one = (value) => ({ median: value, min: value, max: value });

/** Of each round the best of several cases. */
const best = (found, names, key, pick) =>
  found[names[0]].map((_, round) => pick(...names.map((name) => found[name][round][key])));

/** The targets of the design, must and reach, with what this run found. */
export function judged({ found, ledger, parts }) {
  const of = (name, key = 'rate') => found[name].map((result) => result[key]);
  const most = (names, key = 'rate') => best(found, names, key, Math.max);
  const least = (names, key) => best(found, names, key, Math.min);
  const mdb = ['message-db, 500 categories, 16', 'message-db, 500 categories, 64'];
  const limit = of('PostgreSQL limit, 1000 rows a commit'),
    own = of('chipledger, 256');
  const bulk = of('chipledger, bulk 100 × 16');
  const append = found['chipledger, 256'].map((result) => result.server_us + result.pg_us);
  const share = over_rounds(append.map((us) => parts.sum_us / us));
  const row = (n, what, must, reach, value, better = at_least, unit = '×') => ({
    n,
    what,
    must,
    reach,
    value,
    unit,
    sign: better === at_least ? '≥' : '≤',
    met: better(value.median, reach) ? 'reach' : better(value.median, must) ? 'must' : 'missed',
  });
  return [
    row(
      1,
      'appends, 64 connections / message-db, 1 category, 64',
      12,
      20,
      ratio(of('chipledger, 64'), of('message-db, 1 category, 64')),
    ),
    row(2, 'appends, 256 / message-db at its best', 2.5, 4, ratio(own, most(mdb))),
    row(
      3,
      'appends, 256 / Fastify + pg at its best',
      4,
      6,
      ratio(own, most(['Fastify + pg, 64', 'Fastify + pg, 256'])),
    ),
    row(
      3,
      'appends, 256 / group-committing Fastify at its best',
      1.5,
      3,
      ratio(own, most(['Fastify, group commit, 64', 'Fastify, group commit, 256'])),
    ),
    row(3, 'appends, 64 / Emmett, 64', 10, 15, ratio(of('chipledger, 64'), of('Emmett, 64'))),
    row(4, 'appends, 256 / PostgreSQL limit', 0.2, 0.3, ratio(own, limit)),
    row(5, 'bulk 100 × 16 / PostgreSQL limit', 0.7, 0.9, ratio(bulk, limit)),
    row(6, 'bulk 100 × 16 / message-db at its best', 10, 14, ratio(bulk, most(mdb))),
    row(
      7,
      'append p99, 64 / message-db at its best, 64',
      0.4,
      0.25,
      ratio(of('chipledger, 64', 'p99'), least(['message-db, 1 category, 64', mdb[1]], 'p99')),
      at_most,
    ),
    row(
      8,
      'appends, 256 / the same judged and not stored',
      0.8,
      0.9,
      ratio(own, of('chipledger, 256, without database')),
    ),
    row(
      9,
      'inventory read, 64 / nginx, the same bytes',
      0.9,
      1.1,
      ratio(of('read: chipledger, head'), of('read: nginx static')),
    ),
    row(
      9,
      'inventory read, 64 / Fastify + pg',
      10,
      13,
      ratio(of('read: chipledger, head'), of('read: Fastify + pg')),
    ),
    row(
      9,
      'inventory as of a past entry / at the head',
      0.5,
      0.8,
      ratio(of('read: chipledger, as of'), of('read: chipledger, head')),
    ),
    row(
      10,
      'read p99, 16, appends at full rate / idle',
      5,
      2,
      ratio(
        of('read: chipledger, 16, appends at full rate', 'p99'),
        of('read: chipledger, 16, idle', 'p99'),
      ),
      at_most,
    ),
    row(
      11,
      'start without snapshot, entries/s / psql COPY',
      0.4,
      0.7,
      ratio(ledger.starts, ledger.copies),
    ),
    row(
      12,
      'verify a core, entries/s / SHA-256 of 400 bytes',
      0.1,
      0.25,
      one(median(ledger.verifies) / median(ledger.hashes)),
    ),
    row(
      13,
      'log on disk with all indexes / canonical bytes',
      1.8,
      1.4,
      one((ledger.sizes.event + ledger.sizes.subjects) / ledger.sizes.canonical),
      at_most,
    ),
    row(
      14,
      `memory an entry, at ${shown(ledger.entries)} entries`,
      600,
      200,
      one(ledger.memory_per_entry),
      at_most,
      'B',
    ),
    row(15, 'proofs, auth, idempotency, rulebook / CPU of an append', 0.3, 0.15, share, at_most),
  ];
}

const mark = { reach: 'reached', must: 'met', missed: '**missed**' };

function target_lines(rows) {
  return rows.map(
    (row) =>
      `| ${row.n} | ${row.what} | ${row.sign} ${row.must} | ${row.sign} ${row.reach} ` +
      `| ${spread(row.value)} ${row.unit} | ${mark[row.met]} |`,
  );
}

function case_lines(found) {
  return Object.entries(found).map(([name, results]) => {
    const of = (key) => over_rounds(results.map((result) => result[key] ?? NaN));
    return (
      `| ${name} | ${spread(of('rate'))} | ${shown(of('p50').median)} | ${shown(of('p99').median)} | ` +
      `${shown(of('server_us').median)} | ${shown(of('pg_us').median)} |`
    );
  });
}

function ledger_lines(ledger) {
  const { sizes, entries } = ledger;
  const each = (bytes) => `${shown(bytes / entries)} B`;
  return [
    `| grown at | ${shown(ledger.rate)} entries/s |`,
    `| start without snapshot | ${shown(ledger.cold)} s |`,
    `| start after a clean stop | ${shown(ledger.warm)} s |`,
    `| psql COPY, ordered | ${spread(over_rounds(ledger.copies))} entries/s |`,
    `| verify, a core | ${spread(over_rounds(ledger.verifies))} entries/s |`,
    `| SHA-256 of 400 bytes, a core | ${spread(over_rounds(ledger.hashes))} /s |`,
    `| canonical bytes | ${each(sizes.canonical)} |`,
    `| event / event_subject / command with indexes | ${each(sizes.event)} / ` +
      `${each(sizes.subjects)} / ${each(sizes.commands)} |`,
    `| the whole database | ${each(sizes.database)} |`,
    `| memory | ${shown(ledger.memory_per_entry)} B |`,
  ];
}

function parts_lines({ sum_us, ...parts }) {
  return [
    ...Object.entries(parts).map(([name, us]) => `| ${name} | ${shown(us)} |`),
    `| together | ${shown(sum_us)} |`,
  ];
}

function body(measured, rows) {
  const { about, found, peaks, ledger, parts, plan } = measured;
  const rounds = Object.values(found)[0].length;
  return `## Targets

${rounds} interleaved rounds of ${plan.seconds} s a case; ratios within each round:
median [least–most].

| # | what | must | reach | measured | |
|---|---|---|---|---|---|
${target_lines(rows).join('\n')}

## Every case

Entries or requests a second, median [least–most]; latency in ms; CPU in µs an entry or request,
of the server named (with what it does behind the answers: signing, tables for SQL users) and of
PostgreSQL.

| case | rate | p50 | p99 | server µs | PostgreSQL µs |
|---|---|---|---|---|---|
${case_lines(found).join('\n')}

Peak memory: ${Object.entries(peaks)
    .map(([name, bytes]) => `${name} ${shown(bytes / 2 ** 20)} MiB`)
    .join(', ')}.

## A ledger of ${shown(ledger.entries)} entries

${ledger.said.replace(/_/g, ' ')}

| | |
|---|---|
${ledger_lines(ledger).join('\n')}

## Where an append's CPU goes

| part | µs an entry |
|---|---|
${parts_lines(parts).join('\n')}

## Measured on

${Object.entries(about)
  .map(([name, value]) => `- ${name}: ${value}`)
  .join('\n')}
- it took ${shown(measured.minutes)} minutes
`;
}

export const table_text = (measured, rows) => body(measured, rows);

export function write_document(measured, rows) {
  writeFileSync(
    `${root}/docs/performance.md`,
    `# Performance

Printed by \`script/bench\` on ${measured.about.date}; nothing here was written by hand.
Load generator, servers and PostgreSQL share one machine, so rates depend on it: the ratios and the
CPU times are what to compare. PostgreSQL is durable everywhere (fsync and synchronous_commit on) and
the same cluster for all; the ledger runs with everything on: tokens, rulebook, idempotency keys,
proofs, signer, metrics.
message-db, Emmett and PostgreSQL's limits are measured without HTTP in front, which favours them.
[How it is measured](decisions/0037-how-it-is-measured.md);
[what is missed, and what next](performance-notes.md).

${body(measured, rows)}`,
  );
}

/** The five ratios that README shows, by their place among the targets. */
const headline = [0, 2, 3, 11, 12];

/** README.md between its two marks: the headline ratios of this run. */
export function write_headline(measured, rows) {
  const file = `${root}/README.md`;
  const lines = headline.map((at) => `| ${rows[at].what} | ${spread(rows[at].value)} × |`);
  const text = `<!-- bench -->
| \`script/bench\`, ${measured.about.date} | median [least–most] |
|---|---|
${lines.join('\n')}

All targets, those missed too: [docs/performance.md](docs/performance.md).
<!-- /bench -->`;
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(/<!-- bench -->[^]*<!-- \/bench -->/, () => text),
  );
}
