// A connection is cut after every byte of a request, of its reply, and of the transaction it makes.
import { Agent } from 'node:http';
import { readFileSync, mkdirSync, chmodSync, writeFileSync } from 'node:fs';
import { Book } from './lib/book.mjs';
import { body_of, Load, post } from './lib/load.mjs';
import { premises, ready } from './lib/premises.mjs';
import { Proxy } from './lib/proxy.mjs';

const length_max = 20_000; // Of one request, reply or transaction, in bytes.

/** A load of which every request is made by hand, one at a time. */
class Writes extends Load {
  next() {
    const n = ++this.sent;
    const key = `${this.name}-${n}`;
    const data = { approval: `AP-${n % 4}`, units: [{ batch: `B-${n % 4}`, count: 1 }] };
    const one = { key, body: body_of(key, 'AllocationReserved', data) };
    this.told.set(key, one);
    return one;
  }
}

/** Asks by way of a proxy, on a connection of its own; whether an answer came. */
async function ask(load, url, one) {
  const agent = new Agent({ maxSockets: 1 });
  try {
    const { status, text } = await post(agent, url, load.token, one.key, one.body);
    const { position, code } = JSON.parse(text);
    if (status < 500) Object.assign(one, { status, code, position });
    return true;
  } catch {
    return false;
  } finally {
    agent.destroy();
  }
}

/** Every `step`-th byte of both ways between a client and the server. */
async function between_client_and_server(site, load, step) {
  const { hostname, port } = new URL(site.url);
  const proxy = await new Proxy({ host: hostname, port: +port }).listen(0);
  const url = `http://127.0.0.1:${proxy.server.address().port}`;
  const length = { up: 0, down: 0 };
  proxy.watch = ({ way, before, piece }) => void (length[way] = before + piece.length);
  await ask(load, url, load.next());
  const answered = { up: 0, down: 0 };
  for (const cut of ['up', 'down'])
    for (let k = 0; k < length[cut]; k += step) {
      proxy.watch = ({ way, before, piece }) =>
        way === cut && before + piece.length > k ? k - before : undefined;
      if (await ask(load, url, load.next())) ++answered[cut];
    }
  await proxy.close();
  return { cuts: proxy.cuts, answered, length };
}

/** Bind of the prepared statement that a group is appended by, a transaction of its own. */
const appends = /B[^]{4}\0append\0/;

/** Where the writer's transaction is on a connection: from that statement to the answer to it. */
class Transaction {
  constructor(proxy) {
    this.proxy = proxy;
    this.measured = { up: 0, down: 0 };
    this.aim = undefined; // {way, k}: cut there, once.
    this.proxy.watch = (piece) => this.see(piece);
  }

  see({ way, piece, link }) {
    const text = piece.toString('latin1');
    if (way === 'up' && appends.test(text)) link.counted = { up: 0, down: 0 };
    if (!link.counted) return undefined;
    const before = link.counted[way];
    link.counted[way] += piece.length;
    this.measured[way] = Math.max(this.measured[way], link.counted[way]);
    if (this.aim?.way !== way || link.counted[way] <= this.aim.k) return undefined;
    const { k } = this.aim;
    this.aim = undefined;
    return Math.max(0, k - before);
  }
}

/** Every `step`-th byte of both ways of a transaction of the writer. */
async function between_server_and_postgres(site, load, step) {
  const folder = `${site.folder}/wire`;
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  const path = '.s.PGSQL.5432';
  const proxy = await new Proxy({ path: `${site.socket}/${path}` }).listen(`${folder}/${path}`);
  const conninfo = readFileSync(`${site.folder}/conninfo`, 'utf8');
  await site.stop_server();
  writeFileSync(`${site.folder}/conninfo`, conninfo.replace(/host=\S+/, `host=${folder}`));
  await site.serve();
  await ready(site);
  const transaction = new Transaction(proxy);
  for (let warm = 0; warm < 2; ++warm) await ask(load, site.url, load.next());
  const length = { ...transaction.measured };
  const told = { yes: 0, no: 0 };
  let cuts = 0;
  for (const way of ['up', 'down'])
    for (let k = 0; k < Math.min(length[way], length_max); k += step) {
      await load.ask_again(); // The writer has a connection again, and is known on it.
      await load.ask(load.next());
      transaction.aim = { way, k };
      const one = load.next();
      await ask(load, site.url, one);
      ++told[one.status === 201 ? 'yes' : 'no'];
      if (!transaction.aim) ++cuts;
      transaction.aim = undefined;
    }
  await load.ask_again();
  await site.stop_server();
  writeFileSync(`${site.folder}/conninfo`, conninfo);
  await proxy.close();
  await site.serve();
  await ready(site);
  return { cuts, told, length };
}

/** Without a key the same cut leaves a client that asks again with two entries. */
async function two_keys(site, book) {
  const { hostname, port } = new URL(site.url);
  const proxy = await new Proxy({ host: hostname, port: +port }).listen(0);
  const url = `http://127.0.0.1:${proxy.server.address().port}`;
  const load = new Writes(site);
  proxy.watch = ({ way }) => (way === 'down' ? 0 : undefined);
  const first = load.next();
  await ask(load, url, first);
  await proxy.close();
  const second = { ...first, key: `${first.key}-again` };
  load.told.set(second.key, second);
  await ask(load, site.url, second);
  await book.read();
  const entries = (book.positions.get(first.key) ?? []).length; // Both name it as their remark.
  if (entries !== 2) book.fault(`asked again with another key there are ${entries} entries, not 2`);
  return 'the reply cut and asked again under another key: 2 entries';
}

async function cut({ runs, long }) {
  const site = await premises();
  const book = new Book(site);
  const load = new Writes(site);
  await book.keep();
  const steps = long ? { http: 1, sql: 1 } : { http: 1, sql: runs };
  const http = await between_client_and_server(site, load, steps.http);
  const open = load.unanswered.length;
  await load.ask_again();
  await book.check(load);
  const sql = await between_server_and_postgres(site, load, steps.sql);
  await book.check(load);
  await book.prove();
  if (!sql.cuts || !http.cuts) book.fault('nothing was cut');
  const control = await two_keys(site, book);
  await site.stop();
  return {
    runs: http.cuts + sql.cuts,
    faults: book.faults,
    measured:
      `client: ${http.length.up} bytes of request and ${http.length.down} of reply, ${http.cuts} cuts, ` +
      `${open} heard nothing; PostgreSQL: ${sql.length.up} bytes sent and ${sql.length.down} heard ` +
      `of the statement that appends, ${sql.cuts} cuts (every ${steps.sql}. byte), ` +
      `${sql.told.yes} told 201 all the same; asked again, each is there once`,
    control,
  };
}

export const faults = [
  {
    name: 'cut-connections',
    how:
      'a proxy cuts after byte k of the request or the reply, and of what the server sends to ' +
      'PostgreSQL or hears of the statement that appends',
    promise: 'nothing half; every 201 once; asked again with the same key, there once',
    runs: { short: 3, long: 1 },
    run: cut,
  },
];
