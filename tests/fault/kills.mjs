// The server, one backend, or all of PostgreSQL is killed in the middle of its work.
import { sleep } from '../../bench/lib/machine.mjs';
import { Book } from './lib/book.mjs';
import { Load } from './lib/load.mjs';
import { between, kill, postgres_again, premises, ready } from './lib/premises.mjs';

const before_ms = [30, 400]; // A kill comes at a random instant of this span.

async function kill_server(site) {
  await kill(site.server);
  await site.serve();
}

const checkpointer =
  "SELECT backend_start FROM pg_stat_activity WHERE backend_type = 'checkpointer'";

/** Waits until PostgreSQL has ended all that it had started, and is through with its recovery. */
async function restarted(site, before) {
  const asked = () => site.sql('postgres', checkpointer).catch(() => before);
  while ([before, ''].includes(await asked())) await sleep(20);
}

// A backend may end by itself between the question and the signal: then another is struck.
export async function kill_backend(site) {
  const before = await site.sql('postgres', checkpointer);
  while (true) {
    const pid = +(await site.sql(
      'chipledger',
      "SELECT pid FROM pg_stat_activity WHERE usename = 'chipledger' ORDER BY random() LIMIT 1",
    ));
    try {
      if (pid > 0 && process.kill(pid, 'SIGKILL')) return await restarted(site, before);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
    await sleep(10);
  }
}

async function kill_postmaster(site) {
  await kill(site.postgres);
  await sleep(between(0, 300));
  await postgres_again(site);
}

/** Runs of load, kill, questions asked again, check; a whole proof at the end. */
async function killed(runs, strike) {
  const site = await premises();
  const book = new Book(site);
  const load = new Load(site);
  await book.keep();
  let asked_again = 0;
  for (let run = 0; run < runs && !book.faults.length; ++run) {
    load.start();
    await sleep(between(...before_ms));
    await strike(site);
    await load.stop();
    await ready(site);
    await book.read();
    book.compare(load); // What is open may be there, once.
    asked_again += await load.ask_again();
    await book.check(load);
  }
  await book.prove();
  const control = lost_one(book, load);
  await site.stop();
  return {
    runs,
    faults: book.faults,
    measured:
      `${load.count(201)} told 201, all there once; ${load.told.size - load.count(201)} refused, ` +
      `none there; ${asked_again} unanswered and asked again, each there once; ` +
      `${book.size} entries without a gap`,
    control,
  };
}

/** The checker itself: an entry that it has not read, and one it reads twice, are both named. */
function lost_one(book, load) {
  const told = [...load.told.values()].find((one) => one.status === 201);
  const probe = new Book(book.site);
  probe.positions = new Map(book.positions);
  probe.positions.delete(told.key);
  probe.compare(load);
  const lost = probe.faults.length === 1;
  probe.faults = [];
  probe.positions.set(told.key, [told.position, told.position + 1]);
  probe.compare(load);
  if (!lost || !probe.faults.length) book.fault('the checker does not see a lost or double entry');
  return 'an entry taken out of, or put twice into, what the checker read: named both times';
}

const promise = 'every 201 once, every refusal absent, no gap, balances right, proofs hold';

export const faults = [
  {
    name: 'kill-server',
    how: 'SIGKILL of the server at a random instant under 16 writers',
    promise,
    runs: { short: 200, long: 2000 },
    run: ({ runs }) => killed(runs, kill_server),
  },
  {
    name: 'kill-backend',
    how: 'SIGKILL of one of its PostgreSQL backends; the server stays and recovers by itself',
    promise,
    runs: { short: 30, long: 500 },
    run: ({ runs }) => killed(runs, kill_backend),
  },
  {
    name: 'kill-postmaster',
    how: 'SIGKILL of the postmaster, started again within 0.3 s; the server stays',
    promise,
    runs: { short: 20, long: 500 },
    run: ({ runs }) => killed(runs, kill_postmaster),
  },
];
