// The whole machine is lost, the database and the ledger's folder: the archive and the key backup
// bring it back.
import { readFileSync } from 'node:fs';
import { sleep } from '../../bench/lib/machine.mjs';
import { Book } from '../fault/lib/book.mjs';
import { Load } from '../fault/lib/load.mjs';
import { premises } from '../fault/lib/premises.mjs';
import { Backups } from './lib/backups.mjs';
import {
  back_up_keys,
  keep,
  mark,
  prove,
  remembered,
  restore_keys,
  set_aside,
  size_of,
  what_was_kept,
} from './lib/operator.mjs';

/** The control: without the key backup it is another ledger, to its users and to its auditors. */
async function without_keys(site, book, keys) {
  await site.serve();
  const { status } = await site.ask('/v1/summary', { any: true });
  if (status !== 401) book.fault(`without the pepper a token is told ${status}`);
  const of = (folder) => readFileSync(`${folder}/log.vkey`, 'utf8');
  if (of(site.folder) === of(keys)) book.fault('without its keys it signs under the same key');
  await site.stop_server();
  set_aside(site, 'without-keys');
}

async function lost({ runs }) {
  const site = await premises();
  const book = new Book(site);
  const backups = await new Backups(site).prepare();
  const load = new Load(site, { clients: 4 });
  load.start();
  await backups.backup('full');
  await sleep(1500);
  const keys = `${site.folder}/keys.backup`;
  back_up_keys(site, keys); // While it is written to.
  await sleep(1000);
  await load.stop();
  await load.ask_again();
  await keep(site);
  await backups.archive_all();
  const signed = remembered(site);
  await site.stop_server();
  await backups.destroy();
  set_aside(site, 'lost');
  await backups.restore();
  await backups.recover();
  const size = await size_of(site);
  if (size < signed) book.fault(`${signed} entries were archived, ${size} are there`);
  await without_keys(site, book, keys);
  restore_keys(site, keys);
  const memory = remembered(site);
  await site.serve();
  await book.check(load);
  await mark(site, 'AFTERWARDS');
  await prove(book, { vkey: `${keys}/log.vkey`, ...what_was_kept() });
  await site.stop();
  return {
    runs,
    faults: book.faults,
    measured:
      `${size} entries, ${load.count(201)} told 201, all there once; tokens work; the signer ` +
      `went on from the ${memory} entries that the key backup remembered; ` +
      'verify good with the old key',
    control: 'without the key backup every token is 401 and the log has another key',
  };
}

export const faults = [
  {
    name: 'machine-lost',
    how:
      "PostgreSQL's folder and the ledger's are destroyed; restored from pgBackRest's repository " +
      'and from a key backup that was made earlier, under load',
    promise: 'all that was archived is there, under the same key, for the same tokens',
    runs: { short: 1, long: 1 },
    run: lost,
  },
];
