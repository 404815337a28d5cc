// The primary dies, is cut off, or stops, and comes back.
import { sleep } from '../../bench/lib/machine.mjs';
import { Book } from '../fault/lib/book.mjs';
import { arrangement } from './lib/arrangement.mjs';
import { Trials, promise } from './lib/trial.mjs';

const beyond_ttl_ms = 20_000;

/** Runs of one way to lose the primary: `lose(site, node)`, then `regain(site, node)`. */
async function lost(runs, { lose, regain, meanwhile }) {
  const site = await arrangement();
  const book = new Book(site);
  const trials = new Trials(site, book);
  await book.keep();
  for (let run = 0; run < runs && !book.faults.length; ++run) {
    const node = await site.cluster.primary();
    await trials.one({
      strike: () => lose(site, node),
      meanwhile: () => meanwhile?.(site, node, book),
      heal: () => regain(site, node),
    });
  }
  await book.prove();
  await site.end();
  return { runs: trials.back.length, faults: book.faults, measured: trials.measured, control: '' };
}

const killed = {
  lose: (site, node) => site.cluster.kill(node),
  regain: (site, node) => site.cluster.start_patroni(node),
};

const cut_off = {
  lose: (site, node) => site.net.cut(node),
  meanwhile: () => sleep(beyond_ttl_ms),
  regain: (site, node) => site.net.heal(node),
};

const paused = {
  lose: (site, node) => site.net.signal(node, 'SIGSTOP'),
  meanwhile: () => sleep(beyond_ttl_ms),
  regain: (site, node) => site.net.signal(node, 'SIGCONT'),
};

export const faults = [
  {
    name: 'ha-kill-primary',
    how: 'SIGKILL of PostgreSQL and Patroni of the primary at once, started again later',
    promise,
    runs: { short: 2, long: 10 },
    run: ({ runs }) => lost(runs, killed),
  },
  {
    name: 'ha-partition-primary',
    how: "the link of the primary's machine goes down, with its etcd, and is back later",
    promise,
    runs: { short: 2, long: 10 },
    run: ({ runs }) => lost(runs, cut_off),
  },
  {
    name: 'ha-pause-primary',
    how: "SIGSTOP of every process of the primary's machine for longer than ttl, then SIGCONT",
    promise,
    runs: { short: 2, long: 10 },
    run: ({ runs }) => lost(runs, paused),
  },
];
