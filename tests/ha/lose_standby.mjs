// The standby that confirms commits dies; then both do.
import { sleep } from '../../bench/lib/machine.mjs';
import { Book } from '../fault/lib/book.mjs';
import { arrangement } from './lib/arrangement.mjs';
import { Trials, promise } from './lib/trial.mjs';
import { TimedLoad } from './lib/watch.mjs';

const under_way_ms = 1000;
const alone_ms = 15_000;

async function synchronous_lost({ runs }) {
  const site = await arrangement();
  const book = new Book(site);
  const trials = new Trials(site, book);
  for (let run = 0; run < runs && !book.faults.length; ++run) {
    const node = await site.cluster.synchronous();
    await trials.one({
      strike: () => site.cluster.kill(node),
      heal: () => site.cluster.start_patroni(node),
    });
  }
  await book.prove();
  await site.end();
  return { runs: trials.back.length, faults: book.faults, measured: trials.measured, control: '' };
}

/** Kills both standbys, starts them again after a while; how many were told 201 meanwhile. */
async function alone({ cluster }, load) {
  const primary = await cluster.primary();
  const standbys = cluster.nodes.filter((node) => node !== primary);
  await Promise.all(standbys.map((node) => cluster.kill(node)));
  await sleep(under_way_ms);
  const before = load.at.length;
  await sleep(alone_ms);
  const told = load.at.length - before;
  for (const node of standbys) cluster.start_patroni(node);
  return told;
}

/** The same without synchronous_mode_strict: then the primary goes on alone. */
async function not_strict(site, book) {
  await site.cluster.configure({ synchronous_mode_strict: false });
  const load = new TimedLoad(site);
  load.start();
  const told = await alone(site, load);
  await site.cluster.whole();
  await load.stop();
  if (!told) book.fault('without synchronous_mode_strict nothing is confirmed either');
  return `without synchronous_mode_strict ${told} were told 201 with one copy`;
}

async function both_lost({ runs }) {
  const site = await arrangement();
  const book = new Book(site);
  const trials = new Trials(site, book);
  const strike = async (load) => {
    const told = await alone(site, load);
    if (told) book.fault(`${told} were told 201 without a standby`);
    return performance.now();
  };
  for (let run = 0; run < runs && !book.faults.length; ++run) await trials.one({ strike });
  await book.prove();
  const control = book.faults.length ? '' : await not_strict(site, book);
  await site.end();
  return { runs: trials.back.length, faults: book.faults, measured: trials.measured, control };
}

export const faults = [
  {
    name: 'ha-lose-standby',
    how: 'SIGKILL of PostgreSQL and Patroni of the synchronous standby, started again later',
    promise,
    runs: { short: 2, long: 10 },
    run: synchronous_lost,
  },
  {
    name: 'ha-lose-both-standbys',
    how: `SIGKILL of both standbys, started again after ${alone_ms / 1000} s`,
    promise: `no 201 while there is none; ${promise} from when they are started`,
    runs: { short: 1, long: 5 },
    run: both_lost,
  },
];
