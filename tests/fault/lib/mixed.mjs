// A load of everything at a fixed rate, for as long as one likes. Firms come all the time, each with
// an approval and a batch of its own, and what is asked of them is of bounded size: answers do not
// grow with the ledger.
import { Agent, get } from 'node:http';
import { sleep } from '../../../bench/lib/machine.mjs';
import { body_of, send, write_headers } from './load.mjs';

const tick_ms = 10; // One request each: a hundred a second.
const at_once_max = 400; // What is due beyond that is left out, and counted.
const generation_ms = 10_000; // A new firm.
const generation_units = 600;
const young = 3; // Generations that are written to.
const subscriber_ms = [3_000, 15_000];
const subscribers = 6;
const export_ms = 5_000;

const whole = (low, high) => low + Math.floor(Math.random() * (high - low + 1));
const pick = (list) => list[Math.floor(Math.random() * list.length)];

// Fifty requests, the same for ever: percentiles compare like with like.
const often = { reserve: 14, firm: 2, amend: 1, list: 1, void: 1, correct: 1 };
const asked = {
  inventory: 6, approval: 5, past_approval: 4, past_inventory: 3, entry: 3, page: 2, subject: 1,
  explain: 2, batch: 2, dry_run: 1, ready: 1,
};
const cycle = [often, asked].flatMap((kinds) =>
  Object.entries(kinds).flatMap(([kind, count]) => Array(count).fill(kind)),
);
// Writes and reads mixed: every seventh of the list in turn, which fifty and seven allow.
const mixed = cycle.map((_, i) => cycle[(i * 7) % cycle.length]);

const refusals_expected = new Set([
  'insufficient-balance', 'unit-not-available', 'version-conflict', 'duplicate-correction',
]);

export class Mixed {
  constructor(site) {
    this.site = site;
    this.tokens = site.tokens;
    this.agent = new Agent({ keepAlive: true });
    this.told = new Map(); // Position and count of each 201, by its key.
    this.faults = [];
    this.counts = { asked: 0, left_out: 0, refused: 0, fed: 0, exports: 0 };
    this.took = { read: [], write: [] }; // Of this window, in ms.
    this.generations = 0;
    this.reserved = [];
    this.firms = [];
    this.head = 0;
    this.open = 0;
    this.writes = true;
    this.streams = new Set();
  }

  fault(text) {
    if (this.faults.length < 20) this.faults.push(text);
  }

  /** The answer where there is one; what nobody expects is a fault. */
  async send(path, { role = 'regulator', key, body, headers = {} } = {}) {
    const token = this.tokens[role];
    const all = key ? write_headers(token, key) : { authorization: `Bearer ${token}` };
    try {
      const answer = await send(this.agent, this.site.url, {
        method: body === undefined ? 'GET' : 'POST',
        path,
        headers: { ...all, ...headers },
        body,
      });
      if (answer.status < 400) return answer;
      const { code } = JSON.parse(answer.text);
      if (refusals_expected.has(code)) ++this.counts.refused;
      else this.fault(`${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
    } catch (error) {
      this.fault(`${path}: ${error.message}`);
    }
    return undefined;
  }

  async write(body, { role, headers } = {}) {
    const key = `M-${process.pid}-${this.told.size}-${++this.counts.asked}`;
    const events = (body.events ?? [body]).map((event) => ({ ...event, reason: key }));
    const text = JSON.stringify(body.events ? { events } : events[0]);
    const answer = await this.send('/v1/events', { role, key, body: text, headers });
    if (answer?.status !== 201) return undefined;
    const { position, count } = JSON.parse(answer.text);
    this.told.set(key, { position, count });
    this.head = Math.max(this.head, position + count - 1);
    return position;
  }

  /** A firm with an approval, and a batch. */
  async generation() {
    const g = this.generations;
    const [firm, application, approval] = [`S-${g}`, `SAPP-${g}`, `SA-${g}`];
    const sku = 'H200-141G';
    const made = await this.write({
      events: [
        { type: 'FirmRegistered', data: { firm, name: `Firm ${g}`, tier: 'T1' } },
        {
          type: 'ApplicationSubmitted',
          data: { application, firm, sku, qty: generation_units, end_use: 'cloud' },
        },
        { type: 'ApplicationReviewStarted', data: { application } },
        {
          type: 'ApprovalGranted',
          data: {
            approval, application, firm, granted: generation_units, period: 'FAULT',
            valid_from: '2000-01-01', valid_to: '2199-01-01', conditions: [],
          },
        },
      ],
    });
    const data = { batch: `SB-${g}`, sku, qty: generation_units };
    await this.write({ type: 'BatchRegistered', data }, { role: 'logistics' });
    if (made) this.generations = g + 1;
  }

  reservation() {
    const g = this.generations - whole(1, Math.min(young, this.generations));
    const units = [{ batch: `SB-${g}`, count: 1 }];
    return { type: 'AllocationReserved', data: { approval: `SA-${g}`, units } };
  }

  registration(n = 0) {
    const firm = `SF-${this.counts.asked}-${n}`;
    return { type: 'FirmRegistered', data: { firm, name: 'N', tier: 'T1' } };
  }

  async reserve() {
    const position = await this.write(this.reservation());
    if (position) this.reserved = [...this.reserved.slice(-200), position];
  }
  async firm() {
    const event = this.registration();
    const position = await this.write(event);
    if (position) this.firms = [...this.firms.slice(-200), { ...event.data, position }];
  }
  list() {
    const firms = [1, 2].map((n) => this.registration(n));
    return this.write({ events: [this.reservation(), ...firms, this.reservation()] });
  }
  /** A unit more, under the version that is read first. */
  async amend() {
    const approval = `SA-${this.generations - 1}`;
    const answer = await this.send(`/v1/approvals/${approval}`);
    if (!answer) return;
    const data = { approval, granted: JSON.parse(answer.text).granted + 1 };
    const headers = { 'if-match': answer.headers.etag };
    await this.write({ type: 'ApprovalAmended', data }, { headers });
  }
  async void() {
    const target = this.reserved.pop();
    const data = { target, reason: 'did_not_occur' };
    if (target) await this.write({ type: 'EventVoided', data });
  }
  async correct() {
    const { position, firm } = this.firms.pop() ?? {};
    if (!position) return;
    const replacement = { data: { firm, name: 'Corrected', tier: 'T1' }, type: 'FirmRegistered' };
    const data = { target: position, reason: 'incorrect_data', replacement };
    await this.write({ type: 'EventCorrected', data });
  }

  path_of(kind) {
    const g = whole(0, this.generations - 1);
    const past = whole(30, this.head);
    return {
      inventory: `/v1/firms/S-${g}/inventory`,
      approval: `/v1/approvals/SA-${g}`,
      past_approval: `/v1/approvals/AP-0?as_of=${past}`,
      past_inventory: `/v1/firms/F-1/inventory?as_of=${past}`,
      entry: `/v1/events/${past}`,
      page: '/v1/events?order=desc&limit=20',
      subject: `/v1/events?subject=approval:SA-${g}&limit=20`,
      explain: `/v1/audit/explain?approval=SA-${g}&bucket=reserved`,
      batch: `/v1/batches/SB-${g}`,
      ready: '/readyz',
    }[kind];
  }
  dry_run() {
    return this.send('/v1/events?dry_run=true', {
      key: `D-${this.counts.asked}`,
      body: body_of('dry', 'AllocationReserved', this.reservation().data),
    });
  }

  async one(kind) {
    const writes = Object.hasOwn(often, kind);
    if (writes && !this.writes) return;
    ++this.counts.asked;
    ++this.open;
    const begin = performance.now();
    await (this[kind] ? this[kind]() : this.send(this.path_of(kind)));
    this.took[writes ? 'write' : 'read'].push(performance.now() - begin);
    --this.open;
  }

  /** What is due by the clock, whatever the answers take. */
  async ask_all() {
    const begin = performance.now();
    for (let n = 0; this.running; ++n) {
      const due = begin + n * tick_ms - performance.now();
      if (due > 0) await sleep(due);
      if (this.open < at_once_max) this.one(mixed[n % mixed.length]);
      else ++this.counts.left_out;
    }
    while (this.open) await sleep(tick_ms);
  }

  async repeat(pause_ms, work) {
    while (this.running) {
      await work();
      for (let waited = 0; waited < pause_ms && this.running; waited += 100) await sleep(100);
    }
  }

  async export_one() {
    const after = Math.max(0, this.head - 1000);
    await this.send(
      pick([
        `/v1/events?format=csv&order=desc&limit=1000`,
        `/v1/firms/S-${whole(0, this.generations - 1)}/inventory?format=xlsx`,
        `/v1/log/entries?after=${after}`,
      ]),
      { role: 'auditor' },
    );
    ++this.counts.exports;
  }

  /** Follows the feed for a while, and goes. */
  async subscribe() {
    const headers = { authorization: `Bearer ${this.tokens.auditor}` };
    await new Promise((done) => {
      const stream = get(`${this.site.url}/v1/events/stream`, { headers, agent: false }, (answer) => {
        if (answer.statusCode !== 200) this.fault(`the feed says ${answer.statusCode}`);
        answer.on('data', () => ++this.counts.fed);
      });
      this.streams.add(stream);
      stream.on('error', () => {}); // It is closed next.
      stream.on('close', () => {
        this.streams.delete(stream);
        done();
      });
      setTimeout(() => stream.destroy(), whole(...subscriber_ms)).unref();
    });
  }

  /** How many the clients have open themselves: it varies with what the machine lets through. */
  get connections() {
    const held = (sockets) => Object.values(sockets).flat().length;
    return held(this.agent.sockets) + held(this.agent.freeSockets) + this.streams.size;
  }

  /** What the answers of a window took, and the window begins anew. */
  window() {
    const took = this.took;
    this.took = { read: [], write: [] };
    return took;
  }

  async start() {
    this.running = true;
    for (let i = 0; i < young; ++i) await this.generation();
    await this.firm();
    this.ended = Promise.all([
      this.ask_all(),
      this.repeat(generation_ms, () => this.writes && this.generation()),
      this.repeat(export_ms, () => this.export_one()),
      ...Array.from({ length: subscribers }, () => this.repeat(0, () => this.subscribe())),
    ]);
  }

  async stop() {
    this.running = false;
    for (const stream of this.streams) stream.destroy();
    await this.ended;
    this.agent.destroy();
  }
}
