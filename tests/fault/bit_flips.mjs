// One bit of what is stored flips behind the ledger's back; `chipledger verify` is asked.
import { readFileSync, writeFileSync } from 'node:fs';
import { sleep } from '../../bench/lib/machine.mjs';
import { Book, command } from './lib/book.mjs';
import { Load } from './lib/load.mjs';
import { premises, record } from './lib/premises.mjs';

const full_tile = 256; // Only full tiles are stored.
const firms = (count) =>
  Array.from({ length: count }, (_, i) => ({
    type: 'FirmRegistered',
    data: { firm: `TILE-${i}`, name: 'N', tier: 'T1' },
  }));

const pick = (list) => list[Math.floor(Math.random() * list.length)];

/** What is stored, and the row's name in SQL. Entries must be named by position. */
const columns = [
  { table: 'event', column: 'bytes', id: 'position', named: true },
  { table: 'event', column: 'salt', id: 'position', named: true },
  { table: 'tile', column: 'hashes', id: 'ctid' },
  { table: 'checkpoint', column: 'root', id: 'size' },
  { table: 'checkpoint', column: 'note', id: 'size' },
];
const files = ['leaves', 'checkpoint'];

const as_superuser = (site, table, statement) =>
  site.sql(
    'chipledger',
    `SET session_replication_role = replica; ALTER TABLE ${table} DISABLE TRIGGER ALL; ${statement}`,
  );

/** Flips a random bit of a random row; how to put it back, and where it was. */
async function flip_column(site, { table, column, id, named }) {
  const [key, hex] = (
    await site.sql(
      'chipledger',
      `SELECT ${id}, encode(${column}, 'hex') FROM ${table} ORDER BY random() LIMIT 1`,
    )
  ).split('|');
  if (!hex) throw new Error(`${table} is empty`);
  const bit = Math.floor(Math.random() * hex.length * 4);
  const where = id === 'ctid' ? `${column} = decode('${hex}', 'hex')` : `${id} = ${key}`;
  const set = (value, found) =>
    as_superuser(site, table, `UPDATE ${table} SET ${column} = ${value} WHERE ${found}`);
  const bytes = `decode('${hex}', 'hex')`;
  await set(`set_bit(${bytes}, ${bit}, 1 - get_bit(${bytes}, ${bit}))`, where);
  const flipped = `${column} = set_bit(${bytes}, ${bit}, 1 - get_bit(${bytes}, ${bit}))`;
  return {
    what: `${table}.${column} ${key}, bit ${bit}`,
    entry: named && key,
    undo: () => set(bytes, id === 'ctid' ? flipped : where),
  };
}

function flip_file(site, name) {
  const path = `${site.folder}/log/${name}`;
  const good = readFileSync(path);
  const bad = Buffer.from(good);
  const bit = Math.floor(Math.random() * bad.length * 8);
  bad[bit >> 3] ^= 1 << (bit & 7);
  writeFileSync(path, bad);
  return { what: `log/${name}, bit ${bit}`, undo: () => writeFileSync(path, good) };
}

const verify = (site) => command(site, 'verify', '--vkey', `${site.folder}/log.vkey`);

async function flipped({ runs }) {
  const site = await premises();
  const book = new Book(site);
  const load = new Load(site);
  load.start();
  await sleep(1000);
  await load.stop();
  await book.check(load);
  await record(site, 'regulator', firms(full_tile));
  await site.settle();
  await site.stop_server();
  const untouched = verify(site);
  if (untouched.code !== 0) book.fault(`untouched: ${untouched.said}`);
  const count = { found: 0, named: 0, entries: 0 };
  for (let run = 0; run < runs; ++run) {
    const target = pick([...columns, ...files]);
    const flip = target.table ? await flip_column(site, target) : flip_file(site, target);
    const { code, said } = verify(site);
    if (code !== 0) ++count.found;
    else book.fault(`${flip.what}: not found`);
    if (flip.entry) {
      ++count.entries;
      if (said.includes(`entry ${flip.entry}:`)) ++count.named;
      else book.fault(`${flip.what}: not named: ${said.slice(0, 200)}`);
    }
    await flip.undo();
  }
  if (verify(site).code !== 0) book.fault('put back, it is still broken');
  await site.stop();
  return {
    runs,
    faults: book.faults,
    measured: `${count.found} of ${runs} found; entry named ${count.named} of ${count.entries}`,
    control: 'nothing flipped, before and after: verify finds nothing',
  };
}

export const faults = [
  {
    name: 'bit-flips',
    how: "a random bit of an entry's bytes or salt, a tile, a checkpoint, or the signer's files flips",
    promise: 'found by the next verify; of an entry, its position named',
    runs: { short: 100, long: 1000 },
    run: flipped,
  },
];
