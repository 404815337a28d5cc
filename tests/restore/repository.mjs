// What is wrong with a backup itself: a segment of WAL that is missing, a file with a flipped bit.
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { sleep } from '../../bench/lib/machine.mjs';
import { Book } from '../fault/lib/book.mjs';
import { Load } from '../fault/lib/load.mjs';
import { premises } from '../fault/lib/premises.mjs';
import { Backups } from './lib/backups.mjs';
import { keep, prove, sign, size_of, verify, what_was_kept } from './lib/operator.mjs';

const segments = 4; // Of the archive, after the backup, each with entries of its own.

/** A full backup, then entries in several segments; the server and its clients have ended. */
async function archived() {
  const site = await premises();
  const book = new Book(site);
  const backups = await new Backups(site).prepare();
  await backups.backup('full');
  const load = new Load(site, { clients: 4 });
  for (let i = 0; i < segments; ++i) {
    load.start();
    await sleep(500);
    await load.stop();
    await backups.archive_all();
  }
  await load.ask_again();
  await keep(site);
  await backups.archive_all();
  await site.stop_server();
  return { site, book, backups, load };
}

/** What `pgbackrest verify` says of the repository. */
const status_of = ({ said }) => said.match(/^status: (.*)$/m)?.[1];

const files_under = (folder) =>
  readdirSync(folder, { recursive: true }).map((name) => `${folder}/${name}`);

/** Restored and recovered, without a trace in the archive. */
async function rehearse(backups) {
  await backups.destroy();
  await backups.restore('--archive-mode=off');
  await backups.recover();
  return size_of(backups.site);
}

async function without_segment({ runs }) {
  const { site, book, backups, load } = await archived();
  const all = await size_of(site);
  const archive = files_under(`${backups.repository}/archive`)
    .filter((path) => /\/[0-9A-F]{24}-[0-9a-f]{40}\.gz$/.test(path))
    .sort();
  const missing = archive.at(-segments);
  renameSync(missing, `${backups.home}/missing`);
  const name = missing.match(/\/([0-9A-F]{24})-/)[1];
  const checked = backups.attempt('verify', '--output=text', '--verbose');
  const found = await rehearse(backups);
  if (found >= all) book.fault(`without ${name} all ${all} entries are there`);
  const signed = sign(site);
  if (signed.code !== 4) book.fault(`the signer says ${signed.code}: ${signed.said}`);
  const shown = verify(site, what_was_kept());
  if (shown.code !== 4) book.fault(`verify: ${shown.said}`);
  renameSync(`${backups.home}/missing`, missing);
  renameSync(`${site.folder}/log/alarm`, `${site.folder}/log/alarm.looked-into`);
  const again = await rehearse(backups);
  if (again !== all) book.fault(`with ${name} back there are ${again} of ${all} entries`);
  await site.serve();
  await book.check(load);
  await prove(book, what_was_kept());
  await site.stop();
  return {
    runs,
    faults: book.faults,
    measured:
      `PostgreSQL ended the recovery at the gap, with ${found} of ${all} entries; ` +
      `pgBackRest's own verify says "${status_of(checked)}" of the gap; ` +
      'the signer refused, chipledger verify ended with 4',
    control: `the segment put back: ${again} entries, the signer signs, verify good`,
  };
}

/** Flips a bit in the middle of the largest file of the last backup; how to undo it. */
async function damage(backups) {
  const { label } = (await backups.info()).backup.at(-1);
  const [largest] = files_under(`${backups.repository}/backup/ledger/${label}/pg_data/base`)
    .filter((path) => path.endsWith('.gz'))
    .map((path) => ({ path, bytes: readFileSync(path) }))
    .sort((a, b) => b.bytes.length - a.bytes.length);
  const bad = Buffer.from(largest.bytes);
  bad[bad.length >> 1] ^= 1;
  writeFileSync(largest.path, bad);
  return () => writeFileSync(largest.path, largest.bytes);
}

async function flipped({ runs }) {
  const { site, book, backups, load } = await archived();
  const undo = await damage(backups);
  const checked = backups.attempt('verify', '--output=text', '--verbose');
  if (status_of(checked) !== 'error') book.fault(`pgbackrest verify: ${checked.said}`);
  await backups.destroy();
  const refused = await backups.restore().then(
    () => undefined,
    (error) => error.message,
  );
  if (!refused) book.fault('a backup with a flipped bit is restored');
  undo();
  const good = backups.attempt('verify', '--output=text', '--verbose');
  if (status_of(good) !== 'ok') book.fault(`put back, pgbackrest verify: ${good.said}`);
  await backups.restore();
  await backups.recover();
  await site.serve();
  await book.check(load);
  await prove(book, what_was_kept());
  await site.stop();
  return {
    runs,
    faults: book.faults,
    measured:
      `pgbackrest verify says "${status_of(checked)}" (and ends with ${checked.code}); ` +
      'pgbackrest restore fails',
    control: 'the bit put back: "ok", restored, chipledger verify good',
  };
}

export const faults = [
  {
    name: 'segment-missing',
    how: 'one segment of WAL is taken out of the archive, and the latest state restored',
    promise:
      'it is not taken for the latest: the signer refuses, verify with what was kept ends with 4',
    runs: { short: 1, long: 1 },
    run: without_segment,
  },
  {
    name: 'backup-damaged',
    how: 'a bit of the largest file of a backup flips, and the backup is restored',
    promise: 'pgBackRest says so and does not restore it',
    runs: { short: 1, long: 1 },
    run: flipped,
  },
];
