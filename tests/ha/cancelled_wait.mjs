// Commits that wait for the standby are cancelled, and the primary dies with what nobody else has.
import { sleep } from '../../bench/lib/machine.mjs';
import { Book } from '../fault/lib/book.mjs';
import { arrangement } from './lib/arrangement.mjs';
import { Trials, promise } from './lib/trial.mjs';

const frozen_ms = 3000; // Shorter than wal_sender_timeout: Patroni still counts on the standby.
const under_way_ms = 300;

/** Ends every wait for a standby by `how`; how many there were. */
const end_waits = async ({ cluster }, node, how) =>
  +(await cluster.sql(
    node,
    'postgres',
    `SELECT count(${how}(pid)) FROM pg_stat_activity
     WHERE wait_event = 'SyncRep' AND pid <> pg_backend_pid()`,
  ));

/** With the standbys frozen: waits end by `how` again and again; nobody may be told 201. */
async function cancel(site, load, how, book) {
  const { cluster } = site;
  const node = await cluster.primary();
  await cluster.freeze_standbys();
  await sleep(under_way_ms);
  const before = load.at.length;
  const until = performance.now() + frozen_ms;
  const ignored = cluster
    .sql(node, 'postgres', 'INSERT INTO probe DEFAULT VALUES RETURNING 1')
    .catch((error) => error.message);
  let ended = 0;
  while (performance.now() < until) ended += await end_waits(site, node, how);
  const told = load.at.length - before;
  if (told) book.fault(`${told} were told 201 while no standby confirmed`);
  await cluster.kill(node);
  cluster.thaw_standbys();
  return { node, ended, ignored: await ignored };
}

async function cancelled({ runs }) {
  const site = await arrangement();
  await site.sql('postgres', 'CREATE TABLE probe (n serial)');
  const book = new Book(site);
  const trials = new Trials(site, book);
  const ways = ['pg_cancel_backend', 'pg_terminate_backend'];
  let ended = 0;
  let control = '';
  for (let run = 0; run < runs && !book.faults.length; ++run) {
    const how = ways[run % ways.length];
    let found;
    await trials.one({
      strike: async (load) => {
        found = await cancel(site, load, how, book);
        return performance.now();
      },
      heal: () => site.cluster.start_patroni(found.node),
    });
    if (!found.ended) book.fault('no wait was there to end');
    ended += found.ended;
    if (run > 0) continue;
    const rows = await site.sql('postgres', 'SELECT count(*) FROM probe');
    if (found.ignored !== '1' || rows !== '0')
      book.fault(`the control: psql was told ${found.ignored}, and ${rows} rows are there`);
    control = 'an INSERT of psql whose wait ended so was told to be done, and is gone afterwards';
  }
  await book.prove();
  await site.end();
  const measured = `${ended} waits ended, none told 201; ${trials.measured}`;
  return { runs: trials.back.length, faults: book.faults, measured, control };
}

export const faults = [
  {
    name: 'ha-cancel-wait',
    how:
      'the standbys receive nothing for 3 s, every wait for them is ended meanwhile by ' +
      'pg_cancel_backend (then pg_terminate_backend), and the primary is killed',
    promise: `no 201 without a standby; ${promise} from the kill`,
    runs: { short: 2, long: 10 },
    run: cancelled,
  },
];
