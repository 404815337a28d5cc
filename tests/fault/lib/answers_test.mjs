// The checker on histories of a ledger in this file, in a time of its own: right ones pass, and
// every way of being wrong is named.
import assert from 'node:assert';
import { test } from 'node:test';
import { Answers } from './answers.mjs';
import { Clients } from './clients.mjs';
import { Fold } from './fold.mjs';
import { random_of } from './random.mjs';
import { mutations } from './mutations.mjs';

const four = [0, 1, 2, 3];
const granted = 60; // Few enough for refusals.
const refused = (status, code, more = {}) => ({ status, text: JSON.stringify({ code, ...more }) });
const told = (answer) => ({ status: 200, text: JSON.stringify(answer) });

/** A ledger that does one thing after another, of what the fault's clients ask. */
class Toy {
  constructor() {
    this.fold = new Fold();
    for (const i of four) this.put('FirmRegistered', { firm: `F-${i}`, name: 'N', tier: 'T1' });
    for (const i of four)
      this.put('ApprovalGranted', { approval: `AP-${i}`, firm: `F-${i}`, granted });
    for (const i of four) this.put('BatchRegistered', { batch: `B-${i}`, qty: 1000 });
    while (this.fold.size < 30) this.put('Other', {});
  }

  now(kind, id) {
    return this.fold.at(this.fold.size, kind, id);
  }
  available(id) {
    return this.now('approval', id).granted - this.now('approval', id).reserved;
  }

  subjects(type, data) {
    const { subjects } = this.fold.entries[data.target] ?? {};
    if (subjects) return subjects.map(({ kind, id }) => [kind, id]);
    const all = ['firm', 'approval', 'batch'].filter((kind) => data[kind]);
    const own = all.map((kind) => [kind, data[kind]]).reverse();
    if (!data.units) return own;
    return [...own, ['firm', `F-${data.approval.slice(3)}`], ['batch', data.units[0].batch]];
  }

  put(type, data, key = null) {
    const subjects = this.subjects(type, data).map(([kind, id]) => {
      return { kind, id, version: (this.now(kind, id)?.version ?? 0) + 1 };
    });
    const position = this.fold.size + 1;
    this.fold.take(JSON.stringify({ data, position, reason: key, subjects, type }));
    return this.fold.texts.at(-1);
  }

  /** The lowest that are free, one by one. */
  ranges({ batch, count }) {
    const { units } = this.fold.held.get(batch);
    const ranges = [];
    for (let unit = 1; ranges.length < count; ++unit)
      if (!units[unit]) ranges.push({ batch, from: unit, to: unit });
    return ranges;
  }

  refusal({ type, data }, i, list, if_match) {
    const param = list ? `/events/${i}/data` : '/data';
    const figures = this.now('approval', data.approval);
    if (if_match !== undefined && if_match !== figures.version)
      return refused(412, 'version-conflict', { available: figures.version });
    if (type === 'FirmRegistered' && this.now('firm', data.firm)?.name)
      return refused(409, 'duplicate-firm', { param });
    if (data.target && this.fold.corrected.has(data.target))
      return refused(409, 'duplicate-correction', { param });
    if (type === 'ApprovalAmended' && data.granted < figures.reserved)
      return refused(422, 'below-committed');
    if (!data.units) return undefined;
    const [requested, available] = [data.units[0].count, this.available(data.approval)];
    if (requested <= available) return undefined;
    return refused(422, 'insufficient-balance', { param, requested, available });
  }

  append({ key, events, if_match }) {
    for (const [i, event] of events.entries()) {
      const no = this.refusal(event, i, events.length > 1, if_match);
      if (no) return no;
    }
    const position = this.fold.size + 1;
    const texts = events.map(({ type, data }) => {
      const units = data.units && this.ranges(data.units[0]);
      return this.put(type, units ? { ...data, units } : data, key);
    });
    const text = `{"position":${position},"count":${texts.length},"events":[${texts}]}`;
    return { status: 201, text };
  }

  approval(id, position) {
    const { granted: all, reserved, version } = this.fold.at(position, 'approval', id);
    return { approval: id, position, granted: all, available: all - reserved, reserved, version };
  }

  /** What is told at a position, the newest where none is named. */
  answer(kind, ask, position = this.fold.size) {
    const { id } = ask;
    const of = (thing) => this.fold.at(position, thing, id);
    switch (kind) {
      case 'append': return this.append(ask);
      case 'approval': {
        if (ask.as_of > position)
          return refused(400, 'malformed', { param: '?as_of', available: position });
        const now = this.approval(id, ask.as_of ?? position);
        return ask.if_none_match === now.version ? { status: 304, text: '' } : told(now);
      }
      case 'approvals':
        return told({ position, data: four.map((i) => this.approval(`AP-${i}`, position)) });
      case 'inventory': {
        const { reserved } = this.approval(`AP-${id.slice(2)}`, position);
        const { version } = of('firm');
        const figures = { units: { registered: reserved }, exposure: { FAULT: reserved }, version };
        return told({ position, ...figures });
      }
      case 'firm':
        return of('firm')?.name
          ? told({ position, ...of('firm') })
          : refused(404, 'unknown-firm');
      case 'batch': return told({ position, ...of('batch') });
      case 'explain': {
        const { reserved } = this.approval(id, position);
        return told({ position, value: reserved, terms: [{ amount: reserved }] });
      }
      case 'ready': return told({ position });
      case 'entry':
        return ask.number > position
          ? refused(404, 'unknown-entry')
          : { status: 200, text: this.fold.texts[ask.number] };
      case 'page': {
        const newest = this.fold.texts.slice(position - ask.limit + 1, position + 1).reverse();
        return { status: 200, text: `{"data":[${newest}],"has_more":true,"position":${position}}` };
      }
      case 'dry_run': {
        const no = this.refusal({ data: { ...ask, units: [ask] } }, 0, false);
        return no ?? told({ position: position + 1 });
      }
    }
  }
}

/** Spans of time of eight clients, each with an instant within it; in the order of the instants. */
function spans(random, requests) {
  const free = Array(8).fill(0); // When each client goes on.
  const all = Array.from({ length: requests }, () => {
    const who = free.indexOf(Math.min(...free));
    const begin = free[who] + 1 + random(60);
    const took = 1 + random(40);
    free[who] = begin + took;
    return { begin, at: begin + random(took), end: begin + took };
  });
  return all.sort((a, b) => a.at - b.at);
}

/**
 * Asks of eight clients, done at the instants of their spans, and of a follower's readers. A tenth
 * is never answered, and half of that never done.
 */
function history(random, requests) {
  const toy = new Toy();
  const clients = new Clients({ tokens: {} });
  const sizes = [toy.fold.size]; // Between operations, as a follower sees it.
  for (const { begin, at, end } of spans(random, requests)) {
    ++clients.sent;
    const [kind, ask] = clients.next();
    const op = clients.begin_op(kind, ask, { begin });
    const [silent, undone] = [random(10) === 0, random(2) === 0];
    if (silent && undone) continue;
    const answer = toy.answer(kind, ask);
    if (toy.fold.size > sizes.at(-1)) sizes.push(toy.fold.size);
    if (silent) continue;
    Object.assign(op, answer, { end });
    clients.learn(op);
    const late = clients.begin_op('approvals', {}, { begin: at, lane: 'the follower' });
    Object.assign(late, toy.answer('approvals', {}, sizes.at(-3) ?? sizes[0]), { end: at });
  }
  return { fold: toy.fold, ops: clients.ops };
}

function seeded(seed, work) {
  const kept = Math.random;
  const random = random_of(seed);
  Math.random = () => random(2 ** 30) / 2 ** 30;
  try {
    return work(random);
  } finally {
    Math.random = kept;
  }
}

test('histories of a ledger that does one thing after another pass', () => {
  let open_there = 0;
  for (let seed = 1; seed <= 30; ++seed) {
    const { fold, ops } = seeded(seed, (random) => history(random, 400));
    const answers = new Answers(fold, ops);
    assert.deepEqual(answers.check(), [], `seed ${seed}`);
    assert.ok(answers.counts.appended > 40 && answers.counts.refused > 10);
    open_there += answers.counts.open_there;
  }
  assert.ok(open_there > 20);
});

for (const [name, [mutate, expected]] of Object.entries(mutations))
  test(`${name} is named`, () => {
    for (let seed = 1; seed <= 5; ++seed) {
      const { fold, ops } = seeded(seed, (random) => history(random, 1500));
      const changed = mutate(fold, ops);
      const other = new Fold();
      for (const text of changed.texts ?? fold.texts.slice(1)) other.take(text);
      const found = new Answers(other, changed.ops ?? ops).check();
      assert.ok(found.some((fault) => expected.test(fault)), `seed ${seed}: ${found.slice(0, 3)}`);
    }
  });
