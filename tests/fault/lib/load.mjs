// Clients that write without pause, and remember every request and every answer.
import { Agent, request } from 'node:http';
import { sleep } from '../../../bench/lib/machine.mjs';

const answer_limit_ms = 10_000;
const pause_ms = 20; // Between two tries of one request.
const asked_again_limit_ms = 60_000;

/** One request; status, headers and body. Rejects where no whole answer came. */
export function send(agent, url, { method = 'GET', path, headers, body }) {
  return new Promise((done, failed) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const asked = request(
      url + path,
      { agent, method, timeout: answer_limit_ms, headers: { ...headers, ...length } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (piece) => (text += piece));
        answer.on('end', () =>
          answer.complete
            ? done({ status: answer.statusCode, headers: answer.headers, text })
            : failed(new Error('the answer was cut')),
        );
        answer.on('error', failed);
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.on('error', failed);
    asked.end(body);
  });
}

/** What a write is sent with. */
export const write_headers = (token, key) => ({
  authorization: `Bearer ${token}`,
  'content-type': 'application/json',
  'idempotency-key': key,
});

/** One POST of events. */
export const post = (agent, url, token, key, body) =>
  send(agent, url, {
    method: 'POST',
    path: '/v1/events',
    headers: write_headers(token, key),
    body,
  });

/** Every entry names its request: the key is its remark too. */
export const body_of = (key, type, data) => JSON.stringify({ type, data, reason: key });

let loads = 0;

/**
 * `told` has each request by key: its body, and status, code and position of its answer; no status
 * where none came, or one that leaves it open (5xx, 409 while it runs).
 */
export class Load {
  constructor(site, { clients = 16, approvals = 4, make } = {}) {
    this.site = site;
    this.token = site.tokens.regulator;
    this.clients = clients;
    this.approvals = approvals;
    this.make = make ?? ((n) => this.mixed(n));
    this.told = new Map();
    this.name = `L${process.pid}-${++loads}`;
    this.sent = 0;
    this.agent = new Agent({ keepAlive: true });
  }

  /** Half reservations, some requests that must be refused, and new firms. */
  mixed(n) {
    const i = n % this.approvals;
    if (n % 10 === 9) return ['FirmRegistered', { firm: 'F-0', name: 'Again', tier: 'T1' }];
    return n % 2
      ? ['AllocationReserved', { approval: `AP-${i}`, units: [{ batch: `B-${i}`, count: 1 + (n % 3) }] }]
      : ['FirmRegistered', { firm: `${this.name}-${n}`, name: 'Of the load', tier: 'T1' }];
  }

  async ask(one) {
    try {
      const { status, text } = await post(this.agent, this.site.url, this.token, one.key, one.body);
      const { position, code } = JSON.parse(text);
      one.heard = { status, code };
      if (status >= 500 || status === 429 || code === 'idempotency-key-in-use') return false;
      Object.assign(one, { status, code, position });
      return true;
    } catch (error) {
      one.heard = { error: error.message };
      return false;
    }
  }

  async client(persists) {
    while (this.running) {
      const n = ++this.sent;
      const key = `${this.name}-${n}`;
      const one = { key, body: body_of(key, ...this.make(n)) };
      this.told.set(key, one);
      while (!(await this.ask(one)) && this.running) {
        if (!persists) return;
        await sleep(pause_ms);
      }
    }
  }

  /** Writes until `stop`; with `persists` a client asks again where it was told nothing final. */
  start({ persists = false } = {}) {
    this.running = true;
    this.agent = new Agent({ keepAlive: true });
    this.ended = Promise.all(Array.from({ length: this.clients }, () => this.client(persists)));
  }

  async stop() {
    this.running = false;
    await this.ended;
    this.agent.destroy();
  }

  get unanswered() {
    return [...this.told.values()].filter((one) => one.status === undefined);
  }

  /** Whoever heard nothing asks again with the same key until told; how many those were. */
  async ask_again() {
    const open = this.unanswered;
    const until = performance.now() + asked_again_limit_ms;
    this.agent = new Agent({ keepAlive: true, maxSockets: this.clients });
    await Promise.all(
      open.map(async (one) => {
        while (!(await this.ask(one))) {
          if (performance.now() > until)
            throw new Error(`${one.key} is never answered: ${JSON.stringify(one.heard)}`);
          await sleep(pause_ms);
        }
      }),
    );
    this.agent.destroy();
    return open.length;
  }

  count(status) {
    return [...this.told.values()].filter((one) => one.status === status).length;
  }
}
