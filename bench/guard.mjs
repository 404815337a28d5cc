// script/bench guard: what an entry costs in CPU time, against what HTTP alone and PostgreSQL alone
// cost in the same run. Fails where that has grown by more than a quarter since the baseline, three
// times in a row: a neighbour on the machine may spoil a run.
import { readFileSync, writeFileSync } from 'node:fs';
import { root, Site, temporary_folder } from './lib/site.mjs';
import { clean_up } from './lib/machine.mjs';
import { wrk } from './lib/load.mjs';
import { append_args, firms_total, furnish } from './lib/fixture.mjs';
import { batch_insert, serve } from './lib/peers.mjs';
import { over_rounds, play } from './lib/rounds.mjs';

const baseline_file = `${root}/bench/baseline.json`;
const worse_max = 1.25;
const rounds = 8,
  seconds = 1,
  seconds_max = 45;

function cases(site, hello) {
  const firms = `${site.folder}/firms.paths`;
  writeFileSync(
    firms,
    Array.from({ length: firms_total }, (_, i) => `/v1/firms/F-${i}/inventory`).join('\n'),
  );
  const append = (list, connections) => ({
    pid: () => site.pid,
    settles: true,
    entries: list,
    run: () =>
      wrk(site.url, { connections, seconds, script: 'append', args: append_args(site, { list }) }),
  });
  const to_hello = (script, args) => ({
    pid: () => hello.pid,
    run: () => wrk(hello.url, { connections: 64, seconds, script, args: args() }),
  });
  return [
    { name: 'hello', ...to_hello('append', () => append_args(site)) },
    { name: 'row', run: () => batch_insert(site, seconds) },
    { name: 'append', ...append(1, 256) },
    { name: 'bulk', ...append(100, 16) },
    {
      name: 'read',
      pid: () => site.pid,
      run: () =>
        wrk(site.url, {
          connections: 64,
          seconds,
          script: 'get',
          args: [firms, site.tokens.auditor],
        }),
    },
  ];
}

async function measure() {
  const site = await new Site(temporary_folder()).prepare();
  await site.start_postgres();
  await site.sql(
    'postgres',
    'CREATE DATABASE limits',
    'ALTER SYSTEM SET autovacuum = off',
    'SELECT pg_reload_conf()',
  );
  await site.serve();
  await furnish(site);
  const hello = await serve('hello', `${root}/build/bench/beast_hello`, []);
  const found = await play(site, cases(site, hello), { rounds, seconds_max });
  // The least of the rounds: whatever else runs on the machine only ever adds.
  const cpu = (name) => over_rounds(found[name].map((one) => one.server_us + one.pg_us)).min;
  const [request, row] = [cpu('hello'), cpu('row')];
  console.log(
    `CPU: Beast hello ${request.toFixed(1)} us a request, PostgreSQL ${row.toFixed(1)} us a row`,
  );
  return {
    append: { us: cpu('append'), yardstick: request + row, of: 'a request and a row' },
    bulk: { us: cpu('bulk'), yardstick: row, of: 'a row' },
    read: { us: cpu('read'), yardstick: request, of: 'a request' },
  };
}

async function main(rebase) {
  const measured = await measure();
  const now = Object.fromEntries(
    Object.entries(measured).map(([name, { us, yardstick }]) => [
      name,
      +(us / yardstick).toFixed(3),
    ]),
  );
  if (!Object.values(now).every(Number.isFinite))
    throw new Error(`the machine is too busy to measure anything: ${JSON.stringify(measured)}`);
  if (rebase) {
    writeFileSync(baseline_file, JSON.stringify(now, null, 2) + '\n');
    console.log(`the baseline is now ${JSON.stringify(now)}`);
    return 0;
  }
  const before = JSON.parse(readFileSync(baseline_file, 'utf8'));
  let worse = 0;
  for (const [name, { us, of }] of Object.entries(measured)) {
    const growth = now[name] / before[name];
    const bad = growth > worse_max;
    worse += bad;
    console.log(
      `${name.padEnd(7)} ${us.toFixed(1).padStart(7)} us, ${now[name].toFixed(2)} × ${of}; ` +
        `baseline ${before[name].toFixed(2)}: ${growth.toFixed(2)} of it` +
        (bad ? `, more than ${worse_max}` : ''),
    );
  }
  if (worse)
    console.error(
      'script/bench guard: an entry costs more than it did. Find out what does (perf), or, ' +
        'where it is worth it, commit a new baseline: script/bench guard --baseline',
    );
  return worse ? 1 : 0;
}

let code;
try {
  const rebase = process.argv.includes('--baseline');
  code = await main(rebase);
  for (let more = 2; more > 0 && code !== 0 && !rebase; --more) {
    console.error('script/bench guard: once more');
    code = await main(false);
  }
} catch (failed) {
  console.error(`script/bench guard: ${failed.stack}`);
  code = 1;
}
await clean_up();
process.exit(code);
