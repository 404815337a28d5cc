// The file system under PostgreSQL or the signer fails or goes read-only.
import {
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  mkdirSync,
  chownSync,
  statSync,
  rmSync,
} from 'node:fs';
import { run, sleep } from '../../bench/lib/machine.mjs';
import { end } from '../../bench/lib/site.mjs';
import { Book } from './lib/book.mjs';
import { Disk } from './lib/disk.mjs';
import { Load } from './lib/load.mjs';
import { between, postgres_again, premises, ready } from './lib/premises.mjs';

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
export async function kill_postgres(site) {
  const pids = family(site.postgres.pid);
  for (const pid of pids) if (lives(pid)) process.kill(pid, 'SIGKILL');
  while (pids.some(lives)) await sleep(10);
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
