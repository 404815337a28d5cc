// The system's clock jumps under the server, as libfaketime makes it.
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { sleep } from '../../bench/lib/machine.mjs';
import { Book } from './lib/book.mjs';
import { Load } from './lib/load.mjs';
import { premises, ready } from './lib/premises.mjs';

const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
const hour = 3600;
const year = 365 * 24 * hour;
/** Offsets from the true time in seconds, one after the other: forth, back, and far back. */
const jumps = [hour, 0, -hour, 0, 10 * year, 0, -10 * year, 0];
const load_ms = 600;

/** What the clock says from here on, for a process that has begun, too. */
function set_clock(site, offset) {
  const file = `${site.folder}/clock`;
  writeFileSync(`${file}.new`, `${offset < 0 ? '' : '+'}${offset}\n`);
  renameSync(`${file}.new`, file);
}

const faked = (site) => ({
  LD_PRELOAD: library,
  FAKETIME_TIMESTAMP_FILE: `${site.folder}/clock`,
  FAKETIME_NO_CACHE: '1',
  DONT_FAKE_MONOTONIC: '1', // A jump of the wall clock leaves that one alone.
});

/** When each entry was recorded, in ms; they never go back. */
async function times(site, book) {
  const rows = await site.sql(
    'chipledger',
    'SELECT extract(epoch FROM recorded_at) * 1000 FROM event ORDER BY position',
  );
  const list = rows.split('\n').map(Number);
  const back = list.findIndex((at, i) => i > 0 && at < list[i - 1]);
  if (back > 0) book.fault(`entry ${back + 1} is recorded before entry ${back}`);
  return list;
}

async function jumped({ runs }) {
  if (!existsSync(library)) throw new Error('apt-get install faketime');
  const site = await premises();
  const book = new Book(site);
  const load = new Load(site, { clients: 8 });
  await book.keep();
  await site.stop_server();
  set_clock(site, 0);
  await site.serve([], { environment: faked(site) });
  await ready(site);
  const ahead = new Set();
  let steps = 0;
  for (let run = 0; run < runs && !book.faults.length; ++run)
    for (const offset of jumps) {
      load.start();
      await sleep(load_ms / 2);
      set_clock(site, offset);
      await sleep(load_ms);
      await load.stop();
      await ready(site);
      await load.ask_again();
      await book.check(load);
      const list = await times(site, book);
      if (list.at(-1) > Date.now() + offset * 500) ahead.add(offset);
      ++steps;
    }
  if (load.count(201) < steps) book.fault('hardly anything was written');
  for (const offset of [hour, 10 * year])
    if (!ahead.has(offset)) book.fault(`the server does not see a clock ${offset} s ahead`);
  await book.prove(); // Started on the true clock, it stays where the entries are.
  await site.stop();
  return {
    runs: steps,
    faults: book.faults,
    measured:
      `${steps} jumps, ${load.count(201)} told 201, all once; recorded_at never falls; ` +
      'a start on the true clock folds to the same and verifies',
    control: 'the jumps are seen: entries are recorded 1 h and 10 y ahead',
  };
}

export const faults = [
  {
    name: 'clock',
    how: "the server's clock jumps by ±1 h and ±10 y and back, under 8 writers (libfaketime)",
    promise: 'every 201 once, no gap, recorded_at never falls, proofs hold, the server goes on',
    runs: { short: 1, long: 20 },
    run: jumped,
  },
];
