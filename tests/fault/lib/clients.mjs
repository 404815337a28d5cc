// Clients that write and read over HTTP, and remember when each request was sent and answered.
import { Agent, get } from 'node:http';
import { sleep } from '../../../bench/lib/machine.mjs';
import { send, write_headers } from './load.mjs';
import { between } from './premises.mjs';

const pause_ms = [2, 12]; // Of a client between two requests.
const asks_again_ms = 20;
const asks_again_share = 0.7; // Of those who heard nothing; the others leave it open.
const page_limit = 5;
const long_list = 900;

const pick = (list) => list[Math.floor(Math.random() * list.length)];
const whole = (low, high) => Math.floor(between(low, high + 1));
const reservation = (i, count) => ({
  type: 'AllocationReserved',
  data: { approval: `AP-${i}`, units: [{ batch: `B-${i}`, count }] },
});
export const registration = (firm) => ({
  type: 'FirmRegistered',
  data: { firm, name: 'Of the load', tier: 'T1' },
});

let groups = 0;

/**
 * `ops` is the history: {name, kind, ask, begin, end, status, text}; no status and an end at
 * Infinity where nobody was told. Begin is taken before a request is sent and end after its answer
 * was read, so a span is never shorter than the server's own.
 */
export class Clients {
  constructor(site, { clients = 12 } = {}) {
    this.site = site;
    this.token = site.tokens.regulator;
    this.clients = clients;
    this.name = `H${process.pid}-${++groups}`;
    this.ops = [];
    this.sent = 0;
    this.known = 22; // The highest position that anyone has been told.
    this.firms = []; // {firm, position} of those that are registered.
    this.reserved = []; // Positions of entries that reserve.
    this.versions = new Map(); // What was last read of each approval.
  }

  /** What is asked next: writes and reads about one to two. */
  next() {
    const i = whole(0, 3);
    const write = (ask) => ['append', { key: `${this.name}-${this.sent}`, ...ask }];
    return pick([
      () => write({ events: [reservation(i, whole(1, 3))] }),
      () => write({ events: [reservation(i, whole(1, 3))] }),
      () => write({ events: this.list(i) }),
      () => write(this.registering()),
      () => write(this.amending(i)),
      () => write(this.correcting()),
      () => ['approval', { id: `AP-${i}` }],
      () => ['approval', { id: `AP-${i}`, if_none_match: this.versions.get(i)?.version }],
      () => ['approval', { id: `AP-${i}`, as_of: whole(30, this.known + 2) }],
      () => ['approvals', {}],
      () => ['inventory', { id: `F-${i}` }],
      () => ['firm', { id: this.some_firm() }],
      () => ['batch', { id: `B-${i}` }],
      () => ['explain', { id: `AP-${i}` }],
      () => ['ready', {}],
      () => ['entry', { number: Math.max(1, this.known + whole(-20, 3)) }],
      () => ['page', { limit: page_limit }],
      () => ['dry_run', { approval: `AP-${i}`, batch: `B-${i}`, count: whole(1, 3) }],
    ])();
  }

  /** One that is registered, or one that may be by and by. */
  some_firm() {
    const there = this.firms.length && Math.random() < 0.7;
    return there ? pick(this.firms).firm : `${this.name}-F${this.sent + whole(1, 30)}`;
  }

  /** All or none: now and then one of them is refused; some have a correction in the middle. */
  list(i) {
    const firm = registration(`${this.name}-F${this.sent}`);
    if (this.reserved.length && Math.random() < 0.3)
      return [reservation(i, 1), ...this.correcting().events, firm];
    const more = Math.random() < 0.2 ? 4_000_000 : 1;
    return [reservation(i, 1), firm, reservation((i + 1) % 4, more)];
  }

  /** More entries at once than any reader takes in one piece. */
  async long_list() {
    ++this.sent;
    const firms = Array.from({ length: long_list }, (_, n) => `${this.name}-F${this.sent}-${n}`);
    await this.told(firms.map(registration));
  }

  /** An entry that nobody can refuse; where it is. */
  one_more() {
    return this.told([registration(`${this.name}-M${this.ops.length}`)]);
  }

  /** Appends, asking again until it is told; where it is then. */
  async told(events) {
    const op = this.begin_op('append', { key: `${this.name}-T${this.ops.length}`, events });
    while (!(await this.ask(op))) await sleep(asks_again_ms);
    this.learn(op);
    return JSON.parse(op.text).position;
  }

  registering() {
    const again = this.firms.length && Math.random() < 0.3;
    return {
      events: [registration(again ? pick(this.firms).firm : `${this.name}-F${this.sent}`)],
    };
  }

  /** Near to what is reserved, under the version that was read: most come too late. */
  amending(i) {
    const { version, reserved } = this.versions.get(i) ?? { version: 1, reserved: 0 };
    const data = { approval: `AP-${i}`, granted: Math.max(1, reserved + whole(-2, 60)) };
    return { events: [{ type: 'ApprovalAmended', data }], if_match: version };
  }

  /** Voids a reservation, or corrects the name of a firm; some are corrected already. */
  correcting() {
    const { firm, position } = Math.random() < 0.3 && this.firms.length ? pick(this.firms) : {};
    if (!firm && !this.reserved.length) return this.registering();
    const data = firm
      ? {
          target: position,
          reason: 'incorrect_data',
          replacement: {
            data: { firm, name: `Named by ${this.sent}`, tier: 'T1' },
            type: 'FirmRegistered',
          },
        }
      : { target: pick(this.reserved.slice(-50)), reason: 'did_not_occur' };
    return { events: [{ type: firm ? 'EventCorrected' : 'EventVoided', data }] };
  }

  request_of(kind, ask) {
    const headers = { authorization: `Bearer ${this.token}` };
    const reading = (path) => ({ path, headers });
    const { id, as_of, if_none_match, least } = ask;
    const of = as_of !== undefined ? `?as_of=${as_of}` : least ? `?min_position=${least}` : '';
    if (if_none_match !== undefined) headers['if-none-match'] = `"${if_none_match}"`;
    const writing = (query, key, body) => {
      const more = ask.if_match === undefined ? {} : { 'if-match': `"${ask.if_match}"` };
      return {
        method: 'POST',
        path: `/v1/events${query}`,
        headers: { ...write_headers(this.token, key), ...more },
        body: JSON.stringify(body),
      };
    };
    const bodies = (events) => events.map((event) => ({ ...event, reason: ask.key }));
    switch (kind) {
      case 'append': {
        const all = bodies(ask.events);
        return writing('', ask.key, all.length > 1 ? { events: all } : all[0]);
      }
      case 'dry_run': {
        const body = {
          type: 'AllocationReserved',
          data: { approval: ask.approval, units: [{ batch: ask.batch, count: ask.count }] },
        };
        return writing('?dry_run=true', `${this.name}-dry-${this.sent}`, body);
      }
      case 'approval': return reading(`/v1/approvals/${id}${of}`);
      case 'approvals': return reading(`/v1/approvals${of}`);
      case 'inventory': return reading(`/v1/firms/${id}/inventory${of}`);
      case 'firm': return reading(`/v1/firms/${id}`);
      case 'batch': return reading(`/v1/batches/${id}`);
      case 'explain': return reading(`/v1/audit/explain?approval=${id}&bucket=reserved`);
      case 'ready': return reading('/readyz');
      case 'entry': return reading(`/v1/events/${ask.number}`);
      case 'page': return reading(`/v1/events?order=desc&limit=${ask.limit}`);
    }
  }

  /** Asks, and keeps what was heard; no status where that leaves it open. */
  async ask(op, url = this.site.url) {
    try {
      const { status, text } = await send(this.agent, url, this.request_of(op.kind, op.ask));
      op.heard = { status, text: text.slice(0, 300) };
      const open = status >= 500 || status === 429 || text.includes('"idempotency-key-in-use"');
      if (open) return false;
      Object.assign(op, { end: performance.now(), status, text });
      return true;
    } catch (error) {
      op.heard = { error: error.message };
      return false;
    }
  }

  /** What its author learns from an answer. */
  learn({ kind, ask, status, text }) {
    if (status !== 200 && status !== 201) return;
    if (kind === 'approval' && ask.as_of === undefined) {
      const { version, reserved } = JSON.parse(text);
      this.versions.set(+ask.id.slice(3), { version, reserved });
    }
    if (kind !== 'append') return;
    const { position, count } = JSON.parse(text);
    this.known = Math.max(this.known, position + count - 1);
    ask.events.forEach(({ type, data }, i) => {
      if (type === 'AllocationReserved') this.reserved.push(position + i);
      if (type === 'FirmRegistered') this.firms.push({ firm: data.firm, position: position + i });
    });
  }

  begin_op(kind, ask, more = {}) {
    const of = more.lane ? ` of ${more.lane}` : '';
    const name = `${kind} ${this.ops.length}${of} ${JSON.stringify(ask).slice(0, 120)}`;
    const op = { name, kind, ask, begin: performance.now(), end: Infinity, ...more };
    this.ops.push(op);
    return op;
  }

  async client() {
    while (this.running) {
      ++this.sent;
      const op = this.begin_op(...this.next());
      while (!(await this.ask(op)) && this.running) {
        if (op.kind !== 'append' || Math.random() > asks_again_share) break;
        await sleep(asks_again_ms);
      }
      this.learn(op);
      await sleep(between(...pause_ms));
    }
  }

  /** Follows the feed from what is known, and comes again where it was cut off. */
  async subscriber() {
    let last = this.known;
    while (this.running) {
      const begin = performance.now();
      const take = (number, text) => {
        if (number !== last + 1) this.gaps.push(`the feed sends ${number} after ${last}`);
        last = number;
        const op = this.begin_op('feed', { number }, { begin, status: 200, text });
        op.end = performance.now();
      };
      await this.stream(last, take);
      await sleep(asks_again_ms);
    }
  }

  stream(after, take) {
    return new Promise((done) => {
      const headers = { authorization: `Bearer ${this.token}` };
      const path = `/v1/events/stream?after=${after}`;
      const asked = get(this.site.url + path, { headers }, (answer) => {
        let rest = '';
        answer.setEncoding('utf8');
        answer.on('data', (piece) => {
          const whole_ones = (rest + piece).split('\n\n');
          rest = whole_ones.pop();
          for (const one of answer.statusCode === 200 ? whole_ones : []) {
            const found = /^id: ?(\d+)\ndata: ?(.*)$/s.exec(one);
            if (found) take(+found[1], found[2]);
          }
        });
        answer.on('close', done);
      });
      asked.on('error', done);
      asked.on('close', done);
      this.streams.add(asked);
      asked.on('close', () => this.streams.delete(asked));
    });
  }

  start() {
    this.running = true;
    this.agent = new Agent({ keepAlive: true });
    this.streams = new Set();
    this.gaps ??= [];
    const all = Array.from({ length: this.clients }, () => this.client());
    this.ended = Promise.all([...all, this.subscriber()]);
  }

  async stop() {
    this.running = false;
    for (const stream of this.streams) stream.destroy();
    await this.ended;
    this.agent.destroy();
  }
}
