// What an operator does around a restore, as docs/operations.md has it, and what is asked of it.
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { sleep } from '../../../bench/lib/machine.mjs';
import { command } from '../../fault/lib/book.mjs';
import { record } from '../../fault/lib/premises.mjs';
import { lsn } from './backups.mjs';

export const firm = (name) => ({
  type: 'FirmRegistered',
  data: { firm: name, name: 'N', tier: 'T1' },
});

/** Records one entry that can be looked for; as a role that must be let in. */
export const mark = (site, name) => record(site, 'regulator', [firm(name)]);

export const is_there = async (site, name) =>
  (await site.sql(
    'chipledger',
    `SELECT count(*) FROM event WHERE convert_from(bytes, 'UTF8') LIKE '%"${name}"%'`,
  )) !== '0';

export const size_of = async (site) => +(await site.sql('chipledger', 'SELECT size FROM log_head'));

/** What the signer says about the database that is there: its exit code and its words. */
export const sign = (site) => command(site, 'sign', '--once');

/** `chipledger verify` with what an outsider kept. */
export function verify(
  site,
  { vkey = `${site.folder}/log.vkey`, checkpoints = [], receipts = [] } = {},
) {
  const kept = [
    ...checkpoints.flatMap((name) => ['--checkpoint', `${site.folder}/${name}`]),
    ...receipts.flatMap((name) => ['--receipt', `${site.folder}/${name}`]),
  ];
  return command(site, 'verify', '--vkey', vkey, ...kept);
}

/** Keeps a checkpoint and a receipt of the head, as an outsider would. */
export async function keep(site, name = 'kept') {
  await site.settle();
  const path = `/v1/log/receipts/${await site.entries()}`;
  writeFileSync(`${site.folder}/${name}-checkpoint`, await site.ask('/v1/log/checkpoint'));
  writeFileSync(`${site.folder}/${name}-receipt`, await site.ask(path, { role: 'auditor' }));
}

export const what_was_kept = (name = 'kept') => ({
  checkpoints: [`${name}-checkpoint`],
  receipts: [`${name}-receipt`],
});

/** How many entries the signer remembers. */
export function remembered(site) {
  const leaves = `${site.folder}/log/leaves`;
  return existsSync(leaves) ? Math.floor(statSync(leaves).size / 32) : 0;
}

/**
 * The operator accepts knowingly that the log is shorter: memory and keys go aside, and the log
 * goes on under a new key. Both keys are then in `both.vkey`: the old one is for what it signed.
 */
export async function accept_loss(site) {
  const { folder } = site;
  renameSync(`${folder}/log`, `${folder}/log.before`);
  renameSync(`${folder}/log.vkey`, `${folder}/log.vkey.before`);
  await site.serve();
  copyFileSync(`${folder}/log.vkey.before`, `${folder}/both.vkey`);
  appendFileSync(`${folder}/both.vkey`, readFileSync(`${folder}/log.vkey`));
}

/** A start from nothing answers the same, and `verify` finds every proof good. */
export async function prove(book, kept) {
  const { site } = book;
  await site.settle();
  const live = JSON.stringify(await site.ask('/v1/summary'));
  await site.stop_server();
  await site.serve();
  if (JSON.stringify(await site.ask('/v1/summary')) !== live)
    book.fault('a start from nothing folds to something else');
  await site.settle();
  const { code, said } = verify(site, kept);
  if (code !== 0) book.fault(`verify: ${said.slice(0, 300)}`);
}

/** Size of the log and end of the WAL, again and again: what an archived segment brings back. */
export class Samples {
  constructor(site) {
    this.site = site;
    this.taken = [];
  }

  start() {
    this.running = true;
    this.ended = this.take();
  }

  async take() {
    while (this.running) {
      await this.once().catch(() => {});
      await sleep(50);
    }
  }

  async once() {
    const at = performance.now();
    const row = await this.site.sql(
      'chipledger',
      "SELECT size || ' ' || pg_current_wal_lsn() FROM log_head",
    );
    const [size, end] = row.split(' ');
    this.taken.push({ at, size: +size, end: lsn(end) });
  }

  async stop() {
    this.running = false;
    await this.ended;
  }

  /** The size of the log that was there when the WAL ended at or before `end`. */
  size_at(end) {
    return Math.max(0, ...this.taken.filter((one) => one.end <= end).map(({ size }) => size));
  }

  /** When the log was first seen longer than `size`. */
  first_beyond(size) {
    return this.taken.find((one) => one.size > size)?.at;
  }
}

// The checkpoint before the leaves: it must not be of more entries than there are hashes.
const own_files = ['pepper', 'log.vkey', 'log/keys', 'log/checkpoint', 'log/leaves', 'log/policy'];

function copy_keys(from, to) {
  mkdirSync(`${to}/log`, { recursive: true, mode: 0o700 });
  for (const name of own_files)
    if (existsSync(`${from}/${name}`)) copyFileSync(`${from}/${name}`, `${to}/${name}`);
}

/** The key backup: what the data folder has that is nowhere else, while the server runs or not. */
export const back_up_keys = (site, target) => copy_keys(site.folder, target);
export const restore_keys = (site, source) => copy_keys(source, site.folder);

/** Files of the ledger are gone from its folder; they are in another. */
export function set_aside(site, name, files = [...own_files, 'log/alarm', 'snapshot']) {
  mkdirSync(`${site.folder}/${name}/log`, { recursive: true });
  for (const file of files)
    if (existsSync(`${site.folder}/${file}`))
      renameSync(`${site.folder}/${file}`, `${site.folder}/${name}/${file}`);
}
