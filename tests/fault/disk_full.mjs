// The disk of the WAL, of the tables or of the signer is full, and has room again. As root: mounts.
import { realpathSync, rmSync, statSync } from 'node:fs';
import { at_end, run, sleep } from '../../bench/lib/machine.mjs';
import { end } from '../../bench/lib/site.mjs';
import { Book } from './lib/book.mjs';
import { Load } from './lib/load.mjs';
import { postgres_again, premises, ready } from './lib/premises.mjs';

const room_mib = 96; // Above what a new cluster has there.
const full_ms = 5000;

const folders = {
  wal: (site) => realpathSync(`${site.folder}/postgres/data/pg_wal`),
  data: (site) => realpathSync(`${site.folder}/postgres/data/base`),
  signer: (site) => realpathSync(`${site.folder}/log`),
};

/** Puts what is in `folder` on a small file system of its own; nothing may run on it. */
async function confine(folder) {
  const { uid, gid, mode } = statSync(folder);
  const aside = `${folder}.aside`;
  await run('cp', ['-a', folder, aside]);
  const options = `size=${room_mib}m,uid=${uid},gid=${gid},mode=${(mode & 0o777).toString(8)}`;
  await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  at_end(() => run('umount', ['-l', folder]));
  await run('cp', ['-a', `${aside}/.`, folder]);
  rmSync(aside, { recursive: true });
}

/** Takes the last byte of room there is; dd fails, as it must. */
const fill = (folder) =>
  run('dd', ['if=/dev/zero', `of=${folder}/ballast`, 'bs=4k', 'status=none']).then(
    () => Promise.reject(new Error(`${folder} is not full`)),
    () => {},
  );

async function filled({ runs }, place) {
  const site = await premises();
  const book = new Book(site);
  await book.keep();
  await site.stop_server();
  await end(site.postgres, 'SIGINT');
  const folder = folders[place](site);
  await confine(folder);
  await postgres_again(site);
  await site.serve();
  await ready(site);
  const load = new Load(site, { clients: 8 });
  let refused = 0;
  for (let round = 0; round < runs; ++round) {
    load.start({ persists: true });
    await sleep(500);
    await fill(folder);
    const until = performance.now() + full_ms;
    while (performance.now() < until) {
      // A new segment, and what is dirty written: else a disk that is full is noticed late.
      await site.sql('chipledger', 'SELECT pg_switch_wal()', 'CHECKPOINT').catch(() => {});
      await sleep(200);
    }
    refused += load.unanswered.length;
    rmSync(`${folder}/ballast`);
    await postgres_again(site);
    await load.stop();
    if (site.server.exitCode !== null) book.fault(`the server ended: ${site.server.exitCode}`);
    await ready(site);
    await load.ask_again();
    await book.check(load);
  }
  await book.prove();
  const control = place === 'signer' ? '–' : `${refused} writes were open while it was full`;
  await site.stop();
  return {
    runs,
    faults: book.faults,
    measured: `${load.count(201)} told 201, all once; ready again by itself when there was room`,
    control,
  };
}

const promise = 'no false 201; nothing lost; the server stays and goes on when there is room';

export const faults = Object.keys(folders).map((place) => ({
  name: `disk-full-${place}`,
  how: `a file system of ${room_mib} MiB with the ${place} fills up under 8 writers for ${full_ms / 1000} s, and has room again`,
  promise,
  runs: { short: 2, long: 20 },
  run: (options) => filled(options, place),
}));
