// script/bench and script/bench quick: the ledger, with everything on, beside its peers.
//   Environment: BENCH_PLAN={"rounds":1,"entries":10000} instead of the usual; BENCH_RESULTS=file
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { postgres_bin, root, Site, temporary_folder } from './lib/site.mjs';
import { about_machine, clean_up, peak_of } from './lib/machine.mjs';
import { pgbench, wrk, wrk_beside } from './lib/load.mjs';
import { append_args, firms_total, furnish } from './lib/fixture.mjs';
import {
  batch_insert,
  emmett,
  insert_one,
  message_db,
  nginx_binary,
  set_up_peers,
} from './lib/peers.mjs';
import { play } from './lib/rounds.mjs';
import { ledger_figures } from './ledger_figures.mjs';
import { parts } from './parts.mjs';
import { judged, table_text, write_document, write_headline } from './report.mjs';

const plans = {
  full: { rounds: 5, seconds: 4, seconds_max: 780, entries: 1_000_000, grow_seconds_max: 480 },
  quick: { rounds: 3, seconds: 1, entries: 20_000, grow_seconds_max: 25 },
};

const paths_file = (site, name) => `${site.folder}/${name}.paths`;

function write_paths(site, name, make) {
  writeFileSync(paths_file(site, name), Array.from({ length: 2000 }, (_, i) => make(i)).join('\n'));
}

function peer_appends(site, peers) {
  const plain = (peer) => (connections) => ({
    pid: () => peers[peer].pid,
    run: (seconds) =>
      wrk(peers[peer].url, {
        connections,
        seconds,
        script: 'plain',
        args: [Date.now().toString(36)],
      }),
  });
  const [fastify, grouped] = [plain('fastify'), plain('grouped')];
  const messages = (clients, categories) => ({
    run: (seconds) =>
      pgbench(site, 'message_store', message_db, { clients, seconds, variables: { categories } }),
  });
  return [
    { name: 'message-db, 1 category, 64', ...messages(64, 1) },
    { name: 'message-db, 500 categories, 16', ...messages(16, 500) },
    { name: 'message-db, 500 categories, 64', ...messages(64, 500) },
    { name: 'Emmett, 64', run: (seconds) => emmett(site, { in_flight: 64, seconds }) },
    { name: 'Fastify + pg, 64', ...fastify(64) },
    { name: 'Fastify + pg, 256', ...fastify(256) },
    { name: 'Fastify, group commit, 64', ...grouped(64) },
    { name: 'Fastify, group commit, 256', ...grouped(256) },
    {
      name: 'pgbench, 1 row a commit, 64',
      run: (seconds) => pgbench(site, 'limits', insert_one, { clients: 64, seconds }),
    },
    {
      name: 'PostgreSQL limit, 1000 rows a commit',
      run: (seconds) => batch_insert(site, seconds),
    },
  ];
}

function own_appends(site, peers) {
  const append = (connections, { list = 1, query = '-', settles = true } = {}) => ({
    pid: () => site.pid,
    settles,
    entries: list,
    run: (seconds) =>
      wrk(site.url, {
        connections,
        seconds,
        script: 'append',
        args: append_args(site, { list, query }),
      }),
  });
  return [
    { name: 'chipledger, 1', ...append(1) },
    { name: 'chipledger, 64', ...append(64) },
    { name: 'chipledger, 256', ...append(256) },
    {
      name: 'chipledger, 256, without database',
      ...append(256, { query: '?dry_run=true', settles: false }),
    },
    { name: 'chipledger, bulk 100 × 16', ...append(16, { list: 100 }) },
    {
      name: 'Beast hello, POST, 64',
      pid: () => peers.hello.pid,
      run: (seconds) =>
        wrk(peers.hello.url, {
          connections: 64,
          seconds,
          script: 'append',
          args: append_args(site),
        }),
    },
  ];
}

function reads(site, peers) {
  const get = (url, pid, paths, connections = 64, token = '-') => ({
    pid,
    run: (seconds) =>
      wrk(url(), { connections, seconds, script: 'get', args: [paths_file(site, paths), token] }),
  });
  const own = (paths, connections) =>
    get(
      () => site.url,
      () => site.pid,
      paths,
      connections,
      site.tokens.auditor,
    );
  write_paths(site, 'plain', (i) => `/firms/F-${i % firms_total}`);
  write_paths(site, 'head', (i) => `/v1/firms/F-${i % firms_total}/inventory`);
  return [
    {
      name: 'read: nginx static',
      ...get(
        () => peers.nginx.url,
        () => peers.nginx.pid,
        'plain',
      ),
    },
    {
      name: 'read: Fastify + pg',
      ...get(
        () => peers.fastify.url,
        () => peers.fastify.pid,
        'plain',
      ),
    },
    {
      name: 'read: Beast hello',
      ...get(
        () => peers.hello.url,
        () => peers.hello.pid,
        'plain',
      ),
    },
    { name: 'read: chipledger, head', ...own('head', 64) },
    {
      name: 'read: chipledger, as of',
      ...own('as-of', 64),
      before: async () => {
        const head = await site.entries(),
          first = 4000;
        write_paths(
          site,
          'as-of',
          (i) =>
            `/v1/firms/F-${i % firms_total}/inventory?as_of=` +
            Math.floor(first + Math.random() * (head - first)),
        );
      },
    },
    { name: 'read: chipledger, 16, idle', ...own('head', 16) },
    {
      name: 'read: chipledger, 16, appends at full rate',
      settles: true,
      mixed: true,
      run: async (seconds) => {
        const beside = wrk_beside(site.url, {
          connections: 64,
          seconds: seconds + 1,
          script: 'append',
          args: append_args(site),
        });
        const result = await own('head', 16).run(seconds);
        await beside.result;
        return result;
      },
    },
  ];
}

const shown = (n) => (n >= 100 ? n.toFixed(0) : n.toFixed(2));

function tell(round, one, result) {
  console.error(
    `round ${round + 1}  ${one.name.padEnd(44)} ${shown(result.rate).padStart(9)}/s` +
      `  p99 ${shown(result.p99 ?? NaN).padStart(8)} ms` +
      `  CPU ${shown(result.server_us)} + ${shown(result.pg_us)} us`,
  );
}

async function beside_peers(plan) {
  const site = await new Site(temporary_folder()).prepare();
  await site.start_postgres();
  await site.serve();
  await furnish(site);
  const peers = await set_up_peers(site);
  const cases = [...peer_appends(site, peers), ...own_appends(site, peers), ...reads(site, peers)];
  const found = await play(site, cases, { ...plan, tell });
  const peaks = Object.fromEntries(
    [['chipledger', site.pid], ...Object.values(peers).map((peer) => [peer.name, peer.pid])].map(
      ([name, pid]) => [name, peak_of(pid)],
    ),
  );
  await site.stop_server();
  for (const peer of Object.values(peers)) peer.child.kill('SIGTERM');
  await site.stop();
  return { found, peaks };
}

async function main(kind) {
  const begin = performance.now();
  const plan = { ...plans[kind], ...JSON.parse(process.env.BENCH_PLAN ?? '{}') };
  const { found, peaks } = await beside_peers(plan);
  const ledger = await ledger_figures(plan);
  const measured = {
    kind,
    plan,
    about: about_machine(postgres_bin, nginx_binary),
    found,
    peaks,
    ledger,
    parts: await parts(ledger.read_back),
  };
  measured.minutes = (performance.now() - begin) / 60_000;
  const rows = judged(measured);
  console.log(table_text(measured, rows));
  mkdirSync(`${root}/build/bench`, { recursive: true });
  appendFileSync(
    process.env.BENCH_RESULTS ?? `${root}/build/bench/results.jsonl`,
    JSON.stringify({ time: measured.about.date, bench: kind, ...measured, rows }) + '\n',
  );
  if (kind !== 'full') return;
  write_document(measured, rows);
  write_headline(measured, rows);
}

let code = 0;
try {
  await main(process.argv[2] ?? 'full');
} catch (failed) {
  console.error(`script/bench: ${failed.stack}`);
  code = 1;
}
await clean_up();
process.exit(code);
