// The plug is pulled: what nobody synced is gone, for PostgreSQL and for the signer.
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { at_end, run, sleep } from '../../bench/lib/machine.mjs';
import { temporary_folder } from '../../bench/lib/site.mjs';
import { Book } from './lib/book.mjs';
import { Disk } from './lib/disk.mjs';
import { kill_postgres } from './disk_broken.mjs';
import { Load } from './lib/load.mjs';
import { between, kill, postgres_again, premises, ready } from './lib/premises.mjs';

const hash_size = 32;

/** A ledger whose whole folder is on a disk of its own. */
async function on_a_disk() {
  const folder = temporary_folder();
  const disk = await new Disk(folder).mount_new();
  const site = await premises({ folder });
  await run('sync', ['-f', folder]); // What script/server laid out is not what is tested.
  return { site, disk };
}

const size_in = (checkpoint) => +checkpoint.split('\n')[1];

/** Load, and the plug pulled at a random instant; the largest checkpoint that anyone was shown. */
async function pull_the_plug(site, disk, load, within = [200, 2500]) {
  let shown = 0;
  let running = true;
  const watch = async () => {
    while (running) {
      const text = await site.ask('/v1/log/checkpoint').catch(() => '');
      shown = Math.max(shown, size_in(text) || 0);
      await sleep(20);
    }
  };
  load.start();
  const watched = watch();
  await sleep(between(...within));
  await disk.cut();
  await sleep(100); // Whoever would still say 201 has time to.
  running = false;
  await kill(site.server);
  await kill_postgres(site);
  await load.stop();
  await watched;
  await disk.again();
  return shown;
}

/** What the signer's files say, as the power cut has left them. */
function signer_knows(site) {
  const leaves = Math.floor(statSync(`${site.folder}/log/leaves`).size / hash_size);
  const signed = size_in(readFileSync(`${site.folder}/log/checkpoint`, 'utf8'));
  return Math.min(leaves, signed);
}

async function power_cut({ runs }) {
  const { site, disk } = await on_a_disk();
  const book = new Book(site);
  const load = new Load(site);
  await book.keep();
  await run('sync', ['-f', disk.folder]); // What was kept is an outsider's.
  const sum = { open: 0, shown: 0 };
  for (let run = 0; run < runs && !book.faults.length; ++run) {
    const shown = await pull_the_plug(site, disk, load);
    const known = signer_knows(site);
    if (known < shown) book.fault(`the signer has shown ${shown} entries and knows ${known}`);
    sum.shown += shown > 0 ? 1 : 0;
    await postgres_again(site);
    await site.serve();
    await ready(site);
    await book.read();
    book.compare(load); // What is open may be there, once.
    sum.open += await load.ask_again();
    await book.check(load);
  }
  await book.prove();
  await site.stop();
  await disk.unmount();
  const control = `${await without_wal_sync(book)}; ${await without_signer_sync(book)}`;
  return {
    runs,
    faults: book.faults,
    measured:
      `${load.count(201)} told 201, all there once; ${sum.open} unanswered and asked again, each ` +
      `there once; ${book.size} entries without a gap, proofs hold; ${sum.shown} times a ` +
      'checkpoint had been shown, and the signer knew it afterwards',
    control,
  };
}

/** With PostgreSQL's fsync off, what was told 201 must be lost, or no power is cut. */
async function without_wal_sync(book) {
  const { site, disk } = await on_a_disk();
  const settings = `${site.folder}/postgres/data/postgresql.auto.conf`;
  const before = readFileSync(settings);
  await site.sql('postgres', 'ALTER SYSTEM SET fsync = off', 'SELECT pg_reload_conf()');
  while ((await site.sql('postgres', 'SHOW fsync')) !== 'off') await sleep(20);
  await run('sync', ['-f', disk.folder]);
  const load = new Load(site);
  await pull_the_plug(site, disk, load);
  writeFileSync(settings, before); // Neither the server nor anyone else would take it so.
  await postgres_again(site);
  const probe = new Book(site);
  await probe.read();
  probe.compare(load);
  const told = [...load.told.values()].filter(({ status }) => status === 201);
  const lost = told.filter(({ key }) => !probe.positions.has(key));
  if (!lost.length || !probe.faults.length)
    book.fault('with fsync off nothing is lost: the power cut cuts nothing');
  await site.stop();
  await disk.unmount();
  return `with fsync = off, ${lost.length} of ${told.length} told 201 are lost, and named`;
}

/** With the server's own fsync taken away, the signer must forget what it has shown. */
async function without_signer_sync(book) {
  const { site, disk } = await on_a_disk();
  const [source, library] = [`${disk.folder}.c`, `${disk.folder}.so`];
  at_end(() => [source, library].forEach((file) => rmSync(file, { force: true })));
  writeFileSync(source, 'int fsync(int file) { return file < 0; }');
  await run('gcc', ['-shared', '-fPIC', '-o', library, source]);
  await site.stop_server();
  await site.serve([], { environment: { LD_PRELOAD: library } });
  await run('sync', ['-f', disk.folder]);
  const shown = await pull_the_plug(site, disk, new Load(site), [2500, 2500]);
  const known = signer_knows(site);
  if (known >= shown) book.fault(`without fsync the signer knows ${known} of ${shown} shown`);
  await site.stop();
  await disk.unmount();
  return `without the signer's fsync it knows ${known} of the ${shown} entries it had shown`;
}

export const faults = [
  {
    name: 'power-cut',
    how:
      'the ext4 under PostgreSQL, server and signer is shut down without its journal at a random ' +
      'instant under 16 writers, all are killed, and start from what was synced',
    promise: 'every 201 once, no gap, balances right, proofs hold; the signer knows what it showed',
    runs: { short: 20, long: 300 },
    run: power_cut,
  },
];
