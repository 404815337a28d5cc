// What a grown ledger costs: to start, to verify, on disk, in memory; each beside its yardstick.
import { spawn } from 'node:child_process';
import { drop_snapshots, grown_facts, grown_site } from './audit.mjs';
import { chipledger, temporary_folder } from './lib/site.mjs';
import { cpu_of_family, memory_of, median, run } from './lib/machine.mjs';

const repeat_limit_ms = 90_000; // A large ledger is started and verified once.

const seconds_of = async (work) => {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
};

/** CPU seconds of a program and whether it ended well: bash's `times` of a child. */
async function cpu_seconds(program, args) {
  const quoted = [program, ...args].map((word) => `'${word}'`).join(' ');
  const out = await run('bash', [
    '-c',
    `set -o pipefail; TIMEFORMAT='%U %S'; { time ${quoted} >/dev/null; } 2>&1 | tail -1`,
  ]);
  const [user, system] = out.trim().split(' ').map(Number);
  return user + system;
}

/** SHA-256 of 400-byte blocks, a second and core. */
async function sha256_rate() {
  const out = await run('bash', [
    '-c',
    'openssl speed -elapsed -seconds 1 -bytes 400 sha256 2>/dev/null | tail -1',
  ]);
  return (+out.match(/([\d.]+)k\s*$/)[1] * 1000) / 400;
}

/** Relations of the log with all their indexes, and the whole database, in bytes. */
async function disk(site) {
  const number = async (sql) => +(await site.sql('chipledger', sql));
  await site.sql('chipledger', 'VACUUM');
  return {
    canonical: await number('SELECT sum(length(bytes)) FROM event'),
    event: await number("SELECT pg_total_relation_size('event')"),
    subjects: await number("SELECT pg_total_relation_size('event_subject')"),
    commands: await number("SELECT pg_total_relation_size('command')"),
    database: await number("SELECT pg_database_size('chipledger')"),
  };
}

/** The log as text, ordered, to nowhere: what psql needs for it. */
const copy_out = (site) =>
  new Promise((done, failed) => {
    const child = spawn(
      'psql',
      [
        '-X',
        '-q',
        '-h',
        site.socket,
        '-U',
        'postgres',
        '-d',
        'chipledger',
        '-c',
        'COPY (SELECT * FROM event ORDER BY position) TO STDOUT',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    child.once('exit', (code) => (code === 0 ? done() : failed(new Error('psql COPY failed'))));
  });

/** What PostgreSQL takes to give the signer an entry back, in CPU microseconds. */
async function read_back_us(site, entries) {
  const before = cpu_of_family(site.postgres.pid);
  await run('bash', [
    '-c',
    `psql -X -q -h '${site.socket}' -U postgres -d chipledger -c ` +
      `"COPY (SELECT salt, bytes FROM event ORDER BY position) TO STDOUT (FORMAT binary)" ` +
      `>/dev/null`,
  ]);
  return (cpu_of_family(site.postgres.pid) - before) / entries;
}

/** Grows a ledger, in `folder` if it is to be kept, and measures it; `ask` may ask the server more,
    while it runs. */
export async function ledger_figures(
  { entries, rounds, grow_seconds_max, folder = temporary_folder() },
  ask = async () => {},
) {
  const site = await grown_site(folder, entries, { seconds_max: grow_seconds_max });
  const facts = grown_facts(site);
  const copies = [],
    starts = [],
    verifies = [],
    hashes = [];
  const begin = performance.now();
  let memory = 0;
  for (let round = 0; round < Math.min(rounds, 3); ++round) {
    if (performance.now() - begin > repeat_limit_ms) break;
    copies.push(facts.entries / (await seconds_of(() => copy_out(site))));
    await drop_snapshots(site);
    starts.push(facts.entries / (await site.serve()));
    if (round === 0) await site.settle();
    memory = memory_of(site.pid);
    await site.stop_server();
    hashes.push(await sha256_rate());
    if (round === 0 || facts.entries < 200_000)
      verifies.push(
        facts.entries / (await cpu_seconds(chipledger, ['verify', '--data', site.folder])),
      );
  }
  const warm = await site.serve();
  await ask(site, facts.entries);
  await site.stop_server();
  const sizes = await disk(site);
  const read_back = await read_back_us(site, facts.entries);
  await site.stop();
  return {
    ...facts,
    copies,
    starts,
    verifies,
    hashes,
    warm,
    sizes,
    read_back,
    cold: facts.entries / median(starts),
    memory_per_entry: (memory - facts.empty_bytes) / facts.entries,
  };
}
