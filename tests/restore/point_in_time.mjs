// Back to a time before a mistake; and what the signer, verify and an outsider say to that.
import { sleep } from '../../bench/lib/machine.mjs';
import { Book } from '../fault/lib/book.mjs';
import { Load } from '../fault/lib/load.mjs';
import { premises } from '../fault/lib/premises.mjs';
import { Backups } from './lib/backups.mjs';
import {
  accept_loss,
  is_there,
  keep,
  mark,
  prove,
  sign,
  size_of,
  verify,
  what_was_kept,
} from './lib/operator.mjs';

const between_marks_ms = 1000;

/** A full backup, entries, mark A, the time to go back to, mark B; all of it archived. */
async function two_marks(site, backups) {
  const load = new Load(site, { clients: 4 });
  await backups.backup('full');
  load.start();
  await sleep(2000);
  await load.stop();
  await load.ask_again();
  await mark(site, 'MARK-A');
  await keep(site, 'early');
  const size = await size_of(site);
  await sleep(between_marks_ms);
  const time = await site.sql('postgres', 'SELECT clock_timestamp()');
  await sleep(between_marks_ms);
  await mark(site, 'MARK-B');
  await keep(site, 'late');
  await backups.archive_all();
  await site.stop_server();
  return { load, time, size };
}

/** What is said of a log that ends before what was signed, by all who remember. */
async function refusals(site, book) {
  const signed = sign(site);
  if (signed.code !== 4 || !signed.said.includes('have been here before'))
    book.fault(`the signer says ${signed.code}: ${signed.said}`);
  await site.serve();
  const answer = await fetch(`${site.url}/readyz`);
  if (answer.status !== 503) book.fault(`/readyz is ${answer.status}`);
  await site.stop_server();
  const own = verify(site);
  if (own.code !== 4) book.fault(`verify on the data folder: ${own.said}`);
}

async function back_in_time({ runs }) {
  const site = await premises();
  const book = new Book(site);
  const backups = await new Backups(site).prepare();
  const { load, time, size } = await two_marks(site, backups);
  // The control: with no time given, what came after is there. It is to leave no trace.
  await backups.destroy();
  await backups.restore('--archive-mode=off');
  await backups.recover();
  if (!(await is_there(site, 'MARK-B'))) book.fault('the latest state has no mark B');
  await backups.destroy();
  await backups.restore('--type=time', `--target=${time}`, '--target-action=promote');
  await backups.recover();
  if (!(await is_there(site, 'MARK-A'))) book.fault('mark A is not there');
  if (await is_there(site, 'MARK-B')) book.fault('mark B is there');
  const found = await size_of(site);
  if (found !== size) book.fault(`${found} entries, and ${size} at that time`);
  await refusals(site, book);
  await accept_loss(site);
  await mark(site, 'MARK-C');
  await book.check(load);
  const vkey = `${site.folder}/both.vkey`;
  await prove(book, { vkey, ...what_was_kept('early') });
  // The control: whoever kept a checkpoint of what is gone can show it, for ever.
  const late = verify(site, { vkey, ...what_was_kept('late') });
  if (late.code !== 4) book.fault(`verify with what was kept later: ${late.said}`);
  await site.stop();
  return {
    runs,
    faults: book.faults,
    measured:
      `${size} entries: mark A is there, mark B is not; signer and verify ended with 4, ` +
      '/readyz 503; with memory and keys put aside the log goes on under a new key, ' +
      'and verify is good with both keys and what was kept before that time',
    control:
      'with no time given mark B is there; with a checkpoint and a receipt kept after that ' +
      'time verify ends with 4',
  };
}

export const faults = [
  {
    name: 'point-in-time',
    how: 'restored to a time between two marks (--type=time)',
    promise:
      'what was committed by then and nothing else; nobody goes on from it without deciding to, ' +
      'and the cut can be shown',
    runs: { short: 1, long: 1 },
    run: back_in_time,
  },
];
