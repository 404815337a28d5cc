// The file system under PostgreSQL or the signer fails or goes read-only; the power is cut.
import { readdirSync, readFileSync, realpathSync, renameSync, mkdirSync, chownSync, statSync, rmSync } from 'node:fs';
import { run, sleep } from '../../bench/lib/machine.mjs';
import { end, temporary_folder } from '../../bench/lib/site.mjs';
import { Book } from './lib/book.mjs';
import { Disk } from './lib/disk.mjs';
import { Load } from './lib/load.mjs';
import { between, kill, postgres_again, premises, ready } from './lib/premises.mjs';

const broken_ms = 1500; // With a file system that is broken, under load.

/** PostgreSQL's processes: the postmaster and its children. */
function family(pid) {
  const children = readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      return +stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === pid;
    } catch {
      return false; // It has ended meanwhile.
    }
  });
  return [pid, ...children.map(Number)];
}

const lives = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Ends all of PostgreSQL as a power cut does: nothing is said, nothing is written. */
async function kill_postgres(site) {
  const pids = family(site.postgres.pid);
  for (const pid of pids) if (lives(pid)) process.kill(pid, 'SIGKILL');
  while (pids.some(lives)) await sleep(10);
}

/** A ledger whose whole folder is on a disk of its own. */
async function on_a_disk() {
  const folder = temporary_folder();
  const disk = await new Disk(folder).mount_new();
  const site = await premises({ folder });
  await run('sync', ['-f', folder]); // What script/server laid out is not what is tested.
  return { site, disk };
}

/** Load, the plug pulled at a random instant, everything started again on what was synced. */
async function cut_once(site, disk, load) {
  load.start();
  await sleep(between(200, 1200));
  await disk.cut();
  await sleep(100); // Whoever would still say 201 has time to.
  await kill(site.server);
  await kill_postgres(site);
  await load.stop();
  await disk.again();
  await postgres_again(site);
  await site.serve();
  await ready(site);
}

async function power_cut({ runs }) {
  const { site, disk } = await on_a_disk();
  const book = new Book(site);
  const load = new Load(site);
  await book.keep();
  let asked_again = 0;
  for (let run = 0; run < runs && !book.faults.length; ++run) {
    await cut_once(site, disk, load);
    asked_again += await load.ask_again();
    await book.check(load);
  }
  await book.prove();
  await site.stop();
  await disk.unmount();
  const control = await unsynced(book);
  return {
    runs,
    faults: book.faults,
    measured:
      `${load.count(201)} told 201, all there once; ${asked_again} unanswered and asked again, ` +
      `each there once; ${book.size} entries, proofs hold`,
    control,
  };
}

/** The same with fsync off must lose what was told 201, or the harness cuts no power. */
async function unsynced(book) {
  const { site, disk } = await on_a_disk();
  await site.sql('postgres', 'CHECKPOINT', 'ALTER SYSTEM SET fsync = off', 'SELECT pg_reload_conf()');
  await run('sync', ['-f', disk.folder]);
  const load = new Load(site);
  let lost;
  try {
    await cut_once(site, disk, load);
    const probe = await new Book(site).check(load);
    lost = probe.faults.some((text) => text.includes('was told 201'));
  } catch (error) {
    lost = /does not start|never answered|not ready|ended with/.test(error.message);
  }
  if (!lost) book.fault('with fsync off nothing is lost: the power cut cuts nothing');
  await kill(site.server).catch(() => {});
  await site.stop();
  await disk.unmount();
  return `with fsync = off, of ${load.count(201)} told 201 some are lost, or the ledger does not open`;
}

const folders = {
  data: (site) => realpathSync(`${site.folder}/postgres/data`),
  signer: (site) => realpathSync(`${site.folder}/log`),
};

/** Moves a folder that nobody uses onto a disk of its own. */
async function move_onto_disk(folder) {
  const aside = `${folder}.aside`;
  const { uid, gid, mode } = statSync(folder);
  renameSync(folder, aside);
  mkdirSync(folder, { mode: mode & 0o777 });
  chownSync(folder, uid, gid);
  const disk = await new Disk(folder).mount_new();
  await run('cp', ['-a', `${aside}/.`, folder]);
  await run('sync', ['-f', folder]);
  rmSync(aside, { recursive: true });
  return disk;
}

async function broken({ runs }, place, breaks) {
  const site = await premises();
  const book = new Book(site);
  await book.keep();
  await site.stop_server();
  await end(site.postgres, 'SIGINT');
  const disk = await move_onto_disk(folders[place](site));
  await site.start_postgres();
  await site.serve();
  await ready(site);
  const load = new Load(site, { clients: 8 });
  const seen = { refused: 0, recorded: 0 };
  for (let round = 0; round < runs && !book.faults.length; ++round) {
    load.start();
    await sleep(between(200, 500));
    await disk[breaks]();
    const told = load.count(201);
    await sleep(broken_ms);
    seen.recorded += load.count(201) - told;
    await load.stop();
    seen.refused += load.unanswered.length;
    if (place === 'data') await kill_postgres(site);
    await disk.again();
    await postgres_again(site);
    if (site.server.exitCode !== null) book.fault(`the server ended: ${site.server.exitCode}`);
    await ready(site);
    await load.ask_again();
    await book.check(load);
  }
  await book.prove();
  await site.stop();
  await disk.unmount();
  if (place === 'data' && !seen.refused) book.fault('nothing was refused: it was not broken');
  return {
    runs,
    faults: book.faults,
    measured:
      `${load.count(201)} told 201, all once, ${seen.recorded} of them while it was broken; ` +
      `${seen.refused} told 503 or nothing, each once after; ready again by itself`,
    control: '–',
  };
}

const promise = 'no false 201; nothing lost; the server stays and goes on when it is back';
const break_words = { cut: 'gives EIO for every call, fsync too', freeze: 'goes read-only' };

export const faults = [
  {
    name: 'power-cut',
    how:
      'the ext4 under PostgreSQL, server and signer is shut down without its journal at a random ' +
      'instant under 16 writers, all are killed, and start from what was synced',
    promise: 'every 201 once, no gap, balances right, proofs hold, the signer signs on',
    runs: { short: 20, long: 300 },
    run: power_cut,
  },
  ...[
    ['io-error-data', 'data', 'cut'],
    ['io-error-signer', 'signer', 'cut'],
    ['read-only-data', 'data', 'freeze'],
    ['read-only-signer', 'signer', 'freeze'],
  ].map(([name, place, breaks]) => ({
    name,
    how:
      `the file system with the ${place} ${break_words[breaks]}, under 8 writers for ` +
      `${broken_ms / 1000} s, and is mounted anew`,
    promise,
    runs: { short: 5, long: 100 },
    run: (options) => broken(options, place, breaks),
  })),
];
