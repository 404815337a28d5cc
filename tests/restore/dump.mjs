// A dump is restored into another cluster, of another major version where there is one.
import { sleep } from '../../bench/lib/machine.mjs';
import { postgres_bin } from '../../bench/lib/site.mjs';
import { Book, command } from '../fault/lib/book.mjs';
import { Load } from '../fault/lib/load.mjs';
import { premises } from '../fault/lib/premises.mjs';
import { keep, prove, size_of, verify, what_was_kept } from './lib/operator.mjs';
import { as_user, OtherCluster, version_of } from './lib/other_cluster.mjs';

/** The commands of docs/operations.md, in its order: roles and rows go from one to the other. */
async function moved(site, other) {
  const dump = `${other.home}/chipledger.dump`;
  const from = ['-h', site.socket, '-U', 'postgres'];
  const to = ['-h', other.socket, '-U', 'postgres'];
  const sh = (line) => as_user('bash', '-c', `set -euo pipefail; ${line}`);
  await sh(`pg_dump ${from.join(' ')} -Fc -f ${dump} chipledger`);
  await sh(
    `pg_dumpall ${from.join(' ')} --roles-only | grep -v 'ROLE postgres\\b' | ` +
      `sed -E 's/ GRANTED BY [^;]+;/;/' | ` +
      `psql ${to.join(' ')} -X -q -v ON_ERROR_STOP=1 -d postgres`,
  );
  await sh(`createdb ${to.join(' ')} -T template0 -O chipledger_owner chipledger`);
  await sh(`pg_restore ${to.join(' ')} --exit-on-error --single-transaction -d chipledger ${dump}`);
}

/** A digest of the rows of each table, by its name. */
async function digests(site) {
  const names = await site.sql(
    'chipledger',
    `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
     WHERE schemaname !~ '^(pg_|information_schema)' ORDER BY 1`,
  );
  const of = (name) =>
    `SELECT '${name} ' || count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n'
     ORDER BY t::text COLLATE "C")), '-') FROM ${name} t`;
  return site.sql('chipledger', 'SET row_security = off', ...names.split('\n').map(of));
}

/** Changes an entry as a superuser could; how to put it back. */
async function alter(site, entry) {
  const set = (from, to) =>
    site.sql(
      'chipledger',
      `ALTER TABLE event DISABLE TRIGGER ALL; UPDATE event SET bytes = convert_to(replace(
       convert_from(bytes, 'UTF8'), '${from}', '${to}'), 'UTF8') WHERE position = ${entry};
       ALTER TABLE event ENABLE ALWAYS TRIGGER event_append_only`,
    );
  await set('Firm 0', 'Firm 9');
  return () => set('Firm 9', 'Firm 0');
}

/** The control: one entry of the copy is altered, and put back. */
async function altered(site, book) {
  const entry = await site.sql(
    'chipledger',
    `SELECT position FROM event WHERE convert_from(bytes, 'UTF8') LIKE '%Firm 0%'`,
  );
  const undo = await alter(site, entry);
  const { code, said } = verify(site, what_was_kept());
  if (code !== 4 || !said.includes(`entry ${entry}:`)) book.fault(`altered: ${said}`);
  await undo();
  return entry;
}

/** Clients write for a while, and are told about every request. */
async function written(site, load, ms) {
  load.start();
  await sleep(ms);
  await load.stop();
  await load.ask_again();
}

async function dumped({ runs, other_bin }) {
  const site = await premises();
  const book = new Book(site);
  const load = new Load(site, { clients: 4 });
  await written(site, load, 2000);
  await keep(site);
  await site.stop_server();
  const other = await new OtherCluster(site, other_bin).start();
  await moved(site, other);
  const before = await digests(site);
  const size = await size_of(site);
  await other.take_over();
  const after = await digests(site);
  if (before !== after) book.fault(`tables differ:\n${before}\n${after}`);
  for (const words of [['migrate'], ['sign', '--once']]) {
    const { code, said } = command(site, ...words);
    if (code !== 0) book.fault(`${words[0]}: ${code} ${said}`);
  }
  const entry = await altered(site, book);
  await site.serve();
  await written(site, load, 1000);
  await book.check(load);
  const appended = (await size_of(site)) - size;
  if (appended < 1) book.fault('nothing is appended there');
  await prove(book, what_was_kept());
  await site.stop();
  return {
    runs,
    faults: book.faults,
    measured:
      `PostgreSQL ${version_of(postgres_bin)} to ${other.version}: ${size} entries, ` +
      `${before.split('\n').length} tables with the same digests; the signer went on, ` +
      `${appended} entries more; verify good with what was kept`,
    control: `entry ${entry} of the copy altered: verify ends with 4 and names it`,
  };
}

export const faults = [
  {
    name: 'dump-restore',
    how:
      'roles by pg_dumpall, the rest by pg_dump -Fc, restored into another cluster ' +
      'by pg_restore',
    promise: 'the same rows, the same proofs; the ledger goes on there',
    runs: { short: 1, long: 1 },
    run: dumped,
  },
];
