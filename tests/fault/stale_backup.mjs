// Yesterday's backup takes the place of the ledger, as an operator's mistake or a lagging standby.
import { renameSync } from 'node:fs';
import { Book, command } from './lib/book.mjs';
import { premises, record } from './lib/premises.mjs';

const firm = (name) => ({ type: 'FirmRegistered', data: { firm: name, name: 'N', tier: 'T1' } });

const swap = (site, from, to) =>
  site.sql(
    'postgres',
    `DROP DATABASE IF EXISTS ${to} WITH (FORCE)`,
    `CREATE DATABASE ${to} TEMPLATE ${from} OWNER chipledger_owner`,
  );

/** What the signer says about the database that is there: its exit code and its words. */
const sign = (site) => command(site, 'sign', '--once');

async function restored({ runs }) {
  const site = await premises();
  const book = new Book(site);
  let refused = 0;
  for (let run = 0; run < runs; ++run) {
    await site.settle();
    await site.stop_server();
    await swap(site, 'chipledger', 'yesterday');
    await site.serve();
    await record(site, 'regulator', [firm(`TODAY-${run}-1`), firm(`TODAY-${run}-2`)]);
    await book.keep();
    await site.stop_server();
    await swap(site, 'chipledger', 'today');
    await swap(site, 'yesterday', 'chipledger');
    const { code, said } = sign(site);
    if (code === 4 && said.includes('have been here before')) ++refused;
    else book.fault(`the signer says ${code}: ${said}`);
    const kept = ['--vkey', `${site.folder}/log.vkey`, '--checkpoint', `${site.folder}/kept-checkpoint`];
    if (command(site, 'verify', ...kept).code !== 4) book.fault('a kept checkpoint does not show it');
    if (run === runs - 1) break;
    await swap(site, 'today', 'chipledger');
    renameSync(`${site.folder}/log/alarm`, `${site.folder}/log/alarm.${run}`); // Looked into.
    await site.serve();
  }
  // The control: a signer without its memory has nothing to hold the log to.
  for (const name of ['alarm', 'leaves', 'checkpoint'])
    renameSync(`${site.folder}/log/${name}`, `${site.folder}/log/${name}.gone`);
  const forgetful = sign(site);
  if (forgetful.code !== 0) book.fault(`without its memory: ${forgetful.said}`);
  await site.stop();
  return {
    runs,
    faults: book.faults,
    measured: `the signer refused ${refused} of ${runs}; verify with a kept checkpoint ended with 4`,
    control: "the signer's memory taken away: it signs",
  };
}

export const faults = [
  {
    name: 'stale-backup',
    how: 'a copy of the database from before the last entries is put in its place',
    promise: 'the signer refuses; a checkpoint that was kept shows it',
    runs: { short: 3, long: 20 },
    run: restored,
  },
];
