// The same request again and again: at once, after a start, after a year, and with another body.
import { Agent } from 'node:http';
import { Book } from './lib/book.mjs';
import { body_of, Load, post } from './lib/load.mjs';
import { kill, premises, ready } from './lib/premises.mjs';

const at_once = 64;

class Replays {
  constructor(site) {
    this.site = site;
    this.book = new Book(site);
    this.load = new Load(site);
    this.agent = new Agent({ keepAlive: true });
    this.answers = 0;
  }

  send(key, body) {
    return post(this.agent, this.site.url, this.load.token, key, body);
  }

  /** 64 senders of one request: one entry, and every 201 is the same answer. */
  async together(run) {
    const key = `${this.load.name}-${run}`;
    const data = { approval: 'AP-0', units: [{ batch: 'B-0', count: 1 }] };
    const one = { key, body: body_of(key, 'AllocationReserved', data) };
    this.load.told.set(key, one);
    const heard = await Promise.all(
      Array.from({ length: at_once }, () => this.send(key, one.body)),
    );
    this.answers += heard.length;
    const told = heard.filter(({ status }) => status === 201);
    if (!told.length) return this.book.fault(`${key}: none of ${at_once} was told 201`);
    Object.assign(one, { status: 201, position: JSON.parse(told[0].text).position });
    one.text = told[0].text;
    for (const { status, text } of heard)
      if (status === 201 ? text !== one.text : status !== 409)
        this.book.fault(`${key}: ${status} ${text}`);
    const first = told.filter(({ headers }) => headers['idempotent-replayed'] !== 'true');
    if (first.length !== 1) this.book.fault(`${key}: ${first.length} first answers`);
  }

  /** Each once more: the first answer, marked as such; with another body it is refused. */
  async again(when) {
    for (const { key, body, text } of this.load.told.values()) {
      const same = await this.send(key, body);
      if (same.text !== text || same.headers['idempotent-replayed'] !== 'true')
        this.book.fault(`${when}, ${key}: ${same.status} ${same.text}`);
      const other = await this.send(key, body.replace('"count":1', '"count":2'));
      if (other.status !== 422 || JSON.parse(other.text).code !== 'idempotency-key-reused')
        this.book.fault(`${when}, ${key} with another body: ${other.status} ${other.text}`);
      this.answers += 2;
    }
  }
}

async function replayed({ runs }) {
  const site = await premises({ clock: 'simulated:2026-01-01T00:00:00Z' });
  const replays = new Replays(site);
  for (let run = 0; run < runs; ++run) await replays.together(run);
  await replays.again('at once');
  await kill(site.server);
  await site.serve();
  await ready(site);
  await replays.again('after SIGKILL and a start');
  await site.ask('/v1/clock', {
    role: 'admin',
    method: 'POST',
    body: { now: '2027-01-02T00:00:00Z' },
  });
  await replays.again('after a simulated year');
  const { book, load } = replays;
  await book.check(load);
  // The control: under keys of their own the same bodies are recorded again.
  const { body } = load.told.values().next().value;
  const before = book.size;
  for (const key of ['own-1', 'own-2']) await replays.send(key, body);
  await book.read();
  const doubled = book.size - before;
  if (doubled !== 2) book.fault('two keys did not make two entries');
  replays.agent.destroy();
  await site.stop();
  return {
    runs,
    faults: book.faults,
    measured: `${runs} requests, ${replays.answers} answers, ${load.told.size} entries`,
    control: `the same body under two other keys: ${doubled} more entries`,
  };
}

export const faults = [
  {
    name: 'replays',
    how: '64 senders of one request at once; again after SIGKILL and a start, after a simulated year, and with another body',
    promise: 'one entry; every 201 the first answer to the byte; another body 422',
    runs: { short: 50, long: 1000 },
    run: replayed,
  },
];
