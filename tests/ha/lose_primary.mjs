// The primary dies, is cut off, or stops, and comes back.
import { sleep } from '../../bench/lib/machine.mjs';
import { Book } from '../fault/lib/book.mjs';
import { arrangement } from './lib/arrangement.mjs';
import { Trials, promise } from './lib/trial.mjs';

const beyond_ttl_ms = 20_000;

/**
 * Runs of one way to lose the primary: `lose(site, node)`, then `regain(site, node)`; `control`
 * looks at the end at what was not under protection.
 */
async function lost(runs, { lose, regain, meanwhile, control = () => '' }) {
  const site = await arrangement();
  await site.sql('postgres', 'CREATE TABLE probe (waits text)');
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
  const found = await control(site, book);
  await site.end();
  return { runs: trials.back.length, faults: book.faults, measured: trials.measured, control: found };
}

const killed = {
  lose: (site, node) => site.cluster.kill(node),
  regain: (site, node) => site.cluster.start_patroni(node),
};

/** A commit on the primary that is cut off; whether it was told to be done. */
const commit_inside = (site, node, waits) =>
  site.cluster
    .sql_inside(node, 'postgres', `SET synchronous_commit = ${waits}`,
      `INSERT INTO probe VALUES ('${waits}') RETURNING 1`)
    .then((said) => said === '1', () => false);

const told_inside = { on: 0, local: 0 };

const cut_off = {
  async lose(site, node) {
    await site.net.cut(node);
    for (const waits of ['on', 'local'])
      void commit_inside(site, node, waits).then((told) => (told_inside[waits] += told));
  },
  meanwhile: () => sleep(beyond_ttl_ms),
  regain: (site, node) => site.net.heal(node),
  async control(site, book) {
    const { on, local } = told_inside;
    if (on) book.fault(`${on} commits on the primary that was cut off were told to be done`);
    const rows = await site.sql('postgres', 'SELECT count(*) FROM probe');
    if (!local || rows !== '0') book.fault(`the control: ${local} told, ${rows} there`);
    return (
      `inside, a commit that waits for the standby is told nothing; ${local} with ` +
      'synchronous_commit = local were told to be done, and are gone'
    );
  },
};

const paused = {
  async lose(site, node) {
    await site.net.signal(node, 'SIGSTOP');
  },
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
