// PostgreSQL's folder is destroyed under load, and the latest state is restored.
import { cpSync } from 'node:fs';
import { run, sleep } from '../../bench/lib/machine.mjs';
import { Book } from '../fault/lib/book.mjs';
import { Load } from '../fault/lib/load.mjs';
import { premises, ready } from '../fault/lib/premises.mjs';
import { archive_timeout_s, Backups } from './lib/backups.mjs';
import {
  accept_loss,
  keep,
  mark,
  prove,
  remembered,
  Samples,
  sign,
  size_of,
  what_was_kept,
} from './lib/operator.mjs';

const load_ms = 7000;
const slack_ms = 60_000; // For archiving itself, on a machine that does other things too.

/** A ledger with a full and an incremental backup made under load, which goes on until the end. */
async function destroyed({ keep_wal }) {
  const site = await premises();
  const book = new Book(site);
  const backups = await new Backups(site).prepare();
  await keep(site);
  const load = new Load(site, { clients: 4 });
  const samples = new Samples(site);
  samples.start();
  load.start();
  await backups.backup('full');
  await backups.backup('incr');
  await sleep(load_ms);
  await mark(site, 'THE-LAST'); // So that there is something that no archive has.
  await samples.once();
  const at = performance.now();
  await backups.destroy(keep_wal && { keep: `${site.folder}/postgres/pg_wal.kept` });
  await load.stop();
  await samples.stop();
  await site.stop_server();
  return { site, book, backups, load, samples, at };
}

/** Those who were told 201 for an entry that is not there. */
const lost_of = (load, size) =>
  [...load.told.values()].filter(({ status, position }) => status === 201 && position > size);

/** How many told 201 are missing for a checker that knows of no loss and no positions. */
async function named_by_checker(site, load) {
  const book = new Book(site);
  await book.read();
  const told = [...load.told.values()].filter(({ status }) => status === 201);
  return told.filter(({ key }) => !book.positions.has(key)).length;
}

/** The server again; who lost an answer, or heard none, asks again with the same key. */
async function go_on({ site, book, load }, lost) {
  for (const one of lost) Object.assign(one, { status: undefined, position: undefined });
  await ready(site);
  await load.ask_again();
  await book.check(load);
}

async function from_archive() {
  const drill = await destroyed({ keep_wal: false });
  const { site, book, backups, load, samples, at } = drill;
  const told = load.count(201);
  const end = await backups.archived();
  await backups.restore();
  await backups.recover();
  const size = await size_of(site);
  const sure = samples.size_at(end);
  if (size < sure) book.fault(`${sure} entries were archived, and ${size} are there`);
  const lost = lost_of(load, size);
  const window_ms = lost.length ? at - (samples.first_beyond(size) ?? at) : 0;
  if (window_ms > archive_timeout_s * 1000 + slack_ms)
    book.fault(`what was recorded in the last ${window_ms.toFixed(0)} ms is lost`);
  // The controls: were all to be there, the same comparisons would find what is missing.
  const last = samples.size_at(Infinity);
  if (size >= last)
    book.fault(`all of ${last} entries are there: nothing shows that one may be lost`);
  const named = await named_by_checker(site, load);
  if (named !== lost.length) book.fault(`${lost.length} lost, ${named} named`);
  const shorter = remembered(site) > size;
  const signed = sign(site);
  if (shorter && !(signed.code === 4 && signed.said.includes('have been here before')))
    book.fault(`the signer says ${signed.code}: ${signed.said}`);
  if (shorter) await accept_loss(site);
  else await site.serve();
  await go_on(drill, lost);
  await prove(book, { ...what_was_kept(), ...(shorter && { vkey: `${site.folder}/both.vkey` }) });
  await site.stop();
  return {
    faults: book.faults,
    measured:
      `${told} told 201; ${sure} entries archived for sure, ${size} there again; ${lost.length} ` +
      `told 201 in the last ${(window_ms / 1000).toFixed(1)} s lost, ` +
      `${shorter ? 'the signer refused' : 'none of them signed'}; sent again with their keys, ` +
      'each there once; verify good with what was kept',
    control:
      `held to the ${last} entries of its last sample the check fails; ` +
      `a checker that knows of no loss names ${named}`,
  };
}

async function with_wal() {
  const drill = await destroyed({ keep_wal: true });
  const { site, book, backups, load } = drill;
  const told = load.count(201);
  // The control: the same without the WAL that survived. Its history is to leave no trace.
  await backups.restore('--archive-mode=off');
  await backups.recover();
  const without = lost_of(load, await size_of(site)).length;
  const named = await named_by_checker(site, load);
  await backups.destroy();
  await backups.restore();
  const kept = `${site.folder}/postgres/pg_wal.kept`;
  cpSync(kept, `${backups.data}/pg_wal`, {
    recursive: true,
    filter: (path) => !path.includes('archive_status'),
  });
  if (process.getuid() === 0)
    await run('chown', ['-R', 'postgres:postgres', `${backups.data}/pg_wal`]);
  await backups.recover();
  const lost = lost_of(load, await size_of(site));
  if (lost.length) book.fault(`${lost.length} told 201 are not there: ${lost[0].key}`);
  const { code, said } = sign(site);
  if (code !== 0) book.fault(`the signer says ${code}: ${said}`);
  await site.serve();
  await go_on(drill, []);
  await prove(book, what_was_kept());
  if (without === 0 || named !== without)
    book.fault(`without pg_wal ${without} are missing, ${named} named`);
  await site.stop();
  return {
    faults: book.faults,
    measured:
      `${told} told 201, all there once; the signer goes on with its memory; ` +
      'verify good with what was kept',
    control: `without the kept pg_wal ${without} told 201 are missing; the checker names ${named}`,
  };
}

/** Once for each run; the last one's figures, all one's faults. */
async function repeated(runs, drill) {
  let last;
  const faults = [];
  for (let run = 0; run < runs; ++run) faults.push(...(last = await drill()).faults);
  return { ...last, runs, faults };
}

export const faults = [
  {
    name: 'archive-only',
    how:
      "under load PostgreSQL's whole folder is destroyed; restored to the latest from the last " +
      'full and incremental backup and the archive',
    promise:
      'every entry whose WAL was archived is there; lost is at most what archive_timeout ' +
      `(here ${archive_timeout_s} s) leaves open; the signer refuses a log shorter than it signed`,
    runs: { short: 1, long: 5 },
    run: ({ runs }) => repeated(runs, from_archive),
  },
  {
    name: 'pg-wal-kept',
    how:
      'the same, but pg_wal was on a disk of its own that survives, and is copied into the ' +
      'restored folder',
    promise: 'every 201 is there, and the signer goes on',
    runs: { short: 1, long: 5 },
    run: ({ runs }) => repeated(runs, with_wal),
  },
];
