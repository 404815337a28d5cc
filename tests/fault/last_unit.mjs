// 64 clients want the last units of a batch and of an approval, and the server is killed meanwhile.
import { sleep } from '../../bench/lib/machine.mjs';
import { Book } from './lib/book.mjs';
import { Load } from './lib/load.mjs';
import { between, kill, premises, ready, record } from './lib/premises.mjs';

const clients = 64;
const units = 500; // Of each batch; two approvals are granted as many each, and share one batch.

/** Attempts are one unit each: AP-0 and AP-1 race for B-0, AP-2 for more than it is granted. */
function attempt(n) {
  const [approval, batch] = [['AP-0', 'B-0'], ['AP-1', 'B-0'], ['AP-2', 'B-2']][n % 3];
  return ['AllocationReserved', { approval, units: [{ batch, count: 1 }] }];
}

/** The book's own sums: nothing beyond the batch, nothing beyond what was granted, none left over. */
function oversold(book) {
  const reserved = (id) => book.reserved.get(id) ?? 0;
  const of_batch = reserved('AP-0') + reserved('AP-1');
  const over = Math.max(0, of_batch - units) + Math.max(0, reserved('AP-2') - units);
  if (over) book.fault(`${over} units are oversold`);
  if (of_batch < units || reserved('AP-2') < units) book.fault('units were left, and refused');
  return over;
}

async function raced({ runs }) {
  const site = await premises({ granted: units, units: 2 * units });
  await record(site, 'regulator', [
    { type: 'AllocationReserved', data: { approval: 'AP-3', units: [{ batch: 'B-0', count: units }] } },
  ]);
  const book = new Book(site);
  const load = new Load(site, { clients, make: attempt });
  let kills = 0;
  while (load.sent < runs) {
    load.start({ persists: true });
    await sleep(between(300, 1500));
    if (kills < 10) {
      await kill(site.server);
      ++kills;
      await site.serve();
    }
    await load.stop();
    await ready(site);
    await load.ask_again();
  }
  await book.check(load);
  const over = oversold(book);
  await book.prove();
  const control = seen_when_oversold(book, site);
  await site.stop();
  return {
    runs: load.told.size,
    faults: book.faults,
    measured: `${clients} clients, ${kills} kills: ${load.count(201)} reserved, ${load.count(422)} refused, ${over} oversold`,
    control,
  };
}

/** A book with one more reservation of a unit that is gone names it. */
function seen_when_oversold(book, site) {
  const probe = new Book(site);
  const entry = { position: 1, data: { approval: 'AP-0', units: [{ batch: 'B-0', from: 7, to: 7 }] } };
  probe.reserve(entry);
  probe.reserve({ ...entry, position: 2 });
  if (probe.faults.length !== 1) book.fault('the checker does not see a unit that is sold twice');
  return 'a unit reserved twice in what the checker reads: named';
}

export const faults = [
  {
    name: 'last-unit',
    how: '64 clients race for the last units of a batch and of an approval, with SIGKILLs of the server',
    promise: '0 oversold, none left over; every 201 once; proofs hold',
    runs: { short: 5000, long: 1_000_000 },
    run: raced,
  },
];
